// The event loop of Linux: epoll(7) for descriptors, signalfd(2) for signals and the news of children, pidfd_open(2)
// for processes that are not our children.
// One piece: one wait call, and all that it reports.
#include "platform/event_loop.hpp"

#include <linux/time_types.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <memory>
#include <string>

#include "platform/posix/sys.hpp"

namespace forever {
namespace {

constexpr std::size_t kBatch = 64;        // events taken from the kernel at once
constexpr std::size_t kKeptEvents = 128;  // room for events that is kept between two waits
constexpr Milliseconds kRetry{100};       // after the kernel had no memory for a watch, or no descriptor for a pidfd

int open_pidfd(Pid pid) noexcept { return FOREVER_SYS(syscall, -1, SYS_pidfd_open, pid, 0U); }

// epoll_wait(2) that takes nanoseconds (Linux 5.11; an older kernel or a filter that does not know it: milliseconds, rounded
// up so that waking early cannot become a spin).
int wait_for_events(int epoll, std::span<epoll_event> into, std::optional<std::chrono::nanoseconds> patience) noexcept {
  const int room = static_cast<int>(into.size());
  static bool coarse = false;
  if (!coarse) {
    __kernel_timespec timeout{};
    if (patience) {
      const auto seconds = std::chrono::floor<std::chrono::seconds>(*patience);
      timeout.tv_sec = seconds.count();
      timeout.tv_nsec = (*patience - seconds).count();
    }
    const auto count = FOREVER_SYS(syscall, -1L, SYS_epoll_pwait2, epoll, into.data(), room,
                                   patience ? &timeout : nullptr, nullptr, std::size_t{0});
    if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return static_cast<int>(count);
    coarse = true;
  }
  const auto ms = patience ? std::chrono::ceil<Milliseconds>(*patience).count() : -1;
  return FOREVER_SYS(epoll_wait, -1, epoll, into.data(), room, static_cast<int>(std::min<std::int64_t>(ms, INT_MAX)));
}

// What is left until the deadline; nothing: for ever.
std::optional<std::chrono::nanoseconds> patience(std::optional<Time> deadline) noexcept {
  if (!deadline) return std::nullopt;
  return std::max<std::chrono::nanoseconds>(*deadline - steady_now(), std::chrono::nanoseconds::zero());
}

// Of a lack that passes, as opposed to a handle that cannot be watched.
bool passes(int code) noexcept { return code == ENOMEM || code == ENOSPC || code == EMFILE || code == ENFILE; }

ProcessId identify_or_number(Pid pid) { return identify(pid).value_or(ProcessId{pid, 0}); }

}  // namespace

struct EventLoop::Impl {
  // What is watched under one descriptor: a handle of the caller's, or a pidfd of ours.
  struct Watch {
    std::uint64_t read_token = 0, write_token = 0;
    std::uint32_t events = 0;  // what epoll is asked for when it is not paused
    bool added = false;
    bool owed = false;  // asked for, but the kernel had no room: `retry` is when it is asked again
    Handle pidfd;       // set: this is a process, and the Watch owns its descriptor
    ProcessId process;
  };

  Handle epoll, signals;
  std::vector<Watch> watches;      // by descriptor
  std::vector<LoopEvent> events;   // what the last wait() returned
  std::vector<LoopEvent> pending;  // what the next wait() returns at once
  bool stops = false;              // children that are stopped are news
  bool by_number = false;          // start times of children are not wanted
  struct UnwatchedProcess {
    ProcessId id;
    std::uint64_t token = 0;
  };
  std::vector<UnwatchedProcess> unwatched;  // for which there was no descriptor
  std::optional<Time> retry;

