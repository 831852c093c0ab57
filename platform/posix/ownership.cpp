// Who owns a file, which group a process is in: single calls of POSIX.
#include <sys/stat.h>
#include <unistd.h>

#include "platform/files.hpp"
#include "platform/posix/sys.hpp"
#include "platform/process.hpp"

namespace forever {

Status give_to_user(NativeHandle file, std::uint32_t uid, std::uint32_t gid) {
  if (FOREVER_SYS(fchown, -1, file, uid, gid) != 0) return last_error("give the file to its user");
  return Done{};
}

void set_ownership(NativeHandle file, unsigned mode, std::uint32_t owner, std::uint32_t group) noexcept {
  // The owner first: it clears what is more than permission bits.
  if (FOREVER_SYS(fchown, -1, file, owner, group) != 0)
    (void)FOREVER_SYS(fchown, -1, file, static_cast<uid_t>(-1), group);
  (void)FOREVER_SYS(fchmod, -1, file, static_cast<mode_t>(mode & 0777U));
}

Pid process_group_of(Pid pid) noexcept {
  const pid_t group = ::getpgid(pid);
  return group < 0 ? 0 : group;
}

}  // namespace forever
