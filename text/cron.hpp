// Cron expressions of five fields (crontab(5)) or six (seconds first): names, ranges, lists, steps, @daily and friends. Pure.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/clock.hpp"
#include "platform/result.hpp"

namespace forever {

class CronSchedule {
 public:
  // The Error says in words which field is wrong.
  [[nodiscard]] static Result<CronSchedule> parse(std::string_view expression);
  // The first matching second strictly after `after`, in that time zone (of ZoneScope), else in this process's; nothing if there is none in five years
  // ("30 February"). Day of month and day of week: either, when both are restricted (crontab(5)).
  // A schedule for certain hours follows the calendar: a local time that a summer-time jump skips fires right after the
  // jump; one that comes twice fires once. A schedule for every hour follows the clock: an hour that comes twice is served twice.
  [[nodiscard]] std::optional<WallTime> next(WallTime after, const std::optional<std::string>& zone = {}) const;

 private:
  [[nodiscard]] bool on_day(unsigned month, unsigned day, unsigned weekday) const;
  [[nodiscard]] std::optional<WallTime> next_by_calendar(std::int64_t after) const;
  [[nodiscard]] std::optional<WallTime> next_by_clock(std::int64_t after) const;

  std::bitset<60> seconds_, minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<7> weekdays_;
  bool any_day_ = true, any_weekday_ = true;
};

}  // namespace forever
