// Automatic restarts: when memory is measured, when a schedule fires.
#include "supervisor/decide/triggers.hpp"

#include "test/support/catch.hpp"

using namespace forever;
using namespace std::chrono_literals;

namespace {

const Time kTriggered{1000s};
const WallTime kDate{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 10h};

AppSpec with(std::uint64_t max_memory, const std::string& cron) {
  AppSpec spec;
  spec.max_memory = max_memory;
  spec.cron_restart = cron;
  return spec;
}

}  // namespace

TEST_CASE("Triggers: an app with neither limit nor schedule causes no wake-up") {
  Triggers triggers;
  triggers.use(with(0, ""), kTriggered, kDate);
  CHECK_FALSE(triggers.deadline(kTriggered, kDate));
  CHECK_FALSE(triggers.memory_due(kTriggered + 1h));
  CHECK_FALSE(triggers.schedule_due(kTriggered + 1h, kDate + 1h));
}

TEST_CASE("MON1 memory is due every two seconds and not before") {
  Triggers triggers;
  triggers.use(with(1, ""), kTriggered, kDate);
  CHECK(triggers.deadline(kTriggered, kDate) == kTriggered + 2s);
  CHECK_FALSE(triggers.memory_due(kTriggered + 1999ms));
  CHECK(triggers.memory_due(kTriggered + 2s));
  CHECK_FALSE(triggers.memory_due(kTriggered + 2s));
  CHECK(triggers.deadline(kTriggered + 2s, kDate) == kTriggered + 4s);
}

TEST_CASE("Triggers: a schedule fires once for each occurrence, and is looked at once a minute") {
  Triggers triggers;
  triggers.use(with(0, "*/30 * * * *"), kTriggered, kDate);
  REQUIRE(triggers.has_schedule());
  CHECK(triggers.deadline(kTriggered, kDate) == kTriggered + 60s);
  CHECK(triggers.deadline(kTriggered, kDate + 29min + 59s) == kTriggered + 1s);
  CHECK_FALSE(triggers.schedule_due(kTriggered + 29min, kDate + 29min));
  CHECK(triggers.schedule_due(kTriggered + 30min, kDate + 30min));
  CHECK_FALSE(triggers.schedule_due(kTriggered + 30min, kDate + 30min));
}

TEST_CASE("BACK3 a date that jumps a year moves a schedule and nothing else") {
  Triggers triggers;
  triggers.use(with(1, "*/30 * * * *"), kTriggered, kDate);
  SECTION("forward: fires once, then waits for the next occurrence") {
    const WallTime jumped = kDate + 24h * 365;
    CHECK(triggers.schedule_due(kTriggered, jumped));
    CHECK_FALSE(triggers.schedule_due(kTriggered, jumped));
    CHECK(triggers.deadline(kTriggered, jumped) == kTriggered + 2s);
  }
  SECTION("back: waits in steps of a minute, memory goes on by the steady clock") {
    const WallTime jumped = kDate - 24h * 365;
    CHECK_FALSE(triggers.schedule_due(kTriggered, jumped));
    CHECK(triggers.memory_due(kTriggered + 2s));
    CHECK(triggers.deadline(kTriggered + 2s, jumped) == kTriggered + 4s);
  }
}

TEST_CASE("BACK3 a date that is set back a year makes a new plan, one that is set back an hour serves nothing twice") {
  Triggers triggers;
  triggers.use(with(0, "0 12 * * *"), kTriggered, kDate);  // it is ten
  SECTION("a year") {
    const WallTime jumped = kDate - 24h * 365;
    CHECK_FALSE(triggers.schedule_due(kTriggered + 1min, jumped + 1min));
    CHECK_FALSE(triggers.schedule_due(kTriggered + 119min, jumped + 119min));
    CHECK(triggers.schedule_due(kTriggered + 2h, jumped + 2h));
    CHECK_FALSE(triggers.schedule_due(kTriggered + 2h, jumped + 2h));
  }
  SECTION("an hour, after it was served") {
    CHECK(triggers.schedule_due(kTriggered + 2h, kDate + 2h));
    CHECK_FALSE(triggers.schedule_due(kTriggered + 2h, kDate + 1h));
    CHECK_FALSE(triggers.schedule_due(kTriggered + 3h, kDate + 2h));
    CHECK(triggers.schedule_due(kTriggered + 27h, kDate + 26h));
  }
}

TEST_CASE("REAL21 a schedule follows the zone that the app was started with, or its own, and not this process's",
          "[REAL21]") {
  const WallTime midnight = wall_from_ms(1'767'225'600'000);  // 2026-01-01 00:00 UTC
  struct Case {
    const char* zone;
    const char* environment;
    int hours;
  };
  for (const Case& one : {Case{"", "TZ=JST-9", 19}, Case{"UTC", "TZ=JST-9", 4}, Case{"EST5", "", 9}}) {
    INFO(one.zone << ' ' << one.environment);
    AppSpec spec;
    spec.cron_restart = "0 4 * * *";
    spec.cron_timezone = one.zone;
    if (*one.environment != '\0') spec.environment = {"A=b", one.environment};
    Triggers triggers;
    const Time now{};
    triggers.use(spec, now, midnight);
    CHECK_FALSE(triggers.schedule_due(now, midnight + std::chrono::hours{one.hours} - Milliseconds{1}));
    CHECK(triggers.schedule_due(now, midnight + std::chrono::hours{one.hours}));
  }
}
