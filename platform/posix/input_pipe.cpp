// Input by FIFO, for every POSIX system; fifo(7).
#include "platform/input_pipe.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "platform/files.hpp"
#include "platform/handle.hpp"
#include "platform/posix/make_fifo.hpp"
#include "platform/posix/sys.hpp"

namespace forever {

Status make_fifo(const std::string& path) {
  const auto make = [&] { return FOREVER_SYS(mkfifo, -1, path.c_str(), mode_t{0600}); };
  if (make() == 0) return Done{};
  if (errno != EEXIST) return last_error("create the FIFO " + path);
  struct stat found {};
  if (FOREVER_SYS(lstat, -1, path.c_str(), &found) != 0) return last_error("examine " + path);
  if (S_ISFIFO(found.st_mode)) return Done{};
  if (Status removed = remove_tree(path); !removed) return removed;
  if (make() != 0) return last_error("create the FIFO " + path);
  return Done{};
}

Status make_input_pipe(const std::string& path) { return make_fifo(path); }

Status write_input(const std::string& path, std::string_view bytes) {
  constexpr int kFlags = O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC;
  const Handle fifo(sys::uninterrupted([&] { return sys::open(path.c_str(), kFlags); }));
  if (!fifo) return last_error("open " + path);
  struct stat found {};
  if (sys::fstat(fifo.get(), &found) != 0) return last_error("examine " + path);
  if (!S_ISFIFO(found.st_mode)) return error_from(ENXIO, "write to " + path);
  if (bytes.size() > kLongestInput) return error_from(EMSGSIZE, "write to " + path);
  if (sys::uninterrupted([&] { return sys::write(fifo.get(), bytes.data(), bytes.size()); }) < 0)
    return last_error("write to " + path);
  return Done{};
}

}  // namespace forever
