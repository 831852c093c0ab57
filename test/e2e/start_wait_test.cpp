// STATE3: start reports whether an app is up, and otherwise the reason and its last lines.
#include "test/e2e/apps.hpp"

using namespace forever::test;

TEST_CASE("STATE3 start --wait returns when the app has lived for its minimum uptime", "[STATE3]") {
  const TemporaryHome home;
  const Result result = start(home, "web", {"wait"}, {"--wait", "--min-uptime", "300ms"});
  REQUIRE(result.elapsed >= 290ms);
  REQUIRE(status_of(home, "web") == "online");
  start(home, "bounded", {"wait"}, {"--wait", "10", "--min-uptime", "100ms"});
}

TEST_CASE("STATE3 start --wait of an app that dies tells the reason and its last lines", "[STATE3]") {
  const TemporaryHome home;
  const Result result =
      home.forever(start_words("web", {"--wait", "10s", "--max-restarts", "1"},
                               {"say", "on the way", "stream", "err", "partial", "no such database\n", "exit", "3"}));
  INFO(result.out << result.err);
  REQUIRE(result.exit_code == 1);
  REQUIRE_THAT(result.err, contains("exit"));
  REQUIRE_THAT(result.err, contains("3"));
  REQUIRE_THAT(result.out + result.err, contains("no such database"));
}

TEST_CASE("STATE3 the last lines that a failed start tells are of both streams", "[STATE3]") {
  const TemporaryHome home;
  const Result result =
      home.forever(start_words("web", {"--wait", "10s", "--max-restarts", "0"},
                               {"say", "reading config.yml", "stream", "err", "say", "no such key", "exit", "3"}));
  INFO(result.out << result.err);
  REQUIRE(result.exit_code == 1);
  REQUIRE_THAT(result.err, contains("| reading config.yml\n  | no such key\n"));
}

TEST_CASE("STATE3 the last lines that a failed start tells are its own, not those of an earlier life", "[STATE3]") {
  const TemporaryHome home;
  start(home, "web", {"say", "said by the first life", "count", "runs", "first", "1", "wait", "end", "exit", "4"},
        {"--max-restarts", "0"});
  REQUIRE(wait_for_log(home, "web", "count 1"));
  done(home, {"stop", "web"});
  Result result = home.forever({"start", "web", "--wait", "5s"});
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, contains("exit 4"));
  CHECK_THAT(result.err, contains("| count 2\n"));
  CHECK(count_of(result.err, "said by the first life") == 1);
  CHECK_FALSE(has(result.err, "count 1"));
  // One that says nothing has no last lines at all.
  start(home, "mute", {"count", "runs", "first", "3", "say", "old", "wait", "end", "exit", "5"},
        {"--max-restarts", "0"});
  REQUIRE(wait_for_log(home, "mute", "old"));
  done(home, {"stop", "mute"});
  done(home, {"start", "mute", "--log-format", "time"});
  REQUIRE(wait_for_status(home, "mute", "errored"));
  CHECK_FALSE(has(describe_json(home, "mute").at("last_exits").back().at("last_lines").get<std::string>(), "old"));
}

TEST_CASE("STATE3 start --wait fails after the given time", "[STATE3]") {
  const TemporaryHome home;
  const Result result = home.forever(start_words("web", {"--wait", "400ms", "--min-uptime", "1h"}, {"wait"}));
  INFO(result.out << result.err);
  REQUIRE(result.exit_code == 1);
  REQUIRE(result.elapsed >= 390ms);
}

TEST_CASE("STATE3 on a terminal an app that dies at once is reported with its last lines", "[STATE3]") {
  const TemporaryHome home;
  Running terminal(home.command(start_words("web", {}, {"say", "port taken", "exit", "9"})), 24, 80);
  const Result result = terminal.wait();
  INFO(result.out);
  REQUIRE_THAT(result.out, contains("port taken"));
  REQUIRE(result.exit_code == 1);
}

TEST_CASE("STATE3 off a terminal start returns at once, also for an app that dies", "[STATE3]") {
  const TemporaryHome home;
  // A start that waited for its end would report it, one that waited for the minimum uptime would not end.
  start(home, "web", {"sleep", "100", "exit", "9"}, {"--min-uptime", "1h"});
}
