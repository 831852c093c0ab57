// An exit code as a value: 32 bits, of which NTSTATUS uses the upper half for crashes.
#include "platform/exit_status.hpp"

namespace forever {

ExitStatus exit_status_from_wait(int wait_status) noexcept {
  return {ExitStatus::Kind::exited, static_cast<std::uint32_t>(wait_status), false};
}

}  // namespace forever
