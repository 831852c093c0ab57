// The exit codes of the command, made in one place. Documented in forever(1), EXIT STATUS.
#pragma once

#include "platform/exit_status.hpp"

namespace forever {

enum class ExitCode : int {
  ok = 0,
  failed = 1,            // it was tried and did not work
  usage = 2,             // the command line is wrong; nothing was touched
  not_found = 3,         // no such app, or more than one reading; nothing was touched
  not_executable = 126,  // the program is there but cannot be executed
  no_program = 127,      // the program was not found
};

// The exit code of `forever run`: the program's own (0-255; on POSIX the low 8 bits), 128 + signal, 126/127 for what
// could not be started (EACCES, ENOEXEC, EISDIR / ENOENT, ENOTDIR), 1 for unknown.
[[nodiscard]] int exit_code_of(const ExitStatus& status) noexcept;
[[nodiscard]] constexpr int to_int(ExitCode code) noexcept { return static_cast<int>(code); }

}  // namespace forever
