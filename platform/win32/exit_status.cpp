// An exit code as a value: 32 bits, of which NTSTATUS uses the upper half for crashes.
#include "platform/exit_status.hpp"

#include "platform/win32/jobs.hpp"

namespace forever {

ExitStatus exit_status_from_wait(int wait_status) noexcept {
  const auto code = static_cast<std::uint32_t>(wait_status);
  for (int signal = 1; signal < 32; ++signal) {
    if (code == win32::code_of_signal(signal)) return {ExitStatus::Kind::signalled, signal, false};
  }
  return {ExitStatus::Kind::exited, code, false};
}

}  // namespace forever
