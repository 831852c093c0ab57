// Small things about descriptors and the process itself that differ between POSIX systems. Private to the back ends.
#pragma once

#include <string_view>

namespace forever {

// Marks every descriptor from `first` on close-on-exec (close_range(2) with CLOSE_RANGE_CLOEXEC, else /proc/self/fd or
// a loop to the limit). Async-signal-safe.
void close_on_exec_from(int first) noexcept;
// The name in top and /proc/PID/comm (prctl(2) PR_SET_NAME, 15 bytes; nothing elsewhere).
void set_thread_name(std::string_view name) noexcept;

}  // namespace forever
