// The event loop of macOS and the BSDs: kqueue(2) for descriptors, signals and processes.
#include "platform/event_loop.hpp"

#include <signal.h>
#include <sys/event.h>
#include <sys/time.h>
#include <sys/wait.h>

#ifdef __FreeBSD__
#include <sys/procctl.h>
#endif

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <string>

#include "platform/posix/sys.hpp"

namespace forever {
namespace {

constexpr std::size_t kBatch = 64;

ProcessId identify_or_number(Pid pid) { return identify(pid).value_or(ProcessId{pid, 0}); }

}  // namespace

struct EventLoop::Impl {
  struct Watch {
    bool reads = false, writes = false, edge = false;
    std::uint64_t read_token = 0, write_token = 0;
  };
  struct WatchedProcess {
    ProcessId id;
    std::uint64_t token = 0;
  };

  Handle queue;
  std::vector<Watch> watches;  // by descriptor
  std::vector<WatchedProcess> processes;
  std::vector<LoopEvent> events;
  std::vector<LoopEvent> pending;
  bool stops = false;  // children that are stopped are news

  Watch* find(NativeHandle handle) noexcept {
    const auto index = static_cast<std::size_t>(handle);
    if (handle < 0 || index >= watches.size()) return nullptr;
    return watches[index].reads || watches[index].writes ? &watches[index] : nullptr;
  }
  Watch& at(NativeHandle handle) {
    const auto index = static_cast<std::size_t>(handle);
    if (index >= watches.size()) watches.resize(index + 1);
    return watches[index];
  }
  bool change(std::uintptr_t what, short filter, unsigned short flags, unsigned facts = 0) noexcept {
    struct kevent asked {};
    EV_SET(&asked, what, filter, flags, facts, 0, nullptr);
    return FOREVER_SYS(kevent, -1, queue.get(), &asked, 1, nullptr, 0, nullptr) == 0;
  }
  bool change_both(NativeHandle handle, const Watch& watch, unsigned short flags) noexcept {
    const auto what = static_cast<std::uintptr_t>(handle);
    const unsigned short edge = watch.edge ? EV_CLEAR : 0;
    const bool read = !watch.reads || change(what, EVFILT_READ, flags | edge);
    const bool write = !watch.writes || change(what, EVFILT_WRITE, flags);
    return read && write;
  }
  void take(const struct kevent& event);
  void collect_stopped();
  static void collect(std::vector<LoopEvent>& into);
};

Result<EventLoop> EventLoop::create(std::span<const int> signals) {
  auto impl = std::make_unique<Impl>();
  impl->queue.reset(FOREVER_SYS(kqueue, -1));
  if (!impl->queue || sys::fcntl(impl->queue.get(), F_SETFD, FD_CLOEXEC) != 0)
    return last_error("create an event queue");

  sigset_t wanted, before;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGCHLD);
  for (const int signal : signals) sigaddset(&wanted, signal);
  if (sys::sigprocmask(SIG_BLOCK, &wanted, &before) != 0) return last_error("block signals");

  // What was pending before is not told by the queue, but it is blocked and harmless.
  bool all = impl->change(SIGCHLD, EVFILT_SIGNAL, EV_ADD);
  for (const int signal : signals)
    all = all && impl->change(static_cast<std::uintptr_t>(signal), EVFILT_SIGNAL, EV_ADD);
  if (!all) {
    Error error = last_error("receive signals");
    (void)::sigprocmask(SIG_SETMASK, &before, nullptr);
    return error;
  }

  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  for (const int signal : signals) (void)FOREVER_SYS(sigaction, -1, signal, &action, nullptr);
  action.sa_flags = SA_NOCLDSTOP;
  (void)FOREVER_SYS(sigaction, -1, SIGCHLD, &action, nullptr);
  action.sa_flags = 0;
  action.sa_handler = SIG_IGN;
  (void)FOREVER_SYS(sigaction, -1, SIGPIPE, &action, nullptr);
  (void)FOREVER_SYS(sigaction, -1, SIGXFSZ, &action, nullptr);
  return EventLoop(impl.release());
}

EventLoop::EventLoop(EventLoop&& other) noexcept : impl_(std::exchange(other.impl_, nullptr)) {}
EventLoop& EventLoop::operator=(EventLoop&& other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}
EventLoop::~EventLoop() { delete impl_; }

Status EventLoop::watch_readable(NativeHandle handle, std::uint64_t token, Trigger trigger) {
  const bool edge = trigger == Trigger::edge;
  if (!impl_->change(static_cast<std::uintptr_t>(handle), EVFILT_READ, EV_ADD | EV_ENABLE | (edge ? EV_CLEAR : 0)))
    return last_error("watch a descriptor");
  Impl::Watch& watch = impl_->at(handle);
  watch.reads = true;
  watch.edge = edge;
  watch.read_token = token;
  return Done{};
}

Status EventLoop::watch_writable(NativeHandle handle, std::uint64_t token) {
  if (!impl_->change(static_cast<std::uintptr_t>(handle), EVFILT_WRITE, EV_ADD | EV_ENABLE))
    return last_error("watch a descriptor");
  Impl::Watch& watch = impl_->at(handle);
  watch.writes = true;
  watch.write_token = token;
  return Done{};
}

void EventLoop::unwatch(NativeHandle handle) noexcept {
  Impl::Watch* watch = impl_->find(handle);
  if (watch == nullptr) return;
  (void)impl_->change_both(handle, *watch, EV_DELETE);
  *watch = Impl::Watch{};
}

