// Signals between processes of forever: Windows has none, so named events notify a process that waits in an event loop.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "platform/process.hpp"
#include "platform/win32/system.hpp"

namespace forever::win32 {

inline constexpr int kSignals = 32;

class SignalEvents {
 public:
  // From now on these signals can be sent to this process by its user. What cannot be created (no memory) is left out.
  explicit SignalEvents(std::span<const int> signals);

  // Takes one that has come; 0 if none has.
  [[nodiscard]] int take() noexcept;
  void add_handles(std::vector<HANDLE>& into) const;

 private:
  std::array<Handle, kSignals> events_;
};

// false: that process does not listen to it, or it is another user's.
[[nodiscard]] bool set_signal_event(const ProcessId& id, int signal) noexcept;

}  // namespace forever::win32
