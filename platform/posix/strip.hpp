// The strip between fork and exec: what the child does with what was prepared before the fork. Back end only.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "platform/spawn.hpp"

namespace forever {

struct LimitStep {
  int resource = 0;
  rlimit value{};
};

// Nothing in it owns anything.
struct StripPlan {
  const char* program = nullptr;
  char* const* argv = nullptr;
  char* const* environment = nullptr;
  const char* directory = nullptr;  // nullptr: stay
  SpawnRequest::Session session = SpawnRequest::Session::own_session;
  mode_t umask = 022;
  std::span<const LimitStep> limits;
  bool change_nice = false;
  int nice = 0;
  bool change_user = false;
  uid_t uid = 0;
  gid_t gid = 0;
  std::span<const gid_t> groups;
  int out = -1;
  int err = -1;
  const char* input = nullptr;  // a FIFO for standard input; nullptr: /dev/null
  bool inherit_stdin = false;
  int gate = -1;    // read end, above 2
  int report = -1;  // write end, above 2 and what is passed, close-on-exec
  int calls = -1;   // a socket over which the listener of a port filter is sent; -1: no filter
  pid_t keeper = 0;
  std::span<const int> passed;  // become descriptors 3, 4 …
  // Where the child writes its pid: each has kLongestPid bytes of the environment, or is nullptr.
  std::array<char*, 2> pid_places{};
};
inline constexpr std::size_t kLongestPid = 10;

// What travels over the report pipe when the strip fails; end of file without it means that exec succeeded.
struct StripFailure {
  std::int32_t stage = 0;
  std::int32_t code = 0;
};

// In the child, with all signals blocked. Closes all descriptors but those named, prepares everything, waits at the gate,
// executes. Makes no call but those of strip_calls.hpp, and writes to no memory but its stack and `pid_places`. The process ends with 127 if
// the strip fails or the gate closes unopened.
[[noreturn]] void run_strip(const StripPlan& plan) noexcept;

// How much stack run_strip wants, generously.
inline constexpr std::size_t kStripStack = std::size_t{16} * 1024;

// Closes every descriptor from 3 on but those named (-1: none), which it sorts, by the calls of strip_calls.hpp.
void close_all_but(std::span<int> named) noexcept;

// Starts a process that runs the strip, beside this one. `plan`, all that it points to, and `stack` (kStripStack bytes, its end
// aligned to 16) must stay until that process has executed or ended: its end of the report pipe is closed then. All signals
// are blocked. The pid, or -1 with errno (EAGAIN, ENOMEM; clone(2), fork(2)).
[[nodiscard]] pid_t start_strip(const StripPlan& plan, std::span<std::byte> stack) noexcept;

// In the child: puts the port filter on this process, and sends its listener over `channel`. `keeper` and its descendants may
// take descriptors out of it (ptrace(2), Yama). 0, or an errno. It needs memory of its own: start_strip forks for it.
[[nodiscard]] int hand_over_port_calls(int channel, pid_t keeper) noexcept;

}  // namespace forever
