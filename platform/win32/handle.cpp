// Closing a HANDLE.
#include "platform/handle.hpp"

#include "platform/win32/channel.hpp"
#include "platform/win32/system.hpp"

namespace forever {

void close_native(NativeHandle handle) noexcept {
  if (handle == kNoHandle) return;
  const DWORD code = ::GetLastError();
  win32::forget_channel(handle);
  ::CloseHandle(win32::as_handle(handle));
  ::SetLastError(code);
}

}  // namespace forever
