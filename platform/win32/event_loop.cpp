// The event loop by WaitForMultipleObjects: what is ready is looked for, and where nothing is, one call waits for all of it.
#include "platform/event_loop.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <map>

#include "platform/signals.hpp"
#include "platform/win32/channel.hpp"
#include "platform/win32/jobs.hpp"
#include "platform/win32/listener.hpp"
#include "platform/win32/signal_events.hpp"
#include "platform/win32/system.hpp"

namespace forever {
namespace {

using win32::as_handle;

// A partial line stays in its pipe, and the system does not report when it grows: it is polled, less and less often.
constexpr Milliseconds kFirstLook{20};
constexpr Milliseconds kLastLook{250};
// One call waits for 64 handles; one of them is ours, and what is beyond them is left to threads of the system.
constexpr std::size_t kDirect = MAXIMUM_WAIT_OBJECTS - 1;

// What the console's thread reports, by the signals' numbers.
std::atomic<unsigned> asked_for{0};
std::atomic<HANDLE> waker{nullptr};

int signal_of(DWORD kind) noexcept {
  switch (kind) {
    case CTRL_C_EVENT: return kInterruptSignal;
    case CTRL_CLOSE_EVENT: return kHangUpSignal;
    default: return kTermSignal;  // Ctrl-Break, log-off, shutdown
  }
}

BOOL WINAPI on_console_event(DWORD kind) {
  asked_for |= 1U << static_cast<unsigned>(signal_of(kind));
  if (HANDLE const event = waker) ::SetEvent(event);
  // After these the process is ended as soon as this returns; the system grants some seconds.
  if (kind != CTRL_C_EVENT && kind != CTRL_BREAK_EVENT) ::Sleep(INFINITE);
  return TRUE;
}

void CALLBACK on_overflow(void* event, BOOLEAN) { ::SetEvent(event); }

bool is_set(HANDLE handle) noexcept { return ::WaitForSingleObject(handle, 0) == WAIT_OBJECT_0; }

}  // namespace

struct EventLoop::Impl {
  struct Reading {
    std::uint64_t token = 0;
    EventLoop::Trigger trigger = EventLoop::Trigger::level;
    bool paused = false;
    // For an edge: the position in the stream that was reported last, whether it was the end, and when to poll again.
    std::optional<std::uint64_t> seen{};
    bool ended = false;
    Milliseconds step = kFirstLook;
    Time look{};
  };

  struct Stranger {
    ProcessId id;
    std::uint64_t token = 0;
    Handle process;  // none: it was gone already
  };

  explicit Impl(std::span<const int> taken) : sent(taken) {}

  win32::SignalEvents sent;
  Handle wake;
  std::map<NativeHandle, Reading> readings;
  std::map<NativeHandle, std::uint64_t> writings;
  std::vector<Stranger> strangers;
  std::vector<LoopEvent> events;
  unsigned signals = 0;

  // Handles that are worth waiting for, and when something must be looked at although none of them is set.
  struct Wait {
    std::vector<HANDLE> handles;
    std::optional<Time> look;
  };

  void tell(LoopEvent::Kind kind, std::uint64_t token) {
    LoopEvent event;
    event.kind = kind;
    event.token = token;
    events.push_back(event);
  }

  void look_at_edge(win32::Channel& channel, Reading& reading, Wait& wait) {
    const auto waiting = channel.available();
    const std::size_t now = waiting ? *waiting : 0;
    const bool ended = !waiting;
    // Not how much waits: as much as before may have come since that was taken.
    const std::uint64_t reaches = channel.taken() + now;
    const bool news = (ended && !reading.ended) || (now > 0 && reading.seen != reaches);
    if (news || now == 0) reading.step = kFirstLook;
    reading.seen = reaches;
    reading.ended = ended;
    if (news) {
      reading.look = steady_now() + reading.step;
      return tell(LoopEvent::Kind::readable, reading.token);
    }
    if (ended) return;
    if (now == 0) return wait.handles.push_back(channel.readable());
    if (steady_now() >= reading.look) {
      reading.step = std::min(reading.step * 2, kLastLook);
      reading.look = steady_now() + reading.step;
    }
    wait.look = std::min(wait.look.value_or(reading.look), reading.look);
  }

