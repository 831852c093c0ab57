// Signal names and numbers. Windows knows TERM, INT, KILL and HUP as requests to stop.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace forever {

inline constexpr int kHangUpSignal = 1;  // the same numbers on every POSIX system
inline constexpr int kInterruptSignal = 2;
inline constexpr int kQuitSignal = 3;
inline constexpr int kKillSignal = 9;
inline constexpr int kPipeSignal = 13;
inline constexpr int kTermSignal = 15;

// "TERM", "SIGTERM", "sigterm", "15" -> 15. Nothing for an unknown one or 0.
[[nodiscard]] std::optional<int> signal_from_name(std::string_view name);
// 15 -> "SIGTERM"; real-time signals "SIGRTMIN+3"; else "signal 77".
[[nodiscard]] std::string signal_name(int signal);
// Whether this process ignores it, as nohup(1) has it ignore HUP. Windows: never.
[[nodiscard]] bool is_ignored(int signal) noexcept;

}  // namespace forever
