// Whether a process is suspended.
#pragma once

#include "platform/process.hpp"

namespace forever {

// Held by SIGSTOP, a terminal or a debugger (state T of proc_pid_stat(5)). false if unknown.
[[nodiscard]] bool is_suspended(const ProcessId& id);

}  // namespace forever
