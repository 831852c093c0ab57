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

// Of use for less than this on average, the crashes are a loop.
Milliseconds loop_time(const RestartPolicy& policy) {
  constexpr std::int64_t kTimes = 12;
  const std::int64_t most = std::numeric_limits<std::int64_t>::max() / (kTimes * kCrashesInLoop);
  return Milliseconds{std::clamp(policy.min_uptime.count(), std::int64_t{0}, most) * kTimes * kCrashesInLoop};
}

// What is left of the time of earlier crashes beside one more: all of the first ones, and then as much as keeps the average of the last.
Milliseconds time_beside_next(const RestartHistory& history) {
  return history.crashes < kCrashesInLoop ? history.crash_time
                                          : history.crash_time - history.crash_time / kCrashesInLoop;
}

bool is_loop(const RestartPolicy& policy, const RestartHistory& history) {
  return history.crashes >= kCrashesInLoop && history.crash_time < loop_time(policy);
}

void count_crash(RestartHistory& history, Milliseconds of_use) {
  constexpr Milliseconds kLongest{std::chrono::hours{24}};  // counts as long as any: nothing overflows
  history.crash_time = time_beside_next(history) + std::clamp(of_use, Milliseconds{0}, kLongest);
  history.crashes = history.crashes < kCrashesInLoop ? history.crashes + 1 : kCrashesInLoop;
}

}  // namespace

Decision decide_restart(const RestartPolicy& policy, const RestartHistory& history, const EndedRun& run,
                        double chance) {
  Decision decision;
  decision.history = history;
  decision.history.crashes = std::min(history.crashes, kCrashesInLoop);
  if (!run.unwell && is_final(policy, run.status)) {
    decision.verdict = Verdict::finished;
    forgive(decision.history);
    return decision;
  }
  // That no process could be made is no crash of the program.
  const bool started = run.status.kind != ExitStatus::Kind::not_started;
  const bool is_short = run.permanent || !started || run.uptime < policy.min_uptime;
  if (started && (run.unwell || !run.status.success())) {
    if (!is_short || run.unwell) count_crash(decision.history, run.of_use);  // short ones are counted as such
  } else if (started) {
    decision.history.crashes = 0;
    decision.history.crash_time = {};
  }
  const bool looping = started && is_loop(policy, decision.history);
  const bool failed = is_short || looping;
  std::uint32_t& failures = decision.history.failures;
  if (!failed) failures = 0;
  if (failed && failures < std::numeric_limits<std::uint32_t>::max()) ++failures;
  if (looping) failures = std::max(failures, kCrashesInLoop);  // those before it are known now for what they were
  if (policy.max_restarts && failures > *policy.max_restarts) {
    decision.verdict = Verdict::give_up;
    return decision;
  }
  const Milliseconds wait = run.permanent ? policy.backoff_cap : backoff_after(policy, failures);
  decision.delay = std::max({spread(wait, chance), policy.restart_delay, Milliseconds{0}});
  if (!started && (run.permanent || failures > policy.immediate)) {
    decision.delay = std::max(decision.delay, kLeastAfterNoStart);
  }
  return decision;
}

std::optional<Milliseconds> settles_after(const RestartPolicy& policy, const RestartHistory& history) {
  if (!is_loop(policy, history)) return std::nullopt;
  return loop_time(policy) - time_beside_next(history);
}

void forgive(RestartHistory& history) {
  history.failures = history.crashes = 0;
  history.crash_time = {};
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
