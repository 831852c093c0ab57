// The strip between fork and exec.
#include "platform/posix/strip.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "platform/posix/strip_calls.hpp"

namespace forever {
namespace {

namespace calls = strip_calls;

constexpr int kStripFailed = 127;
constexpr unsigned kLastDescriptor = ~0U;

// `result`: the negative error number that a call gave.
[[noreturn]] void fail(const StripPlan& plan, SpawnStage stage, long result) noexcept {
  const StripFailure failure{static_cast<std::int32_t>(stage), static_cast<std::int32_t>(-result)};
  // Should even this fail, the parent sees an end of file and then an exit with 127.
  while (calls::write(plan.report, &failure, sizeof failure) == -EINTR) continue;
  calls::exit(kStripFailed);
}

void require(const StripPlan& plan, SpawnStage stage, long result) noexcept {
  if (result < 0) fail(plan, stage, result);
}

// Systems without close_range(2): one by one, as far as descriptors can go.
void close_one_by_one(unsigned first, unsigned last) noexcept {
  rlimit most{};
  if (calls::getrlimit(RLIMIT_NOFILE, most) != 0) most.rlim_cur = 1024;
  const auto end = static_cast<unsigned>(std::min<rlim_t>(most.rlim_cur, 1U << 20U));
  for (unsigned descriptor = first; descriptor <= last && descriptor < end; ++descriptor) {
    (void)calls::close(static_cast<int>(descriptor));
  }
}

}  // namespace

void close_all_but(std::span<int> named) noexcept {
  std::sort(named.begin(), named.end());
  unsigned first = 3;
  for (const int keep : named) {
    if (keep < static_cast<int>(first)) continue;  // none, or the same twice
    const auto last = static_cast<unsigned>(keep) - 1;
    if (first <= last && calls::close_range(first, last) != 0) close_one_by_one(first, last);
    first = static_cast<unsigned>(keep) + 1;
  }
  if (calls::close_range(first, kLastDescriptor) != 0) close_one_by_one(first, kLastDescriptor);
}

namespace {

void close_what_is_not_named(const StripPlan& plan) noexcept {
  std::array<int, 5 + kMostPassed> named{plan.gate, plan.report, plan.out, plan.err, plan.calls};
  std::copy(plan.passed.begin(), plan.passed.end(), named.begin() + 5);
  close_all_but({named.data(), 5 + plan.passed.size()});
}

void own_session(const StripPlan& plan) noexcept {
  switch (plan.session) {
    case SpawnRequest::Session::own_session: require(plan, SpawnStage::session, calls::setsid()); break;
    case SpawnRequest::Session::own_group: require(plan, SpawnStage::session, calls::setpgid(0, 0)); break;
    case SpawnRequest::Session::shared: break;
  }
}

// Makes `descriptor` (or the failure to get one) the standard one and lets go of it.
void place(const StripPlan& plan, int descriptor, int standard) noexcept {
  require(plan, SpawnStage::output, descriptor);
  if (descriptor == standard) {  // it may have been closed in the parent
    require(plan, SpawnStage::output, calls::keep_over_exec(descriptor));
    return;
  }
  require(plan, SpawnStage::output, calls::dup2(descriptor, standard));
  (void)calls::close(descriptor);
}

void standard_streams(const StripPlan& plan) noexcept {
  // Also for writing: then it never sees end of file when a writer closes it.
  if (plan.input != nullptr) {
    place(plan, calls::open(plan.input, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY), STDIN_FILENO);
  } else if (!plan.inherit_stdin) {
    place(plan, calls::open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
  }
  if (plan.out != -1) place(plan, calls::reopen_fifo(plan.out), STDOUT_FILENO);
  if (plan.err != -1 && plan.err == plan.out) {
    require(plan, SpawnStage::output, calls::dup2(STDOUT_FILENO, STDERR_FILENO));
  } else if (plan.err != -1) {
    place(plan, calls::reopen_fifo(plan.err), STDERR_FILENO);
  }
  if (plan.out > STDERR_FILENO) (void)calls::close(plan.out);
  if (plan.err > STDERR_FILENO && plan.err != plan.out) (void)calls::close(plan.err);
}

// A recorded limit above what this process may set (recorded by root, say) is brought down to that: an app that
// runs with a lower limit is better than one that does not run.
void apply_limits(const StripPlan& plan) noexcept {
  for (const LimitStep& step : plan.limits) {
    const int set = calls::setrlimit(step.resource, step.value);
    if (set == 0) continue;
    if (set != -EPERM) fail(plan, SpawnStage::limits, set);
    rlimit allowed{};
    require(plan, SpawnStage::limits, calls::getrlimit(step.resource, allowed));
    allowed.rlim_max = std::min(allowed.rlim_max, step.value.rlim_max);
    allowed.rlim_cur = std::min(allowed.rlim_max, step.value.rlim_cur);
    require(plan, SpawnStage::limits, calls::setrlimit(step.resource, allowed));
  }
}

// Before the user changes: only root may ask for less than it has.
void apply_nice(const StripPlan& plan) noexcept {
  if (plan.change_nice) require(plan, SpawnStage::limits, calls::set_nice(plan.nice));
}

void become_user(const StripPlan& plan) noexcept {
  if (!plan.change_user) return;
  require(plan, SpawnStage::group, calls::setgroups(plan.groups));
  require(plan, SpawnStage::group, calls::setgid(plan.gid));
  require(plan, SpawnStage::user, calls::setuid(plan.uid));
}

// Before the user changes: who may administrate the system needs no no_new_privs for a filter.
void share_ports(const StripPlan& plan) noexcept {
  if (plan.calls == -1) return;
  require(plan, SpawnStage::ports, -hand_over_port_calls(plan.calls, plan.keeper));
  (void)calls::close(plan.calls);
}

void wait_at_gate(const StripPlan& plan) noexcept {
  char opened = 0;
  ssize_t got = 0;
  do got = calls::read(plan.gate, &opened, sizeof opened);
  while (got == -EINTR);
  require(plan, SpawnStage::exec, got);
  if (got == 0) calls::exit(kStripFailed);
  (void)calls::close(plan.gate);
}

// First away from the numbers that they are to have: one may stand where another belongs.
void pass_sockets(const StripPlan& plan) noexcept {
  const int end = 3 + static_cast<int>(plan.passed.size());
  std::array<int, kMostPassed> moved{};
  for (std::size_t i = 0; i < plan.passed.size(); ++i) {
    moved[i] = calls::duplicate_from(plan.passed[i], end);
    require(plan, SpawnStage::sockets, moved[i]);
  }
  for (std::size_t i = 0; i < plan.passed.size(); ++i)
    require(plan, SpawnStage::sockets, calls::dup2(moved[i], 3 + static_cast<int>(i)));
}

void write_pid(const StripPlan& plan) noexcept {
  std::array<char, kLongestPid> digits{};
  std::size_t count = 0;
  for (int rest = calls::getpid(); rest != 0 && count < digits.size(); rest /= 10)
    digits[count++] = static_cast<char>('0' + rest % 10);
  for (char* const place : plan.pid_places) {
    if (place == nullptr) continue;
    for (std::size_t i = 0; i < count; ++i) place[i] = digits[count - 1 - i];
    place[count] = '\0';
  }
}

}  // namespace

void run_strip(const StripPlan& plan) noexcept {
  // First of all, so that a sibling that waits at its own gate keeps no lock and no gate of ours open.
  close_what_is_not_named(plan);
  // What was ignored stays ignored over an exec (execve(2)), so each goes back to its default.
  calls::default_dispositions();
  own_session(plan);
  calls::umask(plan.umask);
  standard_streams(plan);
  apply_limits(plan);
  apply_nice(plan);
  share_ports(plan);
  become_user(plan);
  if (plan.directory != nullptr) require(plan, SpawnStage::directory, calls::chdir(plan.directory));

  // All that can be done while the parent writes its record has been done: the way from the gate to exec is short.
  wait_at_gate(plan);
  pass_sockets(plan);
  write_pid(plan);
  require(plan, SpawnStage::signals, calls::unblock_all_signals());
  fail(plan, SpawnStage::exec, calls::execve(plan.program, plan.argv, plan.environment));
}

}  // namespace forever
