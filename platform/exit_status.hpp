// How a process ended, on any system, and the words for it. Pure.
#pragma once

#include <cstdint>
#include <string>

namespace forever {

// exited: `code` is the program's own exit code (0-255; on Windows 32 bits, NTSTATUS of a crash included).
// signalled: POSIX only; `code` is the signal number, `core_dumped` as in wait(2).
// unknown: the process was not a child of this one and its status is lost (adopted under init); counts as a failure.
// not_started: fork or exec failed; `code` is errno.
struct ExitStatus {
  enum class Kind : std::uint8_t { exited, signalled, unknown, not_started };
  Kind kind = Kind::unknown;
  std::int64_t code = 0;
  bool core_dumped = false;

  [[nodiscard]] bool success() const noexcept { return kind == Kind::exited && code == 0; }
  friend bool operator==(const ExitStatus&, const ExitStatus&) = default;
};

// From the status word of wait(2).
[[nodiscard]] ExitStatus exit_status_from_wait(int wait_status) noexcept;

// "exit 3", "killed by SIGSEGV (core dumped)", "exit unknown", "exec: no such file or directory".
// `stage` names what failed for not_started ("exec", "cwd", "user", "fork" …).
[[nodiscard]] std::string describe_exit(const ExitStatus& status, const std::string& stage = "exec");

}  // namespace forever
