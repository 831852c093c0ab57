// Who owns a file, which group a process is in: single calls of POSIX.
#include <unistd.h>

#include "platform/files.hpp"
#include "platform/posix/sys.hpp"
#include "platform/process.hpp"

namespace forever {

Status give_to_user(NativeHandle file, std::uint32_t uid, std::uint32_t gid) {
  if (FOREVER_SYS(fchown, -1, file, uid, gid) != 0) return last_error("give the file to its user");
  return Done{};
}

Pid process_group_of(Pid pid) noexcept {
  const pid_t group = ::getpgid(pid);
  return group < 0 ? 0 : group;
}

}  // namespace forever