  void retry_later() {
    if (!retry) retry = steady_now() + kRetry;
  }
  Watch* find(NativeHandle handle) noexcept {
    const auto index = static_cast<std::size_t>(handle);
    if (handle < 0 || index >= watches.size()) return nullptr;
    return watches[index].added || watches[index].owed ? &watches[index] : nullptr;
  }
  Watch& at(NativeHandle handle) {
    const auto index = static_cast<std::size_t>(handle);
    if (index >= watches.size()) watches.resize(index + 1);
    return watches[index];
  }
  int control(int operation, NativeHandle handle, std::uint32_t wanted) noexcept {
    epoll_event event{};
    event.events = wanted;
    event.data.fd = handle;
    return FOREVER_SYS(epoll_ctl, -1, epoll.get(), operation, handle, &event);
  }
  // Asks for `more` and no longer for `less`.
  Status ask(NativeHandle handle, Watch& watch, std::uint32_t more, std::uint32_t less) {
    std::uint32_t wanted = (watch.events & ~less) | more;
    int result = control(watch.added ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, handle, wanted);
    if (result < 0 && watch.added && errno == ENOENT) {
      // The handle was closed without unwatch, and its number is in use again.
      wanted = more;
      result = control(EPOLL_CTL_ADD, handle, wanted);
    }
    watch.owed = result < 0 && passes(errno);
    if (result < 0 && !watch.owed) return last_error("watch a descriptor");
    watch.added = watch.added || result == 0;
    watch.events = wanted;
    if (watch.owed) retry_later();
    return Done{};
  }
  void forget(NativeHandle handle) noexcept {
    Watch* watch = find(handle);
    if (watch == nullptr) return;
    if (watch->added) (void)control(EPOLL_CTL_DEL, handle, 0);
    *watch = Watch{};
  }

  void take_signals();
  void take_descriptor(NativeHandle handle, std::uint32_t what);
  void take_process(const Watch& watch);
  void collect_stopped();
  static void collect(std::vector<LoopEvent>& into);
  static void collect_numbers(std::vector<LoopEvent>& into);
};

Result<EventLoop> EventLoop::create(std::span<const int> signals) {
  auto impl = std::make_unique<Impl>();
  impl->epoll.reset(FOREVER_SYS(epoll_create1, -1, EPOLL_CLOEXEC));
  if (!impl->epoll) return last_error("create an event queue");

  sigset_t wanted, before;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGCHLD);
  for (const int signal : signals) sigaddset(&wanted, signal);
  if (FOREVER_SYS(sigprocmask, -1, SIG_BLOCK, &wanted, &before) != 0) return last_error("block signals");

