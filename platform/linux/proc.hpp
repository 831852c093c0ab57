// proc(5), read with as few calls and as little memory as can be. For the back end's own use.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "platform/process.hpp"

namespace forever::proc {

// What is used of /proc/PID/stat (proc_pid_stat(5)).
struct Stat {
  char state = '?';
  Pid parent = 0;
  Pid group = 0;
  Pid session = 0;
  std::uint64_t user_ticks = 0;
  std::uint64_t system_ticks = 0;
  std::uint64_t threads = 0;
  std::uint64_t start_time = 0;
  std::uint64_t resident_pages = 0;
};

// false with errno if there is no such process (ENOENT, ESRCH) or it could not be read (EMFILE …).
[[nodiscard]] bool read_stat(Pid pid, Stat& into) noexcept;
// The line as the kernel wrote it; false if it is not one. Pure.
[[nodiscard]] bool parse_stat(std::string_view line, Stat& into) noexcept;

// The whole of a file under /proc, which has no size; empty if it cannot be read.
[[nodiscard]] std::string read_whole(const char* path);

}  // namespace forever::proc
