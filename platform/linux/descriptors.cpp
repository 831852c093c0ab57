// Linux: close_range(2) and prctl(2).
#include "platform/posix/descriptors.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace forever {

void close_on_exec_from(int first) noexcept {
  if (::syscall(SYS_close_range, static_cast<unsigned>(first), ~0U, CLOSE_RANGE_CLOEXEC) == 0) return;
  // Before Linux 5.11.
  const long limit = std::min(::sysconf(_SC_OPEN_MAX), 65536L);
  for (int fd = first; fd < limit; ++fd) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

void set_thread_name(std::string_view name) noexcept {
  char short_name[16] = {};
  std::memcpy(short_name, name.data(), std::min(name.size(), sizeof short_name - 1));
  ::prctl(PR_SET_NAME, short_name);
}

}  // namespace forever
