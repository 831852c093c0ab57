// Closing a descriptor.
#include "platform/handle.hpp"

#include "platform/posix/sys.hpp"

namespace forever {

void close_native(NativeHandle handle) noexcept {
  if (handle == kNoHandle) return;
  const int code = errno;
  sys::close(handle);
  errno = code;
}

}  // namespace forever
