// The one place where a process waits: descriptors, signals, children, a deadline. Signals enter by this door only.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "platform/clock.hpp"
#include "platform/exit_status.hpp"
#include "platform/handle.hpp"
#include "platform/process.hpp"
#include "platform/result.hpp"

namespace forever {

// What happened. `token` is what the caller gave to watch_*.
struct LoopEvent {
  enum class Kind : std::uint8_t {
    readable,  // data or end of file on `token`
    writable,
    signal,        // `signal` arrived; `from_kernel`: typed at the terminal (si_code SI_KERNEL), the whole group has it
    child_exited,  // `child` ended with `status` and has been reaped; also for orphans that a subreaper inherits
    child_stopped,  // `child` was stopped by `signal`; only after report_stops()
    process_gone,   // a process that is not our child (watch_process) is a zombie or gone
  };
  Kind kind{};
  std::uint64_t token = 0;
  int signal = 0;
  bool from_kernel = false;
  ProcessId child{};  // start_time is read before the reap; 0: it could not be read, or was not requested
  ExitStatus status{};
};

class EventLoop {
 public:
  // level: reported while it is true. edge: reported once for each change (a partial line may stay in a FIFO).
  enum class Trigger : std::uint8_t { level, edge };

  // Blocks `signals` and SIGCHLD in this process and receives them in wait(). Ignores SIGPIPE and SIGXFSZ. Where it
  // fails the mask is as it was; the destructor leaves them blocked, since one that is pending would end the process.
  // Not shared with a forked child: that drops its copy (nothing but descriptors is given back) and creates its own.
  // Linux: epoll, signalfd; BSD: kqueue. The Error is that of running out of descriptors or memory.
  [[nodiscard]] static Result<EventLoop> create(std::span<const int> signals);
  EventLoop(EventLoop&&) noexcept;
  EventLoop& operator=(EventLoop&&) noexcept;
  ~EventLoop();

  // A handle may be watched both ways at once; watching it again changes token and trigger. A regular file cannot be
  // watched (EPERM). Linux: where memory or descriptors are lacking the watch is owed, and wait() tries again by itself.
  [[nodiscard]] Status watch_readable(NativeHandle handle, std::uint64_t token, Trigger trigger = Trigger::level);
  [[nodiscard]] Status watch_writable(NativeHandle handle, std::uint64_t token);
  // Forgets both ways; to be called before the handle is closed. Events of the batch that wait() returned last stay in it.
  void unwatch(NativeHandle handle) noexcept;
  // Silence on a watched handle without forgetting it, and the end of it: what is ready then is reported again.
  void pause(NativeHandle handle) noexcept;
  void resume(NativeHandle handle) noexcept;
  // For an adopted process whose parent we are not: reports process_gone once, as soon as its last thread has ended; a
  // zombie counts as gone, even if another process must reap it (and edge-triggered, since it would spin a level-triggered poll). The Error is pidfd_open's (ENOSYS
  // before Linux 5.3); a process that is gone already is no error but an event.
  [[nodiscard]] Status watch_process(const ProcessId& id, std::uint64_t token);
  void unwatch_process(const ProcessId& id) noexcept;

  // From now on the start times of children that exit are not read, which makes a restart 30 µs quicker: until the reap no other process
  // has a child's pid, so the pid suffices for a caller that compares it only with its own children.
  void name_children_by_number() noexcept;

  // From now on children that are stopped (Ctrl-Z, a read in the background) are reported, too. POSIX only.
  void report_stops() noexcept;

  // Waits until something happens or the deadline has come (for ever without one), never less; returns the events,
  // which are valid until the next call. Never fails: EINTR is retried, any other error of the wait call returns none.
  [[nodiscard]] std::span<const LoopEvent> wait(std::optional<Time> deadline);
  // Reaps children that have already ended, as wait() would report them.
  void collect_children(std::vector<LoopEvent>& into);

 private:
  struct Impl;
  void ask_again();
  explicit EventLoop(Impl* impl) noexcept : impl_(impl) {}
  Impl* impl_;
};

// Makes this process adopt the orphans below it (prctl(2) PR_SET_CHILD_SUBREAPER; procctl on FreeBSD). false where
// the system has none: then setsid'ed grandchildren are out of reach.
bool become_subreaper() noexcept;

}  // namespace forever
