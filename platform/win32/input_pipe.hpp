// An instance's standard input, on the side of the supervisor that starts it.
#pragma once

#include <string>

#include "platform/input_pipe.hpp"
#include "platform/process.hpp"
#include "platform/win32/system.hpp"

namespace forever::win32 {

// Puts a copy of the pipe's write end into the instance, and on record at `path`, where write_input() looks for it.
[[nodiscard]] Status keep_input(const std::string& path, const ProcessId& id, NativeHandle process,
                                NativeHandle write_end);

}  // namespace forever::win32
