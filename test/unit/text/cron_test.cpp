// Cron: what is accepted, and when it fires, summer time included.
#include "text/cron.hpp"

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>

#include "test/support/catch.hpp"

using namespace forever;

namespace {

// The time zone of this process for one scope.
class Zone {
 public:
  explicit Zone(const char* name) {
    if (const char* before = std::getenv("TZ"))
      before_ = before;
    else
      none_ = true;
    ::setenv("TZ", name, 1);
    ::tzset();
  }
  ~Zone() {
    if (none_)
      ::unsetenv("TZ");
    else
      ::setenv("TZ", before_.c_str(), 1);
    ::tzset();
  }
  Zone(const Zone&) = delete;
  Zone& operator=(const Zone&) = delete;

 private:
  std::string before_;
  bool none_ = false;
};

// Rules spelled out, so that no zone files are needed (tzset(3)).
constexpr const char* kBerlin = "CET-1CEST,M3.5.0,M10.5.0/3";
constexpr const char* kHavana = "CST5CDT,M3.2.0/0,M11.1.0/1";          // the jump skips midnight
constexpr const char* kLordHowe = "LHST-10:30LHDT-11,M10.1.0,M4.1.0";  // half an hour

WallTime utc(const char* text) {
  std::tm tm{};
  int year = 0, month = 0;
  REQUIRE(std::sscanf(text, "%d-%d-%d %d:%d:%d", &year, &month, &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec) >= 5);
  tm.tm_year = year - 1900;
  tm.tm_mon = month - 1;
  return std::chrono::system_clock::from_time_t(::timegm(&tm));
}

std::string shown(std::optional<WallTime> time, bool local = false) {
  if (!time) return "never";
  const std::time_t seconds = std::chrono::system_clock::to_time_t(*time);
  char text[64];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", local ? std::localtime(&seconds) : std::gmtime(&seconds));
  return text;
}

std::string next(const char* expression, const char* after) {
  const Result<CronSchedule> schedule = CronSchedule::parse(expression);
  REQUIRE(schedule.ok());
  return shown(schedule->next(utc(after)));
}

}  // namespace

TEST_CASE("CRON1 the next time is the first match strictly after the given one") {
  Zone zone("UTC");
  struct Row {
    const char* expression;
    const char* after;
    const char* expected;
  };
  const Row rows[] = {
      {"* * * * *", "2026-01-01 00:00:00", "2026-01-01 00:01:00"},
      {"* * * * *", "2026-12-31 23:59:30", "2027-01-01 00:00:00"},
      {"0 3 * * *", "2026-01-01 02:59:59", "2026-01-01 03:00:00"},
      {"0 3 * * *", "2026-01-01 03:00:00", "2026-01-02 03:00:00"},
      {"*/15 * * * *", "2026-01-01 00:46", "2026-01-01 01:00:00"},
      {"5/20 * * * *", "2026-01-01 00:26", "2026-01-01 00:45:00"},
      {"10-20/5 4 * * *", "2026-01-01 04:15", "2026-01-01 04:20:00"},
      {"0 0 1 1 *", "2026-06-01 00:00", "2027-01-01 00:00:00"},
      {"0 0 29 2 *", "2026-01-01 00:00", "2028-02-29 00:00:00"},
      {"0 0 30 2 *", "2026-01-01 00:00", "never"},
      {"* * 31 4,6,9,11 *", "2026-01-01 00:00", "never"},
      {"0 9 * * mon-fri", "2026-01-02 10:00", "2026-01-05 09:00:00"},
      {"0 9 * * sat-sun", "2026-01-05 10:00", "2026-01-10 09:00:00"},
      {"0 9 * * 7", "2026-01-05 10:00", "2026-01-11 09:00:00"},
      {"0 9 * * 0", "2026-01-05 10:00", "2026-01-11 09:00:00"},
      {"0 9 * * 5-7", "2026-01-10 10:00", "2026-01-11 09:00:00"},
      {"0 0 13 * fri", "2026-01-03 00:00", "2026-01-09 00:00:00"},  // either, as crontab(5) says
      {"0 0 13 * fri", "2026-01-10 00:00", "2026-01-13 00:00:00"},
      {"0 0 */2 * fri", "2026-01-03 00:00", "2026-01-09 00:00:00"},  // a day with '*' is no restriction: both
      {"0 0 1 JAN,jul *", "2026-02-01 00:00", "2026-07-01 00:00:00"},
      {"30 5 4 3 2 *", "2026-01-01 00:00", "2026-02-03 04:05:30"},
      {"*/20 * * * * *", "2026-01-01 00:00:41", "2026-01-01 00:01:00"},
      {"*/7 0 0 * * *", "2026-01-01 00:00:50", "2026-01-01 00:00:56"},
      {"@hourly", "2026-01-01 00:30", "2026-01-01 01:00:00"},
      {"@daily", "2026-01-01 00:00", "2026-01-02 00:00:00"},
      {"@midnight", "2026-01-01 00:00", "2026-01-02 00:00:00"},
      {"@weekly", "2026-01-01 00:00", "2026-01-04 00:00:00"},
      {"@monthly", "2026-01-01 00:00", "2026-02-01 00:00:00"},
      {"@yearly", "2026-01-01 00:00", "2027-01-01 00:00:00"},
      {"@annually", "2026-01-01 00:00", "2027-01-01 00:00:00"},
      {"  0\t0 1 * * ", "2026-01-01 00:00", "2026-02-01 00:00:00"},
  };
  for (const Row& row : rows) {
    INFO(row.expression << " after " << row.after);
    CHECK(next(row.expression, row.after) == row.expected);
  }
}

