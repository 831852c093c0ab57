// The lock by flock(2), which belongs to the open file description as well; probed by F_GETLK, which sees it.
#include "platform/lock.hpp"

#include <sys/file.h>

#include "platform/posix/lock_file.hpp"
#include "platform/posix/sys.hpp"

namespace forever {
Result<Handle> try_lock(const std::string& path) {
  Result<Handle> opened = open_lock_file(path);
  if (!opened) return opened;
  Handle file = std::move(*opened);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return file;
  if (errno == EWOULDBLOCK) return Handle();
  return last_error("lock " + path);
}

void lock_open_file(NativeHandle file) noexcept {
  struct stat found {};
  if (sys::fstat(file, &found) == 0 && S_ISREG(found.st_mode)) (void)::flock(file, LOCK_EX | LOCK_NB);
}

Result<LockState> probe_open_lock(NativeHandle file) {
  struct flock range {};
  range.l_type = F_WRLCK;
  range.l_whence = SEEK_SET;
  if (sys::fcntl(file, F_GETLK, &range) != 0) return last_error("probe a lock");
  return range.l_type == F_UNLCK ? LockState::free : LockState::held;
}

void unlock(NativeHandle lock) noexcept { ::flock(lock, LOCK_UN); }

}  // namespace forever
