// The strip between fork and exec.
#include "platform/posix/strip.hpp"

#include <algorithm>
#include <array>

#include "platform/posix/sys.hpp"

namespace forever {
namespace {

constexpr int kStripFailed = 127;
constexpr unsigned kLastDescriptor = ~0U;

[[noreturn]] void fail(const StripPlan& plan, SpawnStage stage, int code = errno) noexcept {
  const StripFailure failure{static_cast<std::int32_t>(stage), code};
  // Should even this fail, the parent sees an end of file and then an exit with 127.
  (void)sys::uninterrupted([&] { return sys::write(plan.report, &failure, sizeof failure); });
  ::_exit(kStripFailed);
}

// Systems without close_range(2): one by one, as far as descriptors can go.
void close_one_by_one(unsigned first, unsigned last) noexcept {
  rlimit most{};
  if (sys::getrlimit(RLIMIT_NOFILE, &most) != 0) most.rlim_cur = 1024;
  const auto end = static_cast<unsigned>(std::min<rlim_t>(most.rlim_cur, 1U << 20U));
  for (unsigned descriptor = first; descriptor <= last && descriptor < end; ++descriptor) {
    ::close(static_cast<int>(descriptor));
  }
}

// First of all, so that a sibling that waits at its own gate keeps no lock and no gate of ours open.
void close_all_but_named(const StripPlan& plan) noexcept {
  std::array<int, 4> named{plan.gate, plan.report, plan.out, plan.err};
  std::sort(named.begin(), named.end());
  unsigned first = 3;
  for (const int keep : named) {
    if (keep < static_cast<int>(first)) continue;  // none, or the same twice
    const auto last = static_cast<unsigned>(keep) - 1;
    if (first <= last && !close_span(first, last)) close_one_by_one(first, last);
    first = static_cast<unsigned>(keep) + 1;
  }
  if (!close_span(first, kLastDescriptor)) close_one_by_one(first, kLastDescriptor);
}

// What was ignored stays ignored over an exec (execve(2)), so each goes back to its default. KILL and
// STOP cannot be changed, and need not be.
void default_dispositions() noexcept {
  struct sigaction plain {};
  plain.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) ::sigaction(signal, &plain, nullptr);
  reset_reserved_signals();
}

void own_session(const StripPlan& plan) noexcept {
  switch (plan.session) {
    case SpawnRequest::Session::own_session:
      if (sys::setsid() == -1) fail(plan, SpawnStage::session);
      break;
    case SpawnRequest::Session::own_group:
      if (sys::setpgid(0, 0) != 0) fail(plan, SpawnStage::session);
      break;
    case SpawnRequest::Session::shared: break;
  }
}

// Makes `descriptor` the standard one and lets go of it.
void place(const StripPlan& plan, int descriptor, int standard) noexcept {
  if (descriptor == -1) fail(plan, SpawnStage::output);
  if (descriptor == standard) {  // it may have been closed in the parent
    if (sys::fcntl(descriptor, F_SETFD, 0) != 0) fail(plan, SpawnStage::output);
    return;
  }
  if (sys::dup2(descriptor, standard) == -1) fail(plan, SpawnStage::output);
  sys::close(descriptor);
}

void standard_streams(const StripPlan& plan) noexcept {
  if (!plan.inherit_stdin) place(plan, sys::open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
  if (plan.out != -1) place(plan, reopen_fifo(plan.out), STDOUT_FILENO);
  if (plan.err != -1 && plan.err == plan.out) {
    if (sys::dup2(STDOUT_FILENO, STDERR_FILENO) == -1) fail(plan, SpawnStage::output);
  } else if (plan.err != -1) {
    place(plan, reopen_fifo(plan.err), STDERR_FILENO);
  }
  if (plan.out > STDERR_FILENO) sys::close(plan.out);
  if (plan.err > STDERR_FILENO && plan.err != plan.out) sys::close(plan.err);
}

// A recorded limit above what this process may set (recorded by root, say) is brought down to that: an app that
// runs with a lower limit is better than one that does not run.
void apply_limits(const StripPlan& plan) noexcept {
  for (const LimitStep& step : plan.limits) {
    if (sys::setrlimit(static_cast<decltype(RLIMIT_CORE)>(step.resource), &step.value) == 0) continue;
    if (errno != EPERM) fail(plan, SpawnStage::limits);
    rlimit allowed{};
    if (sys::getrlimit(static_cast<decltype(RLIMIT_CORE)>(step.resource), &allowed) != 0)
      fail(plan, SpawnStage::limits);
    allowed.rlim_max = std::min(allowed.rlim_max, step.value.rlim_max);
    allowed.rlim_cur = std::min(allowed.rlim_max, step.value.rlim_cur);
    if (sys::setrlimit(static_cast<decltype(RLIMIT_CORE)>(step.resource), &allowed) != 0)
      fail(plan, SpawnStage::limits);
  }
}

void become_user(const StripPlan& plan) noexcept {
  if (!plan.change_user) return;
  if (sys::setgroups(plan.groups.size(), plan.groups.data()) != 0) fail(plan, SpawnStage::group);
  if (sys::setgid(plan.gid) != 0) fail(plan, SpawnStage::group);
  if (sys::setuid(plan.uid) != 0) fail(plan, SpawnStage::user);
}

void wait_at_gate(const StripPlan& plan) noexcept {
  char opened = 0;
  const ssize_t got = sys::uninterrupted([&] { return sys::read(plan.gate, &opened, sizeof opened); });
  if (got == -1) fail(plan, SpawnStage::exec);
  if (got == 0) ::_exit(kStripFailed);
  sys::close(plan.gate);
}

}  // namespace

void run_strip(const StripPlan& plan) noexcept {
  close_all_but_named(plan);
  default_dispositions();
  own_session(plan);
  ::umask(plan.umask);
  standard_streams(plan);
  apply_limits(plan);
  become_user(plan);
  if (plan.directory != nullptr && sys::chdir(plan.directory) != 0) fail(plan, SpawnStage::directory);

  // All that can be done while the parent writes its record has been done: the way from the gate to exec is short.
  wait_at_gate(plan);
  sigset_t none;
  sigemptyset(&none);
  if (sys::sigprocmask(SIG_SETMASK, &none, nullptr) != 0) fail(plan, SpawnStage::signals);
  sys::execve(plan.program, plan.argv, plan.environment);
  fail(plan, SpawnStage::exec);
}

}  // namespace forever