TEST_CASE("CRON2 a wrong expression is refused in words that name the field") {
  struct Row {
    const char* expression;
    const char* part;
  };
  const Row rows[] = {
      {"", "five fields"},
      {"* * * *", "five fields"},
      {"* * * * * * *", "five fields"},
      {"@reboot", "@reboot"},
      {"60 * * * *", "minute"},
      {"* 24 * * *", "hour"},
      {"* * 0 * *", "day of month"},
      {"* * 32 * *", "day of month"},
      {"* * * 13 *", "month"},
      {"* * * 0 *", "month"},
      {"* * * * 8", "day of week"},
      {"60 * * * * *", "second"},
      {"*/0 * * * *", "minute"},
      {"5-1 * * * *", "minute"},
      {"1,,2 * * * *", "minute"},
      {"1- * * * *", "minute"},
      {"-1 * * * *", "minute"},
      {"a * * * *", "minute"},
      {"* * * janu *", "month"},
      {"* * * anf *", "month"},
      {"*/ * * * *", "minute"},
      {"1/2/3 * * * *", "minute"},
      {"** * * * *", "minute"},
      {"0001 * * * *", "minute"},
      {"* * * * sun-", "day of week"},
      {"1.5 * * * *", "minute"},
      {", * * * *", "minute"},
      {"*-5 * * * *", "minute"},
  };
  for (const Row& row : rows) {
    INFO(row.expression);
    const Result<CronSchedule> schedule = CronSchedule::parse(row.expression);
    REQUIRE_FALSE(schedule.ok());
    CHECK_THAT(schedule.error().message(), test::contains(row.part));
  }
}

TEST_CASE("CRON3 a time that the summer jump skips fires right after the jump") {
  Zone zone(kBerlin);  // 2026-03-29 02:00 -> 03:00, which is 01:00 UTC
  CHECK(next("30 2 * * *", "2026-03-28 12:00") == "2026-03-29 01:00:00");
  CHECK(next("30 2 * * *", "2026-03-29 00:59:59") == "2026-03-29 01:00:00");
  CHECK(next("30 2 * * *", "2026-03-29 01:00:00") == "2026-03-30 00:30:00");
  CHECK(next("0,30 2,3 * * *", "2026-03-29 01:00:00") == "2026-03-29 01:30:00");
  Zone havana(kHavana);  // 2026-03-08 00:00 -> 01:00, which is 05:00 UTC
  CHECK(next("0 0 * * *", "2026-03-08 04:59:59") == "2026-03-08 05:00:00");
  CHECK(next("0 0 * * *", "2026-03-08 05:00:00") == "2026-03-09 04:00:00");
}

TEST_CASE("CRON4 a time that comes twice fires once, unless the schedule is for every hour") {
  Zone zone(kBerlin);  // 2026-10-25 03:00 -> 02:00, which is 01:00 UTC
  CHECK(next("30 2 * * *", "2026-10-24 12:00") == "2026-10-25 00:30:00");
  CHECK(next("30 2 * * *", "2026-10-25 00:30:00") == "2026-10-26 01:30:00");
  CHECK(next("30 2 * * *", "2026-10-25 01:10:00") == "2026-10-26 01:30:00");
  CHECK(next("0 3 * * *", "2026-10-25 00:30:00") == "2026-10-25 02:00:00");
  CHECK(next("30 * * * *", "2026-10-25 00:30:00") == "2026-10-25 01:30:00");
  CHECK(next("*/10 * * * *", "2026-10-25 00:55:00") == "2026-10-25 01:00:00");
  CHECK(next("30 * * * *", "2026-03-29 00:30:00") == "2026-03-29 01:30:00");
}

TEST_CASE("CRON5 times only go forward, and each is one that the expression names, in every zone") {
  std::mt19937 random(12);
  const char* expressions[] = {"30 2 * * *",  "*/20 0-3 * * *", "15,45 * * * *",
                               "0 0 * * sun", "0 1,2,3 * * *",  "* 2 * * *"};
  for (const char* name : {kBerlin, kHavana, kLordHowe, "UTC", "NZST-12NZDT,M9.5.0,M4.1.0/3"}) {
    Zone zone(name);
    for (const char* expression : expressions) {
      const CronSchedule schedule = *CronSchedule::parse(expression);
      WallTime time = utc("2026-03-01 00:00") + std::chrono::seconds{random() % 86'400};
      for (int step = 0; step < 120; ++step) {
        const std::optional<WallTime> found = schedule.next(time);
        INFO(name << ": " << expression << " after " << shown(time));
        REQUIRE(found);
        REQUIRE(*found > time);
        // No second between is named by the expression (looking from just before the result gives the result).
        REQUIRE(schedule.next(*found - std::chrono::seconds{1}) == found);
        const auto gap = *found - time;
        time = step % 3 == 0 ? time + std::chrono::duration_cast<std::chrono::seconds>(gap) / 2 : *found;
        if (step % 3 == 0) REQUIRE(schedule.next(time) == found);
        if (step % 40 == 39) time += std::chrono::hours{24 * 40};
      }
    }
  }
}
