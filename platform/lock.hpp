// The lock that says "supervised": an open-file-description byte lock (fcntl(2) F_OFD_SETLK; LockFileEx).
// One description is inherited by keeper and supervisor; it goes when the last copy is closed.
#pragma once

#include <string>

#include "platform/handle.hpp"
#include "platform/result.hpp"

namespace forever {

enum class LockState : std::uint8_t { free, held };

// Opens (creating 0600) and tries to take it without waiting. Anything but a regular file in its place is removed. A Handle without value: another process holds it.
[[nodiscard]] Result<Handle> try_lock(const std::string& path);
// Takes it on a regular file that is open for writing, unless another process holds it.
void lock_open_file(NativeHandle file) noexcept;
// F_OFD_GETLK: looks without taking. A missing file is free, and so is what is no regular file.
[[nodiscard]] Result<LockState> probe_lock(const std::string& path);
[[nodiscard]] Result<LockState> probe_open_lock(NativeHandle file);
// Lets go although other processes still have the description open.
void unlock(NativeHandle lock) noexcept;
// Whether `path` still names the file that `lock` locks (it may have been deleted under us).
[[nodiscard]] bool lock_is_at(NativeHandle lock, const std::string& path);

}  // namespace forever
