// The strip between fork and exec: what the child does with what was prepared before the fork. Back end only.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "platform/spawn.hpp"

namespace forever {

struct LimitStep {
  int resource = 0;
  rlimit value{};
};

// Nothing in it owns anything; all of it lives in the parent's memory until the fork has returned there.
struct StripPlan {
  const char* program = nullptr;
  char* const* argv = nullptr;
  char* const* environment = nullptr;
  const char* directory = nullptr;  // nullptr: stay
  SpawnRequest::Session session = SpawnRequest::Session::own_session;
  mode_t umask = 022;
  std::span<const LimitStep> limits;
  bool change_user = false;
  uid_t uid = 0;
  gid_t gid = 0;
  std::span<const gid_t> groups;
  int out = -1;
  int err = -1;
  bool inherit_stdin = false;
  int gate = -1;    // read end, above 2
  int report = -1;  // write end, above 2, close-on-exec
};

// What travels over the report pipe when the strip fails; end of file without it means that exec succeeded.
struct StripFailure {
  std::int32_t stage = 0;
  std::int32_t code = 0;
};

// In the child, with all signals blocked. Closes all descriptors but those named, prepares everything, waits at the gate,
// executes. Async-signal-safe (signal-safety(7)). The process ends with 127 if the strip fails or the gate closes unopened.
[[noreturn]] void run_strip(const StripPlan& plan) noexcept;

// What differs between systems in the strip. Both async-signal-safe.

// Closes the descriptors first … last. false if the system cannot do it in one call.
[[nodiscard]] bool close_span(unsigned first, unsigned last) noexcept;
// Defaults for the signals that the C library keeps to itself, and which sigaction(2) refuses: glibc's posix_spawn leaves
// them ignored in what it starts, make(1) and all below it for instance.
void reset_reserved_signals() noexcept;
// A new description of the FIFO `descriptor` for reading and writing, so that its flags are the instance's own; where the
// system has no way to it, a duplicate. -1 with errno.
[[nodiscard]] int reopen_fifo(int descriptor) noexcept;

}  // namespace forever
