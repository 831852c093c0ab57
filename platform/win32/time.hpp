// FILETIME: 100 ns steps since 1601, in which Windows expresses dates and durations.
#pragma once

#include <chrono>
#include <cstdint>

#include "platform/clock.hpp"
#include "platform/win32/system.hpp"

namespace forever::win32 {

inline constexpr std::int64_t kTicksPerMs = 10'000;
inline constexpr std::int64_t kUnixEpoch = 116'444'736'000'000'000;  // 1970-01-01 in these steps

[[nodiscard]] inline std::int64_t ticks_of(const FILETIME& time) noexcept {
  return static_cast<std::int64_t>((std::uint64_t{time.dwHighDateTime} << 32U) | time.dwLowDateTime);
}
[[nodiscard]] inline FILETIME filetime_of(WallTime time) noexcept {
  using Ticks = std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>;
  const auto ticks =
      static_cast<std::uint64_t>(std::chrono::floor<Ticks>(time.time_since_epoch()).count() + kUnixEpoch);
  return {static_cast<DWORD>(ticks & 0xFFFFFFFFU), static_cast<DWORD>(ticks >> 32U)};
}

}  // namespace forever::win32
