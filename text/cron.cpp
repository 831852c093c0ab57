// Cron expressions: parsing, and the next time one fires; see cron.hpp.
#include "text/cron.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <vector>

namespace forever {

namespace {

// What one field may hold. A name stands for its place in `names` plus `least`.
struct Field {
  const char* title;
  unsigned least;
  unsigned most;
  std::string_view names;  // three letters each
};
constexpr Field kSecond{"second", 0, 59, ""};
constexpr Field kMinute{"minute", 0, 59, ""};
constexpr Field kHour{"hour", 0, 23, ""};
constexpr Field kDay{"day of month", 1, 31, ""};
constexpr Field kMonth{"month", 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"};
constexpr Field kWeekday{"day of week", 0, 7, "sunmontuewedthufrisat"};  // 7 is Sunday too

struct Nickname {
  std::string_view word;
  std::string_view expression;
};
constexpr std::array kNicknames = std::to_array<Nickname>({{"@yearly", "0 0 1 1 *"},
                                                           {"@annually", "0 0 1 1 *"},
                                                           {"@monthly", "0 0 1 * *"},
                                                           {"@weekly", "0 0 * * 0"},
                                                           {"@daily", "0 0 * * *"},
                                                           {"@midnight", "0 0 * * *"},
                                                           {"@hourly", "0 * * * *"}});

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::optional<unsigned> plain_number(std::string_view text) {
  if (text.empty() || text.size() > 3) return std::nullopt;
  unsigned value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value;
}

std::optional<unsigned> value_of(std::string_view text, const Field& field) {
  if (const std::optional<unsigned> number = plain_number(text)) {
    return *number >= field.least && *number <= field.most ? number : std::nullopt;
  }
  if (text.size() != 3) return std::nullopt;
  std::string name(text);
  std::transform(name.begin(), name.end(), name.begin(), lower);
  const std::size_t at = field.names.find(name);
  if (at == std::string_view::npos || at % 3 != 0) return std::nullopt;
  return static_cast<unsigned>(at / 3) + field.least;
}

// "*", "5", "1-5", "*/10", "1-30/2", "5/10": sets the bits, false if it is none of these.
template <std::size_t N>
bool add_part(std::string_view part, const Field& field, std::bitset<N>& bits) {
  const std::size_t slash = part.find('/');
  const std::optional<unsigned> step =
      slash == std::string_view::npos ? std::optional{1U} : plain_number(part.substr(slash + 1));
  if (!step || *step == 0) return false;
  const std::string_view range = part.substr(0, slash);
  const std::size_t dash = range.find('-');
  std::optional<unsigned> first = field.least, last = field.most;
  if (range != "*") {
    first = value_of(range.substr(0, dash), field);
    if (dash != std::string_view::npos)
      last = value_of(range.substr(dash + 1), field);
    else if (slash == std::string_view::npos)
      last = first;
  }
  // "fri-sun": as the end of a range Sunday is 7.
  if (first && last && *last < *first && *last == 0 && field.most == 7) last = 7;
  if (!first || !last || *last < *first) return false;
  for (unsigned value = *first; value <= *last; value += *step) bits.set(value % N);
  return true;
}

template <std::size_t N>
std::optional<Error> read_field(std::string_view text, const Field& field, std::bitset<N>& bits) {
  const std::string_view whole = text;
  while (true) {
    const std::size_t comma = text.find(',');
    if (!add_part(text.substr(0, comma), field, bits)) {
      return Error{"the " + std::string(field.title) + " of a cron expression cannot be '" + std::string(whole) + "'",
                   {}};
    }
    if (comma == std::string_view::npos) return std::nullopt;
    text.remove_prefix(comma + 1);
  }
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return words;
    text.remove_prefix(begin);
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

// Local time as if it were UTC: seconds since 1970-01-01 00:00 on the wall. Two moments of an hour that comes twice share it.
using WallSeconds = std::int64_t;
constexpr std::int64_t kDaySeconds = 86'400;

std::int64_t floor_days(WallSeconds wall) { return (wall >= 0 ? wall : wall - (kDaySeconds - 1)) / kDaySeconds; }

std::chrono::year_month_day date_of(std::int64_t day) { return std::chrono::sys_days{std::chrono::days{day}}; }

// The zone's rule by the C library (localtime(3), which reads TZ); nothing for a time it cannot express.
std::optional<WallSeconds> wall_of(std::int64_t time) {
  const auto seconds = static_cast<std::time_t>(time);
  const std::tm* local = std::localtime(&seconds);
  if (local == nullptr) return std::nullopt;
  const std::chrono::sys_days day = std::chrono::year{local->tm_year + 1900} / (local->tm_mon + 1) / local->tm_mday;
  // A leap second (tm_sec 60) is shown as the next second.
  return static_cast<std::int64_t>(day.time_since_epoch().count()) * kDaySeconds + local->tm_hour * 3600 +
         local->tm_min * 60 + local->tm_sec;
}

// The first moment at which the wall shows `wall`; if a jump skips it, the moment of the jump.
std::optional<std::int64_t> moment_of(WallSeconds wall) {
  const std::optional<WallSeconds> before = wall_of(wall - kDaySeconds), behind = wall_of(wall + kDaySeconds);
  if (!before || !behind) return std::nullopt;
  const std::int64_t old_offset = *before - (wall - kDaySeconds), new_offset = *behind - (wall + kDaySeconds);
  const std::int64_t by_old = wall - old_offset, by_new = wall - new_offset;
  const bool old_holds = wall_of(by_old) == wall, new_holds = wall_of(by_new) == wall;
  if (old_holds && new_holds) return std::min(by_old, by_new);
  if (old_holds) return by_old;
  if (new_holds) return by_new;
  std::int64_t low = wall - kDaySeconds, high = wall + kDaySeconds;  // the offset changes in (low, high]
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    if (wall_of(middle) == middle + old_offset)
      low = middle;
    else
      high = middle;
  }
  return high;
}

constexpr std::int64_t kSearchedDays = 5 * 366;

}  // namespace

Result<CronSchedule> CronSchedule::parse(std::string_view expression) {
  std::vector<std::string_view> words = words_of(expression);
  if (words.size() == 1 && words[0].starts_with('@')) {
    const auto known = std::find_if(kNicknames.begin(), kNicknames.end(),
                                    [&](const Nickname& nickname) { return nickname.word == words[0]; });
    if (known == kNicknames.end()) {
      return Error{"'" + std::string(words[0]) +
                       "' is not known in a cron expression; @hourly, @daily, @weekly, @monthly and @yearly are",
                   {}};
    }
    words = words_of(known->expression);
  }
  if (words.size() != 5 && words.size() != 6) {
    return Error{
        "a cron expression has five fields (minute hour day month weekday), or six with seconds first; this has " +
            std::to_string(words.size()),
        {}};
  }
  CronSchedule schedule;
  const std::size_t at = words.size() - 5;
  if (at == 0) schedule.seconds_.set(0);
  if (at == 1) {
    if (auto error = read_field(words[0], kSecond, schedule.seconds_)) return *error;
  }
  if (auto error = read_field(words[at], kMinute, schedule.minutes_)) return *error;
  if (auto error = read_field(words[at + 1], kHour, schedule.hours_)) return *error;
  if (auto error = read_field(words[at + 2], kDay, schedule.days_)) return *error;
  if (auto error = read_field(words[at + 3], kMonth, schedule.months_)) return *error;
  if (auto error = read_field(words[at + 4], kWeekday, schedule.weekdays_)) return *error;
  schedule.any_day_ = words[at + 2].starts_with('*');
  schedule.any_weekday_ = words[at + 4].starts_with('*');
  return schedule;
}

std::optional<WallTime> CronSchedule::next(WallTime after, const std::optional<std::string>& zone) const {
  const ZoneScope scope(zone);
  const std::int64_t seconds = std::chrono::floor<std::chrono::seconds>(after).time_since_epoch().count();
  return hours_.all() ? next_by_clock(seconds) : next_by_calendar(seconds);
}

bool CronSchedule::on_day(unsigned month, unsigned day, unsigned weekday) const {
  if (!months_[month]) return false;
  const bool of_month = days_[day], of_week = weekdays_[weekday];
  return any_day_ || any_weekday_ ? of_month && of_week : of_month || of_week;
}

std::optional<WallTime> CronSchedule::next_by_calendar(std::int64_t after) const {
  const std::optional<WallSeconds> shown = wall_of(after);
  if (!shown) return std::nullopt;
  // From the day before: a jump over midnight may have put one of its times behind `after`.
  const std::int64_t first = floor_days(*shown) - 1;
  for (std::int64_t day = first; day <= first + kSearchedDays; ++day) {
    const std::chrono::year_month_day date = date_of(day);
    const std::chrono::weekday weekday{std::chrono::sys_days{date}};
    if (!on_day(static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), weekday.c_encoding())) continue;
    const std::optional<std::int64_t> evening = moment_of((day + 1) * kDaySeconds - 1);
    if (!evening) return std::nullopt;
    if (*evening <= after) continue;
    for (unsigned hour = 0; hour < 24; ++hour) {
      const WallSeconds begin = day * kDaySeconds + hour * 3600;
      if (!hours_[hour] || moment_of(begin + 3599).value_or(after) <= after) continue;
      for (unsigned minute = 0; minute < 60; ++minute) {
        if (!minutes_[minute] || moment_of(begin + minute * 60 + 59).value_or(after) <= after) continue;
        for (unsigned second = 0; second < 60; ++second) {
          if (!seconds_[second]) continue;
          const std::optional<std::int64_t> moment = moment_of(begin + minute * 60 + second);
          if (moment && *moment > after) return WallTime{std::chrono::seconds{*moment}};
        }
      }
    }
  }
  return std::nullopt;
}

std::optional<WallTime> CronSchedule::next_by_clock(std::int64_t after) const {
  const std::int64_t end = after + kSearchedDays * kDaySeconds;
  for (std::int64_t time = after + 1; time <= end;) {
    const std::optional<WallSeconds> wall = wall_of(time);
    if (!wall) return std::nullopt;
    const std::int64_t day = floor_days(*wall);
    const std::int64_t of_day = *wall - day * kDaySeconds;
    const std::chrono::year_month_day date = date_of(day);
    const std::chrono::weekday weekday{std::chrono::sys_days{date}};
    if (!on_day(static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), weekday.c_encoding())) {
      // Hour by hour near midnight, so that no jump is leapt over; a day at a time would be wrong twice a year.
      time += 3600 - of_day % 3600;
      continue;
    }
    const auto minute = static_cast<std::size_t>(of_day / 60 % 60), second = static_cast<std::size_t>(of_day % 60);
    if (!minutes_[minute])
      time += 60 - static_cast<std::int64_t>(second);
    else if (!seconds_[second])
      ++time;
    else
      return WallTime{std::chrono::seconds{time}};
  }
  return std::nullopt;
}

}  // namespace forever
