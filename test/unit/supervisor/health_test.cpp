// When an instance is looked at, and when it counts as hung.
#include "supervisor/decide/health.hpp"
#include "app/spec.hpp"
#include "supervisor/instance/exit_hook.hpp"
#include "test/support/catch.hpp"

using namespace forever;

namespace {

constexpr Time kFirst{Milliseconds{1'000'000}};
constexpr Milliseconds kInterval{100};

HealthSettings settings() {
  HealthSettings made;
  made.command = "true";
  made.interval = kInterval;
  made.threshold = 3;
  return made;
}

std::string value_of(const std::vector<std::string>& environment, const std::string& name) {
  for (const std::string& entry : environment) {
    if (entry.starts_with(name + "=")) return entry.substr(name.size() + 1);
  }
  return "(unset)";
}

}  // namespace

TEST_CASE("HEALTH1 an instance that is not online, or is not probed, causes no wake-up") {
  Health health;
  CHECK_FALSE(health.deadline());
  health.follow({}, 1, kFirst);
  CHECK_FALSE(health.deadline());
  health.follow(settings(), std::nullopt, kFirst);
  CHECK_FALSE(health.deadline());
  CHECK_FALSE(health.due(kFirst + 10 * kInterval));
}

TEST_CASE("HEALTH2 a probe is due an interval after the start and after the previous probe, one at a time") {
  Health health;
  health.follow(settings(), 1, kFirst);
  CHECK(health.deadline() == kFirst + kInterval);
  CHECK_FALSE(health.due(kFirst + kInterval - Milliseconds{1}));
  REQUIRE(health.due(kFirst + kInterval));
  health.begin();
  CHECK_FALSE(health.deadline());
  CHECK_FALSE(health.due(kFirst + 10 * kInterval));
  CHECK_FALSE(health.end(true, 1, settings(), kFirst + 3 * kInterval));
  CHECK(health.deadline() == kFirst + 4 * kInterval);
  health.follow(settings(), 1, kFirst + 3 * kInterval);
  CHECK(health.deadline() == kFirst + 4 * kInterval);
}

TEST_CASE("HEALTH3 as many bad looks in a row as the threshold says make it hung, once; a good one clears them") {
  Health health;
  health.follow(settings(), 1, kFirst);
  const auto look = [&](bool well) {
    health.begin();
    return health.end(well, 1, settings(), kFirst);
  };
  CHECK_FALSE(look(false));
  CHECK_FALSE(look(false));
  CHECK_FALSE(look(true));
  CHECK_FALSE(look(false));
  CHECK_FALSE(look(false));
  CHECK(health.failures() == 2);
  CHECK(look(false));
  CHECK_FALSE(look(false));
}

TEST_CASE("REAL19 in the start period a failed probe does not count until one has succeeded") {
  HealthSettings slow = settings();
  slow.start = 10 * kInterval;
  Health health;
  health.follow(slow, 1, kFirst);
  const auto look = [&](bool well, Time when) {
    health.begin();
    return health.end(well, 1, slow, when);
  };
  for (int i = 0; i < 20; ++i) CHECK_FALSE(look(false, kFirst + kInterval));
  CHECK(health.failures() == 0);
  SECTION("its end") {
    const Time late = kFirst + slow.start;
    CHECK_FALSE(look(false, late));
    CHECK_FALSE(look(false, late));
    CHECK(look(false, late));
  }
  SECTION("a look that went well") {
    CHECK_FALSE(look(true, kFirst + kInterval));
    CHECK_FALSE(look(false, kFirst + kInterval));
    CHECK_FALSE(look(false, kFirst + kInterval));
    CHECK(look(false, kFirst + kInterval));
  }
}

TEST_CASE("HEALTH4 what was seen of one process says nothing about the next") {
  Health health;
  health.follow(settings(), 1, kFirst);
  health.begin();
  CHECK_FALSE(health.end(false, 1, settings(), kFirst));
  health.begin();
  health.follow(settings(), std::nullopt, kFirst);
  health.follow(settings(), 2, kFirst + kInterval);
  CHECK(health.failures() == 0);
  CHECK_FALSE(health.deadline());  // the look at the old one is still under way
  CHECK_FALSE(health.end(false, 1, settings(), kFirst + kInterval));
  CHECK(health.failures() == 0);
  CHECK(health.deadline() == kFirst + 2 * kInterval);
}

TEST_CASE("HOOK1 variables describe an exit; they contain no NUL and replace existing ones") {
  ExitStory story;
  story.app = "web";
  story.app_namespace = "prod";
  story.exit.slot = 2;
  story.exit.pid = 4711;
  story.exit.uptime = Milliseconds{12045};
  story.exit.status = {ExitStatus::Kind::signalled, 11, true};
  story.exit.trigger = "crash";
  story.exit.last_lines = std::string("a\nb\0c", 5);
  story.restarts = 7;
  story.next = InstanceState::backoff;
  std::vector<std::string> environment{"A=1", "FOREVER_APP=other"};
  add_exit_story(environment, story);
  CHECK(value_of(environment, "A") == "1");
  CHECK(value_of(environment, "FOREVER_APP") == "web");
  CHECK(value_of(environment, "FOREVER_NAMESPACE") == "prod");
  CHECK(value_of(environment, "FOREVER_INSTANCE") == "2");
  CHECK(value_of(environment, "FOREVER_PID") == "4711");
  CHECK(value_of(environment, "FOREVER_EXIT_CODE").empty());
  CHECK(value_of(environment, "FOREVER_EXIT_SIGNAL") == "SIGSEGV");
  CHECK(value_of(environment, "FOREVER_EXIT_REASON") == "killed by SIGSEGV (core dumped)");
  CHECK(value_of(environment, "FOREVER_EXIT_TRIGGER") == "crash");
  CHECK(value_of(environment, "FOREVER_UPTIME") == "12.045");
  CHECK(value_of(environment, "FOREVER_RESTARTS") == "7");
  CHECK(value_of(environment, "FOREVER_NEXT") == "backoff");
  CHECK(value_of(environment, "FOREVER_LAST_LINES") == "a\nb c");

  story.exit.status = {ExitStatus::Kind::exited, 0, false};
  add_exit_story(environment, story);
  CHECK(value_of(environment, "FOREVER_EXIT_CODE") == "0");
  CHECK(value_of(environment, "FOREVER_EXIT_SIGNAL").empty());
  story.exit.status = {ExitStatus::Kind::not_started, 2, false};
  story.exit.stage = "cwd";
  story.exit.pid = 0;
  add_exit_story(environment, story);
  CHECK(value_of(environment, "FOREVER_EXIT_CODE").empty());
  CHECK(value_of(environment, "FOREVER_PID").empty());
  CHECK(value_of(environment, "FOREVER_EXIT_REASON").starts_with("cwd: "));
}
