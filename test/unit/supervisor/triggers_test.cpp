// Restarts that nobody asked for: when memory is looked at, when a schedule fires.
#include "supervisor/decide/triggers.hpp"

#include "test/support/catch.hpp"

using namespace forever;
using namespace std::chrono_literals;

namespace {

const Time kStart{1000s};
const WallTime kDate{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 10h};

AppSpec with(std::uint64_t max_memory, const std::string& cron) {
  AppSpec spec;
  spec.max_memory = max_memory;
  spec.cron_restart = cron;
  return spec;
}

}  // namespace

TEST_CASE("Triggers: an app with neither limit nor schedule wakes nobody up") {
  Triggers triggers;
  triggers.use(with(0, ""), kStart, kDate);
  CHECK_FALSE(triggers.deadline(kStart, kDate));
  CHECK_FALSE(triggers.memory_due(kStart + 1h));
  CHECK_FALSE(triggers.schedule_due(kStart + 1h, kDate + 1h));
}

TEST_CASE("MON1 memory is due every two seconds and not before") {
  Triggers triggers;
  triggers.use(with(1, ""), kStart, kDate);
  CHECK(triggers.deadline(kStart, kDate) == kStart + 2s);
  CHECK_FALSE(triggers.memory_due(kStart + 1999ms));
  CHECK(triggers.memory_due(kStart + 2s));
  CHECK_FALSE(triggers.memory_due(kStart + 2s));
  CHECK(triggers.deadline(kStart + 2s, kDate) == kStart + 4s);
}

TEST_CASE("Triggers: a schedule fires once for each occurrence, and is looked at once a minute") {
  Triggers triggers;
  triggers.use(with(0, "*/30 * * * *"), kStart, kDate);
  REQUIRE(triggers.has_schedule());
  CHECK(triggers.deadline(kStart, kDate) == kStart + 60s);
  CHECK(triggers.deadline(kStart, kDate + 29min + 59s) == kStart + 1s);
  CHECK_FALSE(triggers.schedule_due(kStart + 29min, kDate + 29min));
  CHECK(triggers.schedule_due(kStart + 30min, kDate + 30min));
  CHECK_FALSE(triggers.schedule_due(kStart + 30min, kDate + 30min));
}

TEST_CASE("BACK3 a date that jumps a year moves a schedule and nothing else") {
  Triggers triggers;
  triggers.use(with(1, "*/30 * * * *"), kStart, kDate);
  SECTION("forward: fires once, then waits for the next occurrence") {
    const WallTime jumped = kDate + 24h * 365;
    CHECK(triggers.schedule_due(kStart, jumped));
    CHECK_FALSE(triggers.schedule_due(kStart, jumped));
    CHECK(triggers.deadline(kStart, jumped) == kStart + 2s);
  }
  SECTION("back: waits in steps of a minute, memory goes on by the steady clock") {
    const WallTime jumped = kDate - 24h * 365;
    CHECK_FALSE(triggers.schedule_due(kStart, jumped));
    CHECK(triggers.memory_due(kStart + 2s));
    CHECK(triggers.deadline(kStart + 2s, jumped) == kStart + 4s);
  }
}

TEST_CASE("BACK3 a date that is set back a year makes a new plan, one that is set back an hour serves nothing twice") {
  Triggers triggers;
  triggers.use(with(0, "0 12 * * *"), kStart, kDate);  // it is ten
  SECTION("a year") {
    const WallTime jumped = kDate - 24h * 365;
    CHECK_FALSE(triggers.schedule_due(kStart + 1min, jumped + 1min));
    CHECK_FALSE(triggers.schedule_due(kStart + 119min, jumped + 119min));
    CHECK(triggers.schedule_due(kStart + 2h, jumped + 2h));
    CHECK_FALSE(triggers.schedule_due(kStart + 2h, jumped + 2h));
  }
  SECTION("an hour, after it was served") {
    CHECK(triggers.schedule_due(kStart + 2h, kDate + 2h));
    CHECK_FALSE(triggers.schedule_due(kStart + 2h, kDate + 1h));
    CHECK_FALSE(triggers.schedule_due(kStart + 3h, kDate + 2h));
    CHECK(triggers.schedule_due(kStart + 27h, kDate + 26h));
  }
}