void EventLoop::pause(NativeHandle handle) noexcept {
  if (const Impl::Watch* watch = impl_->find(handle)) (void)impl_->change_both(handle, *watch, EV_DISABLE);
}

// Added again, so that the loop reports what has become ready meanwhile.
void EventLoop::resume(NativeHandle handle) noexcept {
  if (const Impl::Watch* watch = impl_->find(handle)) (void)impl_->change_both(handle, *watch, EV_ADD | EV_ENABLE);
}

Status EventLoop::watch_process(const ProcessId& id, std::uint64_t token) {
  unwatch_process(id);
  const bool added = impl_->change(static_cast<std::uintptr_t>(id.pid), EVFILT_PROC, EV_ADD | EV_ONESHOT, NOTE_EXIT);
  if (!added && errno != ESRCH) return last_error("watch process " + std::to_string(id.pid));
  if (!added || presence(id) != Presence::alive)
    impl_->pending.push_back({.kind = LoopEvent::Kind::process_gone, .token = token, .child = id});
  else
    impl_->processes.push_back({id, token});
  return Done{};
}

void EventLoop::unwatch_process(const ProcessId& id) noexcept {
  const auto removed =
      std::erase_if(impl_->processes, [&](const Impl::WatchedProcess& watched) { return watched.id == id; });
  if (removed != 0) (void)impl_->change(static_cast<std::uintptr_t>(id.pid), EVFILT_PROC, EV_DELETE);
  std::erase_if(impl_->pending, [&](const LoopEvent& event) {
    return event.kind == LoopEvent::Kind::process_gone && event.child == id;
  });
}

void EventLoop::Impl::take(const struct kevent& event) {
  if (event.filter == EVFILT_SIGNAL) {
    const int signal = static_cast<int>(event.ident);
    // The queue does not say who sent it.
    if (signal != SIGCHLD) {
      events.push_back({.kind = LoopEvent::Kind::signal, .signal = signal});
      return;
    }
    collect(events);
    if (stops) collect_stopped();
    return;
  }
  if (event.filter == EVFILT_PROC) {
    const auto found = std::find_if(processes.begin(), processes.end(), [&](const WatchedProcess& watched) {
      return static_cast<std::uintptr_t>(watched.id.pid) == event.ident;
    });
    if (found == processes.end()) return;
    events.push_back({.kind = LoopEvent::Kind::process_gone, .token = found->token, .child = found->id});
    processes.erase(found);
    return;
  }
  const Watch* watch = find(static_cast<NativeHandle>(event.ident));
  if (watch == nullptr) return;
  if (event.filter == EVFILT_READ)
    events.push_back({.kind = LoopEvent::Kind::readable, .token = watch->read_token});
  else
    events.push_back({.kind = LoopEvent::Kind::writable, .token = watch->write_token});
}

std::span<const LoopEvent> EventLoop::wait(std::optional<Time> deadline) {
  Impl& loop = *impl_;
  loop.events.clear();
  loop.events.swap(loop.pending);
  std::array<struct kevent, kBatch> ready;
  do {
    timespec timeout{};
    const bool waits = loop.events.empty();
    if (waits && deadline) {
      const auto left = std::max<std::chrono::nanoseconds>(*deadline - steady_now(), std::chrono::nanoseconds::zero());
      const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
      timeout.tv_sec = static_cast<time_t>(seconds.count());
      timeout.tv_nsec = static_cast<long>((left - seconds).count());
    }
    const int count = FOREVER_SYS(kevent, -1, loop.queue.get(), nullptr, 0, ready.data(), static_cast<int>(kBatch),
                                  waits && !deadline ? nullptr : &timeout);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) break;
    for (const struct kevent& event : std::span(ready).first(static_cast<std::size_t>(count))) loop.take(event);
  } while (loop.events.empty() && (!deadline || steady_now() < *deadline));
  return loop.events;
}

void EventLoop::report_stops() noexcept {
  impl_->stops = true;
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  (void)FOREVER_SYS(sigaction, -1, SIGCHLD, &action, nullptr);
}

void EventLoop::Impl::collect_stopped() {
  for (;;) {
    siginfo_t info{};
    const int found = sys::uninterrupted([&] { return sys::waitid(P_ALL, id_t{0}, &info, WSTOPPED | WNOHANG); });
    if (found < 0 || info.si_pid == 0) return;
    events.push_back(
        {.kind = LoopEvent::Kind::child_stopped, .signal = info.si_status, .child = identify_or_number(info.si_pid)});
  }
}

void EventLoop::collect_children(std::vector<LoopEvent>& into) { Impl::collect(into); }

// A zombie is looked at, then reaped: its start time can be read only in between.
void EventLoop::Impl::collect(std::vector<LoopEvent>& into) {
  for (;;) {
    siginfo_t info{};
    const int found =
        sys::uninterrupted([&] { return sys::waitid(P_ALL, id_t{0}, &info, WEXITED | WNOHANG | WNOWAIT); });
    if (found < 0 || info.si_pid == 0) return;
    LoopEvent event{.kind = LoopEvent::Kind::child_exited, .child = identify_or_number(info.si_pid)};
    int status = 0;
    const pid_t reaped = sys::uninterrupted([&] { return sys::waitpid(info.si_pid, &status, WNOHANG); });
    if (reaped != info.si_pid) return;
    event.status = exit_status_from_wait(status);
    into.push_back(event);
  }
}

void EventLoop::name_children_by_number() noexcept {}

bool become_subreaper() noexcept {
#ifdef __FreeBSD__
  return procctl(P_PID, 0, PROC_REAP_ACQUIRE, nullptr) == 0;
#else
  return false;
#endif
}

}  // namespace forever
