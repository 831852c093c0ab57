// macOS and the BSDs: no close_range with a flag, no thread name that ps shows.
#include "platform/posix/descriptors.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

namespace forever {

void close_on_exec_from(int first) noexcept {
  const long limit = std::min(::sysconf(_SC_OPEN_MAX), 65536L);
  for (int fd = first; fd < limit; ++fd) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

void set_thread_name(std::string_view) noexcept {}

}  // namespace forever
