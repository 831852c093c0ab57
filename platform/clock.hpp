// The two clocks: steady time for every decision, wall time only to be shown or written.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace forever {

using Milliseconds = std::chrono::milliseconds;

// Counts from boot and does not jump when the date is set (CLOCK_MONOTONIC; QueryPerformanceCounter).
// Comparable between processes of one boot, so it may be kept in status.json next to the boot id.
using Time = std::chrono::steady_clock::time_point;
// The date, for people and for cron expressions only.
using WallTime = std::chrono::system_clock::time_point;

[[nodiscard]] inline Time steady_now() noexcept { return std::chrono::steady_clock::now(); }
[[nodiscard]] inline WallTime wall_now() noexcept { return std::chrono::system_clock::now(); }

// Milliseconds since the clock's epoch, the form in which state files hold a time.
[[nodiscard]] inline std::int64_t to_ms(Time time) noexcept {
  return std::chrono::duration_cast<Milliseconds>(time.time_since_epoch()).count();
}
[[nodiscard]] inline std::int64_t to_ms(WallTime time) noexcept {
  return std::chrono::duration_cast<Milliseconds>(time.time_since_epoch()).count();
}
[[nodiscard]] inline Time steady_from_ms(std::int64_t ms) noexcept { return Time{Milliseconds{ms}}; }
[[nodiscard]] inline WallTime wall_from_ms(std::int64_t ms) noexcept { return WallTime{Milliseconds{ms}}; }

// "2026-01-31T12:34:56.789+01:00" in the machine's time zone (RFC 3339).
[[nodiscard]] std::string rfc3339_local(WallTime time);

// For its lifetime the C library reckons local times by this zone: a name of the zone database ("Europe/Berlin") or a rule of
// POSIX ("CET-1CEST,M3.5.0,M10.5.0/3"); empty: the machine's own, whatever TZ says. Nothing: as it is. Windows knows no names.
// It changes the environment, so no other thread may use that or local times.
class ZoneScope {
 public:
  explicit ZoneScope(const std::optional<std::string>& zone);
  ZoneScope(const ZoneScope&) = delete;
  ZoneScope& operator=(const ZoneScope&) = delete;
  ~ZoneScope();

 private:
  bool set_ = false;
  std::optional<std::string> before_;
};
// Whether the C library knows such a zone. An unknown one would be taken for UTC without a word.
[[nodiscard]] bool is_time_zone(const std::string& zone);

}  // namespace forever