  void look_at_readings(Wait& wait) {
    for (auto& [handle, reading] : readings) {
      if (reading.paused) continue;
      win32::Channel* const channel = win32::channel_of(handle);
      if (channel != nullptr && reading.trigger == Trigger::edge) {
        look_at_edge(*channel, reading, wait);
        continue;
      }
      HANDLE const event = channel != nullptr ? channel->readable() : as_handle(handle);
      if (is_set(event)) {
        tell(LoopEvent::Kind::readable, reading.token);
      } else {
        wait.handles.push_back(event);
      }
    }
  }

  void look_at_writings(Wait& wait) {
    for (const auto& [handle, token] : writings) {
      const win32::Channel* const channel = win32::channel_of(handle);
      if (channel == nullptr || is_set(channel->writable())) {
        tell(LoopEvent::Kind::writable, token);
      } else {
        wait.handles.push_back(channel->writable());
      }
    }
  }

  void look_at_strangers(Wait& wait) {
    std::erase_if(strangers, [&](const Stranger& stranger) {
      if (stranger.process && !is_set(as_handle(stranger.process.get()))) {
        wait.handles.push_back(as_handle(stranger.process.get()));
        return false;
      }
      LoopEvent event;
      event.kind = LoopEvent::Kind::process_gone;
      event.token = stranger.token;
      event.child = stranger.id;
      events.push_back(event);
      return true;
    });
  }

  void tell_signal(int signal, bool from_console) {
    LoopEvent event;
    event.kind = LoopEvent::Kind::signal;
    event.signal = signal;
    event.from_kernel = from_console;  // then everything on it has been signalled
    events.push_back(event);
  }

  void look_at_signals(Wait& wait) {
    const unsigned come = asked_for.fetch_and(~signals) & signals;
    for (int signal = 1; signal < win32::kSignals; ++signal) {
      if ((come >> static_cast<unsigned>(signal) & 1U) != 0) tell_signal(signal, true);
    }
    while (const int signal = sent.take()) tell_signal(signal, false);
    sent.add_handles(wait.handles);
  }

