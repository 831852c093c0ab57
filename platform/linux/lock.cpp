// The lock by open-file-description locks (fcntl(2)): they belong to the description, not to the process, and can be probed
// without being taken.
#include "platform/lock.hpp"

#include "platform/posix/lock_file.hpp"
#include "platform/posix/sys.hpp"

namespace forever {
namespace {

struct flock one_byte(short type) noexcept {
  struct flock range {};
  range.l_type = type;
  range.l_whence = SEEK_SET;
  range.l_len = 1;
  return range;
}

}  // namespace

Result<Handle> try_lock(const std::string& path) {
  Result<Handle> opened = open_lock_file(path);
  if (!opened) return opened;
  Handle file = std::move(*opened);
  struct flock range = one_byte(F_WRLCK);
  if (sys::fcntl(file.get(), F_OFD_SETLK, &range) == 0) return file;
  if (errno == EAGAIN || errno == EACCES) return Handle();
  return last_error("lock " + path);
}

void lock_open_file(NativeHandle file) noexcept {
  struct stat found {};
  if (sys::fstat(file, &found) != 0 || !S_ISREG(found.st_mode)) return;  // all may write to /dev/null
  struct flock range = one_byte(F_WRLCK);
  sys::fcntl(file, F_OFD_SETLK, &range);
}

Result<LockState> probe_open_lock(NativeHandle file) {
  struct flock range = one_byte(F_WRLCK);
  if (sys::fcntl(file, F_OFD_GETLK, &range) != 0) return last_error("probe a lock");
  return range.l_type == F_UNLCK ? LockState::free : LockState::held;
}

void unlock(NativeHandle lock) noexcept {
  struct flock range = one_byte(F_UNLCK);
  sys::fcntl(lock, F_OFD_SETLK, &range);
}

}  // namespace forever
