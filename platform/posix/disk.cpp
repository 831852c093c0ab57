// statvfs(3).
#include <sys/statvfs.h>

#include "platform/posix/sys.hpp"
#include "platform/surroundings.hpp"

namespace forever {

std::optional<DiskFacts> disk_of(std::string path) {
  struct statvfs found {};
  while (FOREVER_SYS(statvfs, -1, path.c_str(), &found) != 0) {
    const std::size_t slash = path.rfind('/');
    if (errno != ENOENT || slash == std::string::npos || path == "/") return std::nullopt;
    path.resize(slash == 0 ? 1 : slash);
  }
  const auto block = static_cast<std::uint64_t>(found.f_frsize);
  return DiskFacts{found.f_bavail * block, found.f_blocks * block, found.f_favail, found.f_files};
}

}  // namespace forever
