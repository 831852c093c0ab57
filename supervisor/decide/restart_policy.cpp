// The restart policy: counts short runs in a row and turns them into delays; see restart_policy.hpp.
#include "supervisor/decide/restart_policy.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <limits>

namespace forever {

namespace {

bool is_final(const RestartPolicy& policy, const ExitStatus& status) {
  if (status.kind == ExitStatus::Kind::exited &&
      std::any_of(policy.stop_exit_codes.begin(), policy.stop_exit_codes.end(),
                  [&](int code) { return code == status.code; })) {
    return true;
  }
  switch (policy.on) {
    case RestartOn::always: return false;
    case RestartOn::on_failure: return status.success();
    case RestartOn::never: return true;
  }
  return false;
}

// What could not even be started took no time: tried again at once for ever, it would keep the supervisor from all else.
constexpr Milliseconds kLeastAfterNoStart{100};

Milliseconds spread(Milliseconds delay, double chance) {
  const double share = 0.75 + 0.25 * std::clamp(chance, 0.0, 1.0);
  return Milliseconds{std::llround(static_cast<double>(delay.count()) * share)};
}

}  // namespace

Decision decide_restart(const RestartPolicy& policy, const RestartHistory& history, const ExitStatus& status,
                        Milliseconds uptime, bool permanent, double chance) {
  Decision decision;
  decision.history = history;
  if (is_final(policy, status)) {
    decision.verdict = Verdict::finished;
    decision.history.failures = 0;
    return decision;
  }
  const bool failed = permanent || status.kind == ExitStatus::Kind::not_started || uptime < policy.min_uptime;
  std::uint32_t& failures = decision.history.failures;
  if (!failed) failures = 0;
  if (failed && failures < std::numeric_limits<std::uint32_t>::max()) ++failures;
  if (policy.max_restarts && failures > *policy.max_restarts) {
    decision.verdict = Verdict::give_up;
    return decision;
  }
  const Milliseconds wait = permanent ? policy.backoff_cap : backoff_after(policy, failures);
  decision.delay = std::max({spread(wait, chance), policy.restart_delay, Milliseconds{0}});
  if (status.kind == ExitStatus::Kind::not_started && (permanent || failures > policy.immediate)) {
    decision.delay = std::max(decision.delay, kLeastAfterNoStart);
  }
  return decision;
}

Milliseconds backoff_after(const RestartPolicy& policy, std::uint32_t failures) {
  if (failures <= policy.immediate) return Milliseconds{0};
  const double exponent = static_cast<double>(failures - policy.immediate - 1);
  const double factor = std::max(policy.backoff_factor, 1.0);
  const double wait = static_cast<double>(policy.backoff_first.count()) * std::pow(factor, exponent);
  const double cap = static_cast<double>(policy.backoff_cap.count());
  // Not `wait >= cap`: a product that is no number goes to the cap too.
  if (!(wait < cap)) return policy.backoff_cap;
  return Milliseconds{std::max(std::llround(wait), 0LL)};
}

bool is_permanent_exec_error(int code) noexcept {
  switch (code) {
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case EACCES:
    case EPERM:
    case ENOEXEC:
    case ELOOP:
    case ENAMETOOLONG:
    case EINVAL:
    case E2BIG: return true;
    default:  // errno has no end: whatever else it is may pass
      return false;
  }
}

}  // namespace forever