  void block(const Wait& wait, std::optional<Time> until);
};

namespace {

// Children that have ended; the handles of those that have not.
void look_at_children(std::vector<LoopEvent>& into, std::vector<HANDLE>* running) {
  for (const win32::RunningChild& child : win32::running_children()) {
    HANDLE const process = as_handle(child.process);
    if (!is_set(process)) {
      if (running != nullptr) running->push_back(process);
      continue;
    }
    DWORD code = 0;
    ::GetExitCodeProcess(process, &code);
    LoopEvent event;
    event.kind = LoopEvent::Kind::child_exited;
    event.child = child.id;
    event.status = exit_status_from_wait(static_cast<int>(code));
    win32::note_end(child.id);
    into.push_back(event);
  }
}

}  // namespace

// Until something is set, at the latest `until`; the caller looks what it was.
void EventLoop::Impl::block(const Wait& wait, std::optional<Time> until) {
  DWORD time = INFINITE;
  if (until) {
    const auto left = std::chrono::ceil<Milliseconds>(*until - steady_now());
    time = static_cast<DWORD>(std::clamp<std::int64_t>(left.count(), 0, INFINITE - 1));
  }
  std::vector<HANDLE> direct{as_handle(wake.get())};
  std::vector<HANDLE> overflow;
  for (HANDLE const handle : wait.handles) {
    if (direct.size() <= kDirect) {
      direct.push_back(handle);
      continue;
    }
    HANDLE registered = nullptr;
    if (::RegisterWaitForSingleObject(&registered, handle, &on_overflow, as_handle(wake.get()), INFINITE,
                                      WT_EXECUTEONLYONCE) != 0) {
      overflow.push_back(registered);
    }
  }
  ::WaitForMultipleObjects(static_cast<DWORD>(std::min<std::size_t>(direct.size(), MAXIMUM_WAIT_OBJECTS)),
                           direct.data(), FALSE, time);
  for (HANDLE const registered : overflow) ::UnregisterWaitEx(registered, INVALID_HANDLE_VALUE);
  ::ResetEvent(as_handle(wake.get()));
}

Result<EventLoop> EventLoop::create(std::span<const int> signals) {
  Handle wake(win32::as_native(::CreateEventW(nullptr, TRUE, FALSE, nullptr)));
  if (!wake) return last_error("create an event");
  auto impl = std::make_unique<Impl>(signals);
  for (const int signal : signals)
    impl->signals |= signal > 0 && signal < 32 ? 1U << static_cast<unsigned>(signal) : 0U;
  waker = as_handle(wake.get());
  impl->wake = std::move(wake);
  ::SetConsoleCtrlHandler(&on_console_event, TRUE);
  return EventLoop(impl.release());
}

EventLoop::EventLoop(EventLoop&& other) noexcept : impl_(std::exchange(other.impl_, nullptr)) {}

EventLoop& EventLoop::operator=(EventLoop&& other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}

EventLoop::~EventLoop() {
  if (impl_ == nullptr) return;
  if (waker == as_handle(impl_->wake.get())) waker = nullptr;
  delete impl_;
}

Status EventLoop::watch_readable(NativeHandle handle, std::uint64_t token, Trigger trigger) {
  if (handle == kNoHandle) return Done{};  // the keeper's link, where there is none
  if (win32::channel_of(handle) == nullptr && ::GetFileType(as_handle(handle)) == FILE_TYPE_DISK) {
    return error_from(EPERM, "watch a file");
  }
  impl_->readings.insert_or_assign(handle, Impl::Reading{.token = token, .trigger = trigger});
  return Done{};
}

Status EventLoop::watch_writable(NativeHandle handle, std::uint64_t token) {
  impl_->writings.insert_or_assign(handle, token);
  return Done{};
}

void EventLoop::unwatch(NativeHandle handle) noexcept {
  impl_->readings.erase(handle);
  impl_->writings.erase(handle);
}

void EventLoop::pause(NativeHandle handle) noexcept {
  if (const auto found = impl_->readings.find(handle); found != impl_->readings.end()) found->second.paused = true;
}

void EventLoop::resume(NativeHandle handle) noexcept {
  const auto found = impl_->readings.find(handle);
  if (found == impl_->readings.end()) return;
  found->second.paused = false;
  found->second.seen.reset();
}

Status EventLoop::watch_process(const ProcessId& id, std::uint64_t token) {
  Handle process;
  if (id.pid > 0) {
    process.reset(win32::as_native(
        ::OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, FALSE, static_cast<DWORD>(id.pid))));
  }
  if (process && win32::start_time_of(process.get()) != id.start_time) process.reset();
  unwatch_process(id);
  impl_->strangers.push_back({id, token, std::move(process)});
  return Done{};
}

void EventLoop::unwatch_process(const ProcessId& id) noexcept {
  std::erase_if(impl_->strangers, [&](const Impl::Stranger& stranger) { return stranger.id == id; });
}

std::span<const LoopEvent> EventLoop::wait(std::optional<Time> deadline) {
  impl_->events.clear();
  for (;;) {
    Impl::Wait wait;
    impl_->look_at_signals(wait);
    look_at_children(impl_->events, &wait.handles);
    impl_->look_at_readings(wait);
    impl_->look_at_writings(wait);
    impl_->look_at_strangers(wait);
    if (!impl_->events.empty() || (deadline && steady_now() >= *deadline)) return impl_->events;
    std::optional<Time> until = deadline;
    if (wait.look) until = std::min(until.value_or(*wait.look), *wait.look);
    impl_->block(wait, until);
  }
}

void EventLoop::report_stops() noexcept {}

void EventLoop::collect_children(std::vector<LoopEvent>& into) { look_at_children(into, nullptr); }

// Their instance's job holds descendants, regardless of their parent.
void EventLoop::name_children_by_number() noexcept {}

bool become_subreaper() noexcept { return true; }

}  // namespace forever
