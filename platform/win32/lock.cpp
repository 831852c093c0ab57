// The lock by LockFileEx(): it belongs to the handle, and goes when that is closed, by the system if need be.
#include "platform/lock.hpp"

#include "platform/clock.hpp"
#include "platform/files.hpp"
#include "platform/win32/hand_over.hpp"
#include "platform/win32/replace.hpp"
#include "platform/win32/security.hpp"
#include "platform/win32/system.hpp"

namespace forever {
namespace {

// Bytes far behind the end: a lock prevents others from reading and writing what it covers. A process takes both, the first one
// first. A lock belongs to the process that took it, so it is handed over byte by byte: one of the two is always held.
constexpr std::uint64_t kFirst = std::uint64_t{1} << 62U;
constexpr std::uint64_t kSecond = kFirst + 1;
// A probe holds the bytes for some microseconds, but the probing process may be delayed meanwhile.
constexpr int kQuickAttempts = 20;
constexpr Milliseconds kPatience{2000};

Handle open_lock(const std::string& path, DWORD disposition) {
  return Handle(win32::as_native(::CreateFileW(win32::wide_path(path).c_str(), GENERIC_READ | GENERIC_WRITE,
                                               FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                               win32::owner_only(), disposition, FILE_ATTRIBUTE_NORMAL, nullptr)));
}

// 0, or GetLastError's code.
DWORD take(NativeHandle file, std::uint64_t byte, DWORD flags, DWORD bytes = 1) noexcept {
  OVERLAPPED place = win32::place_of(byte);
  return ::LockFileEx(win32::as_handle(file), flags, 0, bytes, 0, &place) != 0 ? ERROR_SUCCESS : ::GetLastError();
}

void let_go(NativeHandle file, std::uint64_t byte, DWORD bytes = 1) noexcept {
  OVERLAPPED place = win32::place_of(byte);
  ::UnlockFileEx(win32::as_handle(file), 0, bytes, 0, &place);
}

constexpr DWORD kAtOnce = LOCKFILE_FAIL_IMMEDIATELY;
constexpr DWORD kAlone = LOCKFILE_EXCLUSIVE_LOCK;

DWORD take_both(NativeHandle file) noexcept {
  if (const DWORD code = take(file, kFirst, kAtOnce | kAlone); code != ERROR_SUCCESS) return code;
  const DWORD code = take(file, kSecond, kAtOnce | kAlone);
  if (code != ERROR_SUCCESS) let_go(file, kFirst);
  return code;
}

// There is no probe without taking. A shared lock does not prevent other probes, and a process that needs an exclusive one tries again.
DWORD look(NativeHandle file) noexcept {
  const DWORD code = take(file, kFirst, kAtOnce, 2);
  if (code == ERROR_SUCCESS) let_go(file, kFirst, 2);
  return code;
}

bool is_held(DWORD code) noexcept { return code == ERROR_LOCK_VIOLATION || code == ERROR_IO_PENDING; }

// Takes it, unless another process holds it: then it counts as held; where another process only probes, tries again.
DWORD take_unless_held(NativeHandle file) noexcept {
  const Time deadline = steady_now() + kPatience;
  for (int attempt = 1;; ++attempt) {
    const DWORD code = take_both(file);
    // A share for a moment is given to us, too.
    if (!is_held(code) || is_held(look(file)) || steady_now() >= deadline) return code;
    if (attempt <= kQuickAttempts) {
      ::SwitchToThread();
    } else {
      ::Sleep(1);
    }
  }
}

}  // namespace

Result<Handle> try_lock(const std::string& path) {
  Handle file = open_lock(path, OPEN_ALWAYS);
  if (!file) return last_error("open " + path);
  const DWORD code = take_unless_held(file.get());
  if (code == ERROR_SUCCESS) return file;
  if (is_held(code)) return Handle();
  return win32::error_of(code, "lock " + path);
}

void lock_open_file(NativeHandle file) noexcept { (void)take_unless_held(file); }

Result<LockState> probe_lock(const std::string& path) {
  const Handle file = open_lock(path, OPEN_EXISTING);
  if (!file) {
    const DWORD code = ::GetLastError();
    if (win32::errno_of(code) == win32::errno_of(ERROR_FILE_NOT_FOUND)) return LockState::free;
    return win32::error_of(code, "open " + path);
  }
  const auto state = probe_open_lock(file.get());
  if (!state) return Error{"probe " + path, state.error().code};
  return state;
}

Result<LockState> probe_open_lock(NativeHandle file) {
  const DWORD code = look(file);
  if (code == ERROR_SUCCESS) return LockState::free;
  if (is_held(code)) return LockState::held;
  return win32::error_of(code, "probe a lock");
}

void unlock(NativeHandle lock) noexcept {
  let_go(lock, kSecond);
  let_go(lock, kFirst);
}

namespace win32 {

void offer_lock(NativeHandle lock) noexcept { let_go(lock, kSecond); }

void take_offered_lock(NativeHandle lock) noexcept { (void)take(lock, kSecond, kAlone); }

void take_rest_of_lock(NativeHandle lock) noexcept { (void)take(lock, kFirst, kAlone); }

}  // namespace win32

bool lock_is_at(NativeHandle lock, const std::string& path) {
  const auto held = facts_of(lock);
  const auto named = facts_of(path);
  return held && named && held->device == named->device && held->inode == named->inode;
}

}  // namespace forever
