#include "platform/win32/signal_events.hpp"

#include "platform/win32/security.hpp"

namespace forever::win32 {
namespace {

// In all sessions: a user who has logged in again may signal a supervisor.
std::wstring name_of(const ProcessId& id, int signal) {
  return L"Global\\forever-signal-" + std::to_wstring(id.pid) + L"-" + std::to_wstring(id.start_time) + L"-" +
         std::to_wstring(signal);
}

}  // namespace

SignalEvents::SignalEvents(std::span<const int> signals) {
  const auto self = identify(current_pid());
  if (!self) return;
  for (const int signal : signals) {
    if (signal <= 0 || signal >= kSignals) continue;
    // An event that another user has created would be set by that user. It stays set until take(): waiting for it does not reset it.
    Handle event(as_native(::CreateEventW(owner_only(), TRUE, FALSE, name_of(*self, signal).c_str())));
    if (event && ::GetLastError() != ERROR_ALREADY_EXISTS) events_[static_cast<std::size_t>(signal)] = std::move(event);
  }
}

int SignalEvents::take() noexcept {
  for (std::size_t signal = 1; signal < events_.size(); ++signal) {
    if (!events_[signal] || ::WaitForSingleObject(as_handle(events_[signal].get()), 0) != WAIT_OBJECT_0) continue;
    ::ResetEvent(as_handle(events_[signal].get()));
    return static_cast<int>(signal);
  }
  return 0;
}

void SignalEvents::add_handles(std::vector<HANDLE>& into) const {
  for (const Handle& event : events_) {
    if (event) into.push_back(as_handle(event.get()));
  }
}

bool set_signal_event(const ProcessId& id, int signal) noexcept {
  const Handle event(as_native(::OpenEventW(EVENT_MODIFY_STATE, FALSE, name_of(id, signal).c_str())));
  return event && ::SetEvent(as_handle(event.get())) != 0;
}

}  // namespace forever::win32
