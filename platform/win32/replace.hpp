// Renaming and removing files that another process may have open: virus scanners and indexers hold a file open without leave to
// delete it, for milliseconds, and then the system refuses. It does not report when they are done, so the operation is repeated for a short time.
#pragma once

#include <cstdint>
#include <string>

#include "platform/win32/system.hpp"

namespace forever::win32 {

inline constexpr int kQuickAttempts = 30;                 // at once: another process reads a small file
inline constexpr int kMostAttempts = kQuickAttempts + 8;  // then after 1, 2, 4 … 64 ms
inline constexpr std::size_t kLargestPiece = 1U << 30U;   // bytes for one call of ReadFile or WriteFile

// Where a file that is being read cannot be replaced, it goes aside by this end of its name, and for a moment there is none.
inline constexpr const wchar_t* kAside = L"~old";

[[nodiscard]] bool may_pass(DWORD code) noexcept;

// Calls `attempt` until it succeeds or fails for good. 0, or GetLastError's code.
template <class Attempt>
DWORD until_let(const Attempt& attempt) {
  DWORD pause = 1;
  for (int left = kMostAttempts;; --left) {
    if (attempt()) return ERROR_SUCCESS;
    const DWORD code = ::GetLastError();
    if (left == 1 || !may_pass(code)) return code;
    if (left > kMostAttempts - kQuickAttempts) {
      ::SwitchToThread();
      continue;
    }
    ::Sleep(pause);
    pause *= 2;
  }
}

// Puts `from` in the place of `to`, also while another process reads `to`. `synced`: it is on the disk when this returns.
[[nodiscard]] Status replace_file(const std::string& from, const std::string& to, bool synced);

// An existing directory must not be another user's: he could have prepared it for us.
[[nodiscard]] Status check_ours(const std::string& directory);

// Where in a file to read or write.
[[nodiscard]] inline OVERLAPPED place_of(std::uint64_t offset) noexcept {
  OVERLAPPED place{};
  place.Offset = static_cast<DWORD>(offset & 0xFFFFFFFFU);
  place.OffsetHigh = static_cast<DWORD>(offset >> 32U);
  return place;
}

}  // namespace forever::win32
