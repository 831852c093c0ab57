// One function makes the exit code of `run`; see exit_codes.hpp.
#include "app/exit_codes.hpp"

#include <cerrno>

namespace forever {

namespace {

int code_of_failed_start(std::int64_t code) noexcept {
  switch (code) {
    case ENOENT:
    case ENOTDIR: return to_int(ExitCode::no_program);
    case EACCES:
    case EPERM:
    case ENOEXEC:
    case EISDIR: return to_int(ExitCode::not_executable);
    default: return to_int(ExitCode::failed);  // errno has no end
  }
}

}  // namespace

int exit_code_of(const ExitStatus& status) noexcept {
  switch (status.kind) {
    // 32 bits on Windows (an NTSTATUS); wait(2) gives no more than 8.
    case ExitStatus::Kind::exited: return static_cast<int>(static_cast<std::uint32_t>(status.code));
    case ExitStatus::Kind::signalled: return 128 + static_cast<int>(status.code & 0x7f);
    case ExitStatus::Kind::unknown: return to_int(ExitCode::failed);
    case ExitStatus::Kind::not_started: return code_of_failed_start(status.code);
  }
  return to_int(ExitCode::failed);
}

}  // namespace forever
