// The verb `logs`: which lines, of which apps, and how it follows.
#include <array>
#include <csignal>

#include "test/e2e/log_files.hpp"

using namespace forever::test;

namespace fs = std::filesystem;

TEST_CASE("LOG logs shows the last lines, across rotated files", "[LOG1]") {
  const TemporaryHome home;
  start(home, "web", {"lines", "3000", "100", "touch", home.scratch() / "written", "wait"}, {"--log-max-size", "100K"});
  REQUIRE(wait_until([&] { return fs::exists(home.scratch() / "written"); }));
  REQUIRE(wait_until([&] { return has(all_text(home, "web"), "0000003000 x"); }));
  const auto lines = lines_of(done(home, {"logs", "web", "-n", "2000"}).out);
  REQUIRE(lines.size() == 2000);
  REQUIRE(has(lines.front(), "0000001001 x"));
  REQUIRE(has(lines.back(), "0000003000 x"));
  REQUIRE(lines_of(done(home, {"logs", "web"}).out).size() == 15);
  REQUIRE(lines_of(done(home, {"logs", "web", "-n", "0"}).out).empty());
}

TEST_CASE("LOG logs chooses the stream", "[LOG1]") {
  const TemporaryHome home;
  start(home, "web", {"say", "to out", "stream", "err", "partial", "to err\n", "wait"});
  REQUIRE(wait_for_log(home, "web", "to err", "err"));
  REQUIRE(wait_for_log(home, "web", "to out"));
  const std::string both = done(home, {"logs", "web"}).out;
  REQUIRE_THAT(both, contains("to out"));
  REQUIRE_THAT(both, contains("to err"));
  REQUIRE_FALSE(has(done(home, {"logs", "web", "--out"}).out, "to err"));
  REQUIRE_FALSE(has(done(home, {"logs", "web", "--err"}).out, "to out"));
}

TEST_CASE("LOG logs -f follows across rotation, truncation and restarts, and ends on Ctrl-C", "[LOG1]") {
  const TemporaryHome home;
  start(home, "web",
        {"on", "USR1", "lines", "1500", "100", "end", "on", "USR2", "say", "emptied", "end", "say", "up", "wait"},
        {"--log-max-size", "100K"});
  REQUIRE(wait_for_log(home, "web", "up"));
  Running follow(home.command({"logs", "web", "-f", "-n", "5"}));
  REQUIRE(follow.wait_for("up"));
  done(home, {"signal", "USR1", "web"});
  REQUIRE(follow.wait_for("0000001500 x"));
  done(home, {"restart", "web"});
  REQUIRE(wait_until([&] { return count_of(follow.out(), "up\n") == 2; }));
  done(home, {"flush", "web"});
  done(home, {"signal", "USR2", "web"});  // less than was there before, so that a poll can notice it
  REQUIRE(follow.wait_for("emptied"));
  done(home, {"signal", "USR1", "web"});
  REQUIRE(wait_until([&] { return count_of(follow.out(), "0000001500 x") == 2; }));
  for (int number = 1; number <= 1500; number += 7) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%010d x", number);
    INFO(text.data());
    REQUIRE(count_of(follow.out(), text.data()) == 2);
  }
  follow.signal(SIGINT);
  const Result result = follow.wait();
  REQUIRE(result.exit_code == 0);
}

TEST_CASE("LOG logs -f says that an app was deleted, and goes on with the next of that name", "[LOG1]") {
  const TemporaryHome home;
  start(home, "web", {"say", "first", "wait"});
  Running follow(home.command({"logs", "web", "-f"}));
  REQUIRE(follow.wait_for("first"));
  for (std::size_t time = 1; time <= 2; ++time) {
    done(home, {"delete", "web", "--keep-logs"});
    REQUIRE(wait_until(
        [&] { return count_of(follow.err(), "web was deleted; waiting for an app of that name\n") == time; }));
    start(home, "web", {"say", "another", "wait"});
    REQUIRE(wait_until([&] { return count_of(follow.out(), "another\n") == time; }));
  }
  follow.signal(SIGINT);
  CHECK(follow.wait().exit_code == 0);
}

TEST_CASE("LOG logs of several apps name the app on each line", "[LOG1]") {
  const TemporaryHome home;
  start(home, "a", {"say", "from a", "wait"});
  start(home, "bb", {"say", "from bb", "wait"});
  REQUIRE(wait_for_log(home, "a", "from a"));
  REQUIRE(wait_for_log(home, "bb", "from bb"));
  const std::string text = done(home, {"logs"}).out;
  REQUIRE_THAT(text, contains("a  | from a"));
  REQUIRE_THAT(text, contains("bb | from bb"));
  REQUIRE_FALSE(has(text, "\x1b["));
}

TEST_CASE("LOG logs ends quietly when its reader has gone", "[LOG1]") {
  const TemporaryHome home;
  start(home, "web", {"lines", "5000", "100", "say", "complete", "wait"});
  REQUIRE(wait_for_log(home, "web", "complete"));
  Command command;
  command.argv = {"/bin/sh", "-c", forever_binary() + " logs web -n 5000 | head -n 1; echo end"};
  command.environment = {{"FOREVER_HOME", home.state().string()}};
  const Result result = run(command);
  REQUIRE(result.err.empty());
  REQUIRE(count_of(result.out, "\n") == 2);
}
