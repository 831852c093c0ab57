// The lock by LockFileEx(): it belongs to the handle, and goes when that is closed, by the system if need be.
#include "platform/lock.hpp"

#include "platform/files.hpp"
#include "platform/win32/replace.hpp"
#include "platform/win32/security.hpp"
#include "platform/win32/system.hpp"

namespace forever {
namespace {

// A byte far behind the end: a lock hinders those who read and write what it covers.
constexpr std::uint64_t kLockedByte = std::uint64_t{1} << 62U;
constexpr int kAttempts = 20;  // a look holds the byte for some microseconds

Handle open_lock(const std::string& path, DWORD disposition) {
  return Handle(win32::as_native(::CreateFileW(win32::wide_path(path).c_str(), GENERIC_READ | GENERIC_WRITE,
                                               FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                               win32::owner_only(), disposition, FILE_ATTRIBUTE_NORMAL, nullptr)));
}

// 0, or GetLastError's code.
DWORD take(NativeHandle file, DWORD flags) noexcept {
  OVERLAPPED place = win32::place_of(kLockedByte);
  const BOOL taken = ::LockFileEx(win32::as_handle(file), flags | LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &place);
  return taken != 0 ? ERROR_SUCCESS : ::GetLastError();
}

bool is_held(DWORD code) noexcept { return code == ERROR_LOCK_VIOLATION || code == ERROR_IO_PENDING; }

}  // namespace

Result<Handle> try_lock(const std::string& path) {
  Handle file = open_lock(path, OPEN_ALWAYS);
  if (!file) return last_error("open " + path);
  for (int left = kAttempts;; --left) {
    const DWORD code = take(file.get(), LOCKFILE_EXCLUSIVE_LOCK);
    if (code == ERROR_SUCCESS) return file;
    if (!is_held(code)) return win32::error_of(code, "lock " + path);
    // Held, unless a look that takes a share for a moment is in the way.
    if (left == 1 || is_held(take(file.get(), 0))) return Handle();
    unlock(file.get());
    ::SwitchToThread();
  }
}

Result<LockState> probe_lock(const std::string& path) {
  const Handle file = open_lock(path, OPEN_EXISTING);
  if (!file) {
    const DWORD code = ::GetLastError();
    if (win32::errno_of(code) == win32::errno_of(ERROR_FILE_NOT_FOUND)) return LockState::free;
    return win32::error_of(code, "open " + path);
  }
  // There is no look that takes nothing. A share hinders nobody who looks, and who wants it all tries again.
  const DWORD code = take(file.get(), 0);
  if (code == ERROR_SUCCESS) {
    unlock(file.get());
    return LockState::free;
  }
  if (is_held(code)) return LockState::held;
  return win32::error_of(code, "probe " + path);
}

void unlock(NativeHandle lock) noexcept {
  OVERLAPPED place = win32::place_of(kLockedByte);
  ::UnlockFileEx(win32::as_handle(lock), 0, 1, 0, &place);
}

bool lock_is_at(NativeHandle lock, const std::string& path) {
  const auto held = facts_of(lock);
  const auto named = facts_of(path);
  return held && named && held->device == named->device && held->inode == named->inode;
}

}  // namespace forever
