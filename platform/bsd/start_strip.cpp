// The child of a start is forked; no process intercepts its system calls.
#include <cerrno>

#include "platform/posix/strip.hpp"
#include "platform/posix/sys.hpp"

namespace forever {

pid_t start_strip(const StripPlan& plan, std::span<std::byte>) noexcept {
  const pid_t child = sys::fork();
  if (child == 0) run_strip(plan);
  return child;
}

int hand_over_port_calls(int, pid_t) noexcept { return ENOTSUP; }

}  // namespace forever
