// What of this machine is of interest: who we are, and how much room the disk has.
#include "platform/surroundings.hpp"

#include "platform/users.hpp"
#include "platform/win32/system.hpp"

namespace forever {

Surroundings look_around(const std::string&) {
  Surroundings found;
  found.user = user_name(effective_uid());
  return found;
}

std::optional<DiskFacts> disk_of(std::string path) {
  while (::GetFileAttributesW(win32::wide_path(path).c_str()) == INVALID_FILE_ATTRIBUTES) {
    const std::size_t slash = path.find_last_of("/\\");
    if (slash == std::string::npos || slash == 0) return std::nullopt;
    // "C:" is the current directory of that drive; "C:/" is its root.
    path.resize(path[slash - 1] == ':' && slash + 1 < path.size() ? slash + 1 : slash);
  }
  ULARGE_INTEGER free{};
  ULARGE_INTEGER total{};
  if (::GetDiskFreeSpaceExW(win32::wide_path(path).c_str(), &free, &total, nullptr) == 0) return std::nullopt;
  return DiskFacts{.free_bytes = free.QuadPart, .total_bytes = total.QuadPart};
}

}  // namespace forever
