// Windows' own header, and how its handles and texts become ours: UTF-16 at this edge, UTF-8 everywhere inside.
#pragma once

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>
// clang-format off: these need the one above
#include <psapi.h>
#include <tlhelp32.h>
#include <winternl.h>
// clang-format on

#include <string>
#include <string_view>

#include "platform/handle.hpp"
#include "platform/result.hpp"

namespace forever::win32 {

[[nodiscard]] inline HANDLE as_handle(NativeHandle native) noexcept { return reinterpret_cast<HANDLE>(native); }
// Some calls answer NULL and others INVALID_HANDLE_VALUE: both mean none.
[[nodiscard]] inline NativeHandle as_native(HANDLE handle) noexcept {
  return handle == nullptr ? kNoHandle : reinterpret_cast<NativeHandle>(handle);
}

// What is no valid text of its kind becomes U+FFFD.
[[nodiscard]] std::wstring to_wide(std::string_view utf8);
[[nodiscard]] std::string to_utf8(std::wstring_view wide);

// A path in the form that every call takes, however long it is (\\?\ before those that MAX_PATH would cut).
[[nodiscard]] std::wstring wide_path(const std::string& path);
// The same the other way: UTF-8, forward slashes, no \\?\ before it.
[[nodiscard]] std::string plain_path(std::wstring_view wide);

// The number in an Error for a code of GetLastError: errno's where one says the same, so that what is above the seam asks
// for ENOENT on every system; else the code itself, above kFirstSystemCode.
inline constexpr int kFirstSystemCode = 1 << 16;
[[nodiscard]] int errno_of(DWORD code) noexcept;
[[nodiscard]] inline Error error_of(DWORD code, std::string doing) {
  return error_from(errno_of(code), std::move(doing));
}

}  // namespace forever::win32
