// What this process was given and passes on: its limits and its umask.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace forever {

// One limit of setrlimit(2), by its name without RLIMIT_ ("NOFILE"); kUnlimited is RLIM_INFINITY.
struct ResourceLimit {
  std::string name;
  std::uint64_t soft = 0;
  std::uint64_t hard = 0;
  friend bool operator==(const ResourceLimit&, const ResourceLimit&) = default;
};
inline constexpr std::uint64_t kUnlimited = ~std::uint64_t{0};
// All limits of this process (getrlimit); recorded at `start`, applied at every start after.
[[nodiscard]] std::vector<ResourceLimit> current_limits();
// Some umasks take a file's rights from its very owner: from now on this process's does not. And a file that would grow over the
// size limit is an error from now on, not the end of this process.
void keep_files_usable() noexcept;
// The umask that this process was given.
[[nodiscard]] unsigned current_umask() noexcept;

}  // namespace forever