  impl->signals.reset(FOREVER_SYS(signalfd, -1, -1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!impl->signals || impl->control(EPOLL_CTL_ADD, impl->signals.get(), EPOLLIN) != 0) {
    Error error = last_error("receive signals");
    (void)sigprocmask(SIG_SETMASK, &before, nullptr);
    return error;
  }

  // An ignored SIGCHLD would let the kernel reap behind our back; a child that is stopped or continued is no news.
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
  Impl::Watch& watch = impl_->at(handle);
  watch.read_token = token;
  const std::uint32_t edge = trigger == Trigger::edge ? std::uint32_t{EPOLLET} : 0U;
  return impl_->ask(handle, watch, EPOLLIN | edge, EPOLLET);
}

Status EventLoop::watch_writable(NativeHandle handle, std::uint64_t token) {
  Impl::Watch& watch = impl_->at(handle);
  watch.write_token = token;
  return impl_->ask(handle, watch, EPOLLOUT, 0);
}

void EventLoop::unwatch(NativeHandle handle) noexcept { impl_->forget(handle); }

void EventLoop::pause(NativeHandle handle) noexcept {
  if (impl_->find(handle) != nullptr) (void)impl_->control(EPOLL_CTL_MOD, handle, 0);
}
void EventLoop::resume(NativeHandle handle) noexcept {
  if (const Impl::Watch* watch = impl_->find(handle)) (void)impl_->control(EPOLL_CTL_MOD, handle, watch->events);
}

Status EventLoop::watch_process(const ProcessId& id, std::uint64_t token) {
  unwatch_process(id);
  Handle pidfd{open_pidfd(id.pid)};
  if (!pidfd && passes(errno)) {
    impl_->unwatched.push_back({id, token});
    impl_->retry_later();
    return Done{};
  }
  if (!pidfd && errno != ESRCH) return last_error("watch process " + std::to_string(id.pid));
  // The identity is looked at after the pidfd was opened: from here on the pidfd cannot mean anybody else.
  if (!pidfd || presence(id) == Presence::gone) {
    impl_->pending.push_back({.kind = LoopEvent::Kind::process_gone, .token = token, .child = id});
    return Done{};
  }
  const NativeHandle native = pidfd.get();
  Impl::Watch& watch = impl_->at(native);
  watch = Impl::Watch{};  // what was left by a handle that was closed without unwatch
  watch.read_token = token;
  if (Status asked = impl_->ask(native, watch, EPOLLIN | EPOLLET, 0); !asked) return asked;
  watch.process = id;
  watch.pidfd = std::move(pidfd);
  return Done{};
}

void EventLoop::unwatch_process(const ProcessId& id) noexcept {
  for (Impl::Watch& watch : impl_->watches)
    if (watch.pidfd && watch.process == id) impl_->forget(watch.pidfd.get());
  std::erase_if(impl_->unwatched, [&](const Impl::UnwatchedProcess& process) { return process.id == id; });
  std::erase_if(impl_->pending, [&](const LoopEvent& event) {
    return event.kind == LoopEvent::Kind::process_gone && event.child == id;
  });
}

void EventLoop::Impl::take_signals() {
  std::array<signalfd_siginfo, 8> infos{};
  bool children = false;
  for (;;) {
    const auto got = sys::uninterrupted([&] { return sys::read(signals.get(), infos.data(), sizeof infos); });
    if (got <= 0) break;
    for (const signalfd_siginfo& info : std::span(infos).first(static_cast<std::size_t>(got) / sizeof infos[0])) {
      const int signal = static_cast<int>(info.ssi_signo);
      if (signal == SIGCHLD)
        children = true;  // one SIGCHLD may stand for many children
      else
        events.push_back(
            {.kind = LoopEvent::Kind::signal, .signal = signal, .from_kernel = info.ssi_code == SI_KERNEL});
    }
  }
  if (children) (by_number ? collect_numbers : collect)(events);
  if (children && stops) collect_stopped();
}

// A pidfd is readable once the last thread has ended: pidfd_open(2).
void EventLoop::Impl::take_process(const Watch& watch) {
  events.push_back({.kind = LoopEvent::Kind::process_gone, .token = watch.read_token, .child = watch.process});
  forget(watch.pidfd.get());
}

void EventLoop::Impl::take_descriptor(NativeHandle handle, std::uint32_t what) {
  Watch* watch = find(handle);
  if (watch == nullptr) return;
  if (watch->pidfd) return take_process(*watch);
  const bool broken = (what & (EPOLLERR | EPOLLHUP)) != 0;
  const bool reads = (watch->events & EPOLLIN) != 0;
  if (reads && ((what & EPOLLIN) != 0 || broken))
    events.push_back({.kind = LoopEvent::Kind::readable, .token = watch->read_token});
  if ((what & EPOLLOUT) != 0 || (broken && !reads))
    events.push_back({.kind = LoopEvent::Kind::writable, .token = watch->write_token});
}

void EventLoop::ask_again() {
  if (!impl_->retry || steady_now() < *impl_->retry) return;
  impl_->retry.reset();
  for (std::size_t i = 0; i < impl_->watches.size(); ++i) {
    if (impl_->watches[i].owed) (void)impl_->ask(static_cast<NativeHandle>(i), impl_->watches[i], 0, 0).ok();
  }
  for (const Impl::UnwatchedProcess& process : std::exchange(impl_->unwatched, {}))
    (void)watch_process(process.id, process.token).ok();
}

std::span<const LoopEvent> EventLoop::wait(std::optional<Time> deadline) {
  Impl& loop = *impl_;
  loop.events.clear();
  if (loop.events.capacity() > kKeptEvents) loop.events.shrink_to_fit();
  std::array<epoll_event, kBatch> ready;
  do {
    ask_again();
    loop.events.insert(loop.events.end(), loop.pending.begin(), loop.pending.end());
    loop.pending.clear();
    const auto until = loop.retry && (!deadline || *loop.retry < *deadline) ? loop.retry : deadline;
    const auto left = loop.events.empty() ? patience(until) : std::chrono::nanoseconds::zero();
    const int count = wait_for_events(loop.epoll.get(), ready, left);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) break;
    for (const epoll_event& event : std::span(ready).first(static_cast<std::size_t>(count))) {
      if (event.data.fd == loop.signals.get())
        loop.take_signals();
      else
        loop.take_descriptor(event.data.fd, event.events);
    }
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

void EventLoop::name_children_by_number() noexcept { impl_->by_number = true; }

void EventLoop::Impl::collect_numbers(std::vector<LoopEvent>& into) {
  for (;;) {
    int status = 0;
    const pid_t reaped = sys::uninterrupted([&] { return sys::waitpid(-1, &status, WNOHANG); });
    if (reaped <= 0) return;
    into.push_back(
        {.kind = LoopEvent::Kind::child_exited, .child = {reaped, 0}, .status = exit_status_from_wait(status)});
  }
}

bool become_subreaper() noexcept { return FOREVER_SYS(prctl, -1, PR_SET_CHILD_SUBREAPER, 1UL, 0UL, 0UL, 0UL) == 0; }

}  // namespace forever
