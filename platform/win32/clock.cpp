// A date in the machine's time zone, for people.
#include "platform/clock.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "platform/win32/system.hpp"
#include "platform/win32/time.hpp"

namespace forever {
namespace {

std::int64_t ticks_of(const SYSTEMTIME& time) noexcept {
  FILETIME file{};
  ::SystemTimeToFileTime(&time, &file);
  return win32::ticks_of(file);
}

}  // namespace

std::string rfc3339_local(WallTime time) {
  const FILETIME file = win32::filetime_of(time);
  SYSTEMTIME utc{};
  SYSTEMTIME local{};
  ::FileTimeToSystemTime(&file, &utc);
  if (::SystemTimeToTzSpecificLocalTime(nullptr, &utc, &local) == 0) local = utc;
  const std::int64_t offset = (ticks_of(local) - ticks_of(utc)) / (win32::kTicksPerMs * 60'000);  // minutes
  const int distance = static_cast<int>(offset < 0 ? -offset : offset);
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03d%c%02d:%02d", local.wYear, local.wMonth,
                local.wDay, local.wHour, local.wMinute, local.wSecond, local.wMilliseconds, offset < 0 ? '-' : '+',
                distance / 60, distance % 60);
  return text.data();
}

ZoneScope::ZoneScope(const std::optional<std::string>& zone) {
  if (!zone) return;
  if (const char* const before = std::getenv("TZ")) before_ = before;
  ::_putenv_s("TZ", zone->c_str());  // an empty value removes it
  ::_tzset();
  set_ = true;
}

ZoneScope::~ZoneScope() {
  if (!set_) return;
  ::_putenv_s("TZ", before_.value_or("").c_str());
  ::_tzset();
}

// "CET-1CEST": three letters, and an offset.
bool is_time_zone(const std::string& zone) {
  const std::size_t offset = zone.find_first_of("+-0123456789");
  return zone.empty() || zone == "UTC" || (offset == 3 && zone.find_first_of("0123456789") != std::string::npos);
}

}  // namespace forever
