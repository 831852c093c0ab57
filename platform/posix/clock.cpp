// A date in the machine's time zone, for people.
#include "platform/clock.hpp"

#include <array>
#include <cstdio>
#include <ctime>

namespace forever {

std::string rfc3339_local(WallTime time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  const auto ms = std::chrono::duration_cast<Milliseconds>(time - second).count();
  const std::time_t stamp = std::chrono::system_clock::to_time_t(second);
  std::tm local{};
  localtime_r(&stamp, &local);
  const long offset = local.tm_gmtoff / 60;
  const long distance = offset < 0 ? -offset : offset;
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03d%c%02ld:%02ld", local.tm_year + 1900,
                local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec, static_cast<int>(ms),
                offset < 0 ? '-' : '+', distance / 60, distance % 60);
  return text.data();
}

}  // namespace forever
