// Guards: forked, not executed, so that they are cheap; everything of ours is closed in them at once, the lock above all.
#include "platform/side_process.hpp"

#include <sys/time.h>

#include <array>

#include "platform/clock.hpp"
#include "platform/event_loop.hpp"
#include "platform/posix/signal_block.hpp"
#include "platform/posix/strip.hpp"
#include "platform/posix/sys.hpp"
#include "platform/signals.hpp"

namespace forever {

// port_probe.cpp
[[nodiscard]] bool port_is_well(const PortProbe& probe) noexcept;

namespace {

constexpr int kNotStarted = 127;
constexpr int kUnwell = 1;
constexpr int kKillRounds = 100;

// With all signals blocked but `signal`, which ends the process by its default.
[[noreturn]] void end_by(int signal) noexcept {
  struct sigaction plain {};
  plain.sa_handler = SIG_DFL;
  ::sigaction(signal, &plain, nullptr);
  // A core dump of this process is useless.
  const rlimit no_core{};
  (void)sys::setrlimit(RLIMIT_CORE, &no_core);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal);
  sys::kill(::getpid(), signal);
  ::sigprocmask(SIG_UNBLOCK, &only, nullptr);
  ::_exit(128 + signal);
}

[[noreturn]] void end_as(const ExitStatus& status) noexcept {
  if (status.kind == ExitStatus::Kind::signalled) end_by(static_cast<int>(status.code));
  ::_exit(status.kind == ExitStatus::Kind::exited ? static_cast<int>(status.code) : kNotStarted);
}

// Whatever the command has left below us, and what that brings forth while we kill it.
void kill_all_below(EventLoop& loop, const Border& ends) {
  const Pid self = ::getpid();
  for (int round = 0; round < kKillRounds; ++round) {
    bool any = false;
    for (const Pid pid : tree_of(std::array{self}, ends)) {
      if (pid == self) continue;
      any = true;
      sys::kill(pid, SIGKILL);
    }
    if (!any) return;
    (void)loop.wait(steady_now() + std::chrono::milliseconds{10});
  }
}

[[noreturn]] void guard(const SpawnRequest& request, std::chrono::milliseconds limit, const Border& ends) {
  const Time deadline = steady_now() + limit;
  (void)sys::setsid();
  become_subreaper();
  auto loop = EventLoop::create(std::array{kTermSignal});
  if (!loop) ::_exit(kNotStarted);
  auto held = spawn_held(SpawnRequest{request});
  if (!held) ::_exit(kNotStarted);
  open_gate(*held);
  for (;;) {
    for (const LoopEvent& event : loop->wait(deadline)) {
      const bool ended = event.kind == LoopEvent::Kind::child_exited && event.child.pid == held->id.pid;
      if (!ended && event.kind != LoopEvent::Kind::signal) continue;
      const ExitStatus status = ended ? event.status : ExitStatus{ExitStatus::Kind::signalled, SIGTERM, false};
      kill_all_below(*loop, ends);
      end_as(status);
    }
    if (steady_now() < deadline) continue;
    kill_all_below(*loop, ends);
    end_by(kTimeOverSignal);
  }
}

[[noreturn]] void look(const PortProbe& probe, std::chrono::milliseconds limit) noexcept {
  struct sigaction plain {};
  plain.sa_handler = SIG_DFL;
  ::sigaction(SIGALRM, &plain, nullptr);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit);
  itimerval timer{};
  timer.it_value.tv_sec = static_cast<decltype(timer.it_value.tv_sec)>(seconds.count());
  timer.it_value.tv_usec = static_cast<decltype(timer.it_value.tv_usec)>((limit - seconds).count() * 1000);
  ::setitimer(ITIMER_REAL, &timer, nullptr);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::_exit(port_is_well(probe) ? 0 : kUnwell);
}

// Forks; in the child `body` is all that is done, with no descriptor of ours but the three standard ones and those named.
template <class Body>
Result<ProcessId> fork_beside(int out, int err, Body body) {
  pid_t child = -1;
  {
    const SignalBlock block;
    child = sys::fork();
    if (child == 0) {
      std::array<int, 2> named{out, err};
      close_all_but(named);
      body();
    }
  }
  if (child == -1) return last_error("fork");
  return identify(child).value_or(ProcessId{child, 0});
}

}  // namespace

Result<ProcessId> start_guarded(const SpawnRequest& request, std::chrono::milliseconds limit, const Border& ends) {
  return fork_beside(request.out, request.err, [&] { guard(request, limit, ends); });
}

Result<ProcessId> start_probe(const PortProbe& probe, std::chrono::milliseconds limit) {
  return fork_beside(probe.through, kNoHandle, [&] { look(probe, limit); });
}

std::vector<std::string> shell_command(std::string_view command) { return {"/bin/sh", "-c", std::string{command}}; }

}  // namespace forever
