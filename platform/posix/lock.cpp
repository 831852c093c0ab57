// Whether a lock still is the lock that others will find.
#include "platform/lock.hpp"

#include "platform/posix/sys.hpp"

namespace forever {

bool lock_is_at(NativeHandle lock, const std::string& path) {
  struct stat held {};
  struct stat named {};
  if (sys::fstat(lock, &held) != 0 || sys::stat(path.c_str(), &named) != 0) return false;
  return held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

}  // namespace forever
