// A date in the machine's time zone, for people.
#include "platform/clock.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iterator>

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

namespace {

constexpr const char* kZoneFolders[] = {"/usr/share/zoneinfo/", "/usr/lib/zoneinfo/", "/usr/share/lib/zoneinfo/"};

void use_zone(const std::optional<std::string>& zone) {
  if (zone)
    ::setenv("TZ", zone->c_str(), 1);
  else
    ::unsetenv("TZ");
  ::tzset();
}

// "UTC0", "CET-1CEST", "<+03>-3": a name of three letters or more, and an offset.
bool is_posix_rule(const std::string& zone) {
  const std::size_t name = zone.starts_with('<') ? zone.find('>') : zone.find_first_of("+-0123456789,");
  if (name == std::string::npos || name < 3) return false;
  const std::size_t offset = zone.starts_with('<') ? name + 1 : name;
  return offset < zone.size() && zone.find_first_of("+-0123456789", offset) == offset &&
         zone.find_first_of("0123456789", offset) != std::string::npos;
}

}  // namespace

ZoneScope::ZoneScope(const std::optional<std::string>& zone) {
  if (!zone) return;
  if (const char* const before = std::getenv("TZ")) before_ = before;
  use_zone(zone->empty() ? std::nullopt : zone);
  set_ = true;
}

ZoneScope::~ZoneScope() {
  if (set_) use_zone(before_);
}

bool is_time_zone(const std::string& zone) {
  if (zone.empty() || zone == "UTC" || zone == "GMT" || is_posix_rule(zone)) return true;
  const std::string name = zone.starts_with(':') ? zone.substr(1) : zone;
  if (name.find("..") != std::string::npos) return false;
  if (name.starts_with('/')) return ::access(name.c_str(), R_OK) == 0;
  return std::any_of(std::begin(kZoneFolders), std::end(kZoneFolders), [&](const char* folder) {
    struct stat found {};
    return ::stat((folder + name).c_str(), &found) == 0 && S_ISREG(found.st_mode);
  });
}

}  // namespace forever
