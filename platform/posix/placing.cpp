// Putting files where other programs look for them.
#include "platform/placing.hpp"

#include <array>
#include <cstdlib>

#include "platform/handle.hpp"
#include "platform/posix/sys.hpp"
#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif

namespace forever {

Result<std::string> own_program() {
  std::array<char, 4096> buffer{};
#ifdef __APPLE__
  auto size = static_cast<std::uint32_t>(buffer.size());
  if (::_NSGetExecutablePath(buffer.data(), &size) != 0)
    return error_from(ENAMETOOLONG, "find this program's own file");
  std::string path{buffer.data()};
#else
  const ssize_t length = sys::readlink("/proc/self/exe", buffer.data(), buffer.size());
  if (length < 0) return last_error("find this program's own file");
  std::string path{buffer.data(), static_cast<std::size_t>(length)};
#endif
  if (sys::access(path.c_str(), X_OK) != 0) return last_error("find this program's own file " + path);
  return path;
}

Status make_link(const std::string& target, const std::string& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) == 0) {
    if (!S_ISLNK(found.st_mode)) return error_from(EEXIST, "make the link " + path);
    if (sys::unlink(path.c_str()) != 0) return last_error("replace the link " + path);
  }
  if (FOREVER_SYS(symlink, -1, target.c_str(), path.c_str()) != 0) return last_error("make the link " + path);
  return Done{};
}

Result<std::string> make_scratch_directory() {
  // Not $TMPDIR: sudo(8) may have kept one that another user controls.
  std::string path = "/tmp/forever-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) return last_error("make a directory in /tmp");
  return path;
}

Status set_mode(const std::string& path, unsigned mode) {
  const Handle file(sys::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return last_error("open " + path);
  if (sys::fchmod(file.get(), static_cast<mode_t>(mode)) != 0) return last_error("change the mode of " + path);
  return Done{};
}

}  // namespace forever
