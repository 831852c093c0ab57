// Whether a process stands still because it was told to.
#pragma once

#include "platform/process.hpp"

namespace forever {

// Held by SIGSTOP, a terminal or a debugger (state T of proc_pid_stat(5)). false where that cannot be told.
[[nodiscard]] bool is_suspended(const ProcessId& id);

}  // namespace forever
