// The child of a start is forked.
#include "platform/posix/strip.hpp"
#include "platform/posix/sys.hpp"

namespace forever {

pid_t start_strip(const StripPlan& plan, std::span<std::byte>) noexcept {
  const pid_t child = sys::fork();
  if (child == 0) run_strip(plan);
  return child;
}

}  // namespace forever
