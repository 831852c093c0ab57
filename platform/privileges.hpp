// What this process may ask of the kernel beyond the limits that it was given.
#pragma once

#include <cstdint>
#include <optional>

namespace forever {

struct Privileges {
  bool raise_limits = false;    // hard limits (Linux: CAP_SYS_RESOURCE, which root in a container may lack)
  bool raise_priority = false;  // a nice value below zero (Linux: CAP_SYS_NICE)
  std::optional<std::uint64_t>
      most_open_files;  // that anybody may give a process (Linux: fs.nr_open); nothing: no such number
};
[[nodiscard]] Privileges privileges();

// Drops what a change of user may have left to this process (Linux: the capabilities, if securebits(7) keep them).
void drop_capabilities() noexcept;

}  // namespace forever
