// The lock by open-file-description locks (fcntl(2)): they belong to the description, not to the process, and can be probed
// without being taken.
#include "platform/lock.hpp"

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
  Handle file(sys::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, mode_t{0600}));
  if (!file) return last_error("open " + path);
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

Result<LockState> probe_lock(const std::string& path) {
  const Handle file(sys::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file) {
    if (errno == ENOENT) return LockState::free;
    return last_error("open " + path);
  }
  struct flock range = one_byte(F_WRLCK);
  if (sys::fcntl(file.get(), F_OFD_GETLK, &range) != 0) return last_error("probe " + path);
  return range.l_type == F_UNLCK ? LockState::free : LockState::held;
}

void unlock(NativeHandle lock) noexcept {
  struct flock range = one_byte(F_UNLCK);
  sys::fcntl(lock, F_OFD_SETLK, &range);
}

}  // namespace forever
