// The child of a start shares the supervisor's memory until it executes, as vfork(2)'s does, but the supervisor goes on
// meanwhile: no page table is copied, and neither side copies pages when it writes.
#include <sched.h>

#include <csignal>

#include "platform/linux/direct_call.hpp"
#include "platform/posix/strip.hpp"
#include "platform/posix/sys.hpp"

namespace forever {
namespace {

// A fault plan counts each process's calls for itself, and a sanitizer follows the one stack of each: both want a fork.
#if defined(FOREVER_FAULT_INJECTION) || defined(__SANITIZE_ADDRESS__)
constexpr bool kMayShare = false;
#else
constexpr bool kMayShare = kDirectCalls;
#endif

int child_of(void* plan) noexcept { run_strip(*static_cast<const StripPlan*>(plan)); }

}  // namespace

pid_t start_strip(const StripPlan& plan, std::span<std::byte> stack) noexcept {
  // Memory that is shared with a process of another user can no longer be looked into by its own (PR_SET_DUMPABLE).
  // Who hands over a port filter makes calls that set errno.
  if (kMayShare && !plan.change_user && plan.calls == -1) {
    return ::clone(child_of, stack.data() + stack.size(), CLONE_VM | SIGCHLD, const_cast<StripPlan*>(&plan));
  }
  const pid_t child = sys::fork();
  if (child == 0) run_strip(plan);
  return child;
}

}  // namespace forever
