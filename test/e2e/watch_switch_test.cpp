// Restart on change: when it is on, what it does to what has ended, and what is refused.
#include "test/e2e/watched.hpp"

using namespace forever::test;
namespace fs = std::filesystem;

TEST_CASE("WATCH a crashed program waits for a change if that is wanted, and else is restarted", "[WATCH]") {
  SECTION("wait") {
    Watched app({});
    start(app.home, "web", {"stamp", app.stamps, "start", "count", "../n", "first", "2", "exit", "3", "end", "wait"},
          {"--cwd", app.tree, "--watch", "--watch-on-crash", "wait", "--watch-delay", "0"});
    REQUIRE(wait_for_status(app.home, "web", "stopped"));
    CHECK(stays_true([&] { return app.starts() == 1; }, kQuiet));
    CHECK_THAT(done(app.home, {"describe", "web"}).out, contains("waits for its files to change"));
    write_file(app.tree / "main.js", "two");
    REQUIRE(wait_until([&] { return app.starts() == 2 && app.home_status() == "stopped"; }));
    write_file(app.tree / "main.js", "three");
    CHECK(app.stays_at(3));
    write_file(app.tree / "main.js", "four");
    CHECK(app.stays_at(4));
    done(app.home, {"stop", "web"});
    CHECK(app.home_status() == "stopped");
    CHECK(wait_until([&] { return processes_of(app.home).empty(); }));  // the keeper ends a moment later
  }
  SECTION("restart; a change starts what is errored or in back-off") {
    Watched app({});
    start(app.home, "web", {"stamp", app.stamps, "start", "wait-for", app.tree / "fixed", "wait"},
          {"--cwd", app.tree, "--watch", "--watch-delay", "0"});
    REQUIRE(app.starts_are(1));
    start(app.home, "bad", {"first", "0", "end", "exit", "3"},
          {"--cwd", app.tree, "--watch", "--min-uptime", "1h", "--max-restarts", "1", "--watch-delay", "0"});
    REQUIRE(wait_for_status(app.home, "bad", "errored"));
    const int restarts = listed(app.home, "bad")["restarts"].get<int>();
    write_file(app.tree / "main.js", "two");
    CHECK(wait_until([&] { return listed(app.home, "bad")["restarts"].get<int>() > restarts; }));
  }
}

TEST_CASE("WATCH what is stopped stays stopped, whatever changes", "[WATCH]") {
  Watched app({"--watch-delay", "0"});
  app.begin();
  done(app.home, {"stop", "web"});
  write_file(app.tree / "main.js", "two");
  CHECK(stays_true([&] { return app.starts() == 1; }, kQuiet));
  done(app.home, {"start", "web"});
  REQUIRE(app.starts_are(2));
  write_file(app.tree / "main.js", "three");
  CHECK(app.stays_at(3));
}

TEST_CASE("WATCH on and off while it runs, when it is stopped, and as `list` and `describe` show it", "[WATCH]") {
  Watched app({});
  start(app.home, "web", {"stamp", app.stamps, "start", "wait"}, {"--cwd", app.tree});
  REQUIRE(app.starts_are(1));
  const auto watching = [&] { return listed(app.home, "web")["watching"].get<bool>(); };
  CHECK_FALSE(watching());
  CHECK(done(app.home, {"watch", "web", "on"}).out == "web is watched\n");
  CHECK(done(app.home, {"watch", "web", "on"}).out == "web is already watched\n");
  CHECK(watching());
  CHECK_THAT(lines_of(done(app.home, {"list"}).out).at(1), contains("yes"));
  CHECK_THAT(done(app.home, {"describe", "web"}).out, contains("1 directory"));
  CHECK(app.stays_at(1));  // nothing is restarted by that
  write_file(app.tree / "main.js", "two");
  CHECK(app.stays_at(2));
  CHECK(done(app.home, {"watch", "web", "off"}).out == "web is not watched\n");
  CHECK_FALSE(watching());
  write_file(app.tree / "main.js", "three");
  CHECK(app.stays_at(2));
  done(app.home, {"stop", "web"});
  done(app.home, {"watch", "web", "on"});
  CHECK(watching());
  done(app.home, {"start", "web"});
  REQUIRE(app.starts_are(3));
  write_file(app.tree / "main.js", "four");
  CHECK(app.stays_at(4));
}

TEST_CASE(
    "WATCH off: an app that waits for a change follows its restart policy, and one that stays stopped is reported",
    "[WATCH]") {
  const Words waits{"--watch", "--watch-on-crash", "wait"};
  SECTION("a crash is restarted, as it would have been without --watch") {
    Watched app({});
    start(app.home, "web", {"stamp", app.stamps, "start", "count", "../n", "first", "1", "exit", "3", "end", "wait"},
          Words{"--cwd", app.tree} + waits);
    REQUIRE(wait_for_status(app.home, "web", "stopped"));
    CHECK(done(app.home, {"watch", "web", "off"}).out == "web is not watched, and restarts\n");
    CHECK(app.stays_at(2));
    CHECK(describe_json(app.home, "web").at("restarts") == 1);
  }
  SECTION("a clean exit that the policy takes for the end stays one") {
    Watched app({});
    start(app.home, "web", {"stamp", app.stamps, "start", "exit", "0"},
          Words{"--cwd", app.tree, "--restart", "on-failure"} + waits);
    REQUIRE(wait_for_status(app.home, "web", "stopped"));
    CHECK(done(app.home, {"watch", "web", "off"}).out == "web is not watched, and stays stopped (exit 0)\n");
    CHECK(app.starts() == 1);
    CHECK(app.home_status() == "stopped");
    CHECK(wait_until([&] { return processes_of(app.home).empty(); }));
    done(app.home, {"start", "web"});
    CHECK(wait_until([&] { return app.starts() == 2; }));
  }
  SECTION("what is errored stays so") {
    Watched app({});
    start(app.home, "web", {"stamp", app.stamps, "start", "exit", "3"},
          {"--cwd", app.tree, "--watch", "--min-uptime", "1h", "--max-restarts", "0"});
    REQUIRE(wait_for_status(app.home, "web", "errored"));
    CHECK(done(app.home, {"watch", "web", "off"}).out == "web is not watched, and stays errored (exit 3)\n");
    CHECK(wait_until([&] { return processes_of(app.home).empty(); }));
    CHECK(app.home_status() == "errored");
  }
}

TEST_CASE("WATCH goes on after the supervisor was killed", "[WATCH]") {
  Watched app({"--watch-delay", "10ms"});
  app.begin();
  kill_hard(supervisor_of(app.home, "web"));
  REQUIRE(wait_until([&] { return supervisor_of(app.home, "web") > 0 && app.home_status() == "online"; }));
  // Now and then: a file that is written repeatedly has no quiet period.
  auto written = Clock::now() - 1s;
  CHECK(wait_until([&] {
    if (Clock::now() - written >= 200ms) {
      write_file(app.tree / "main.js", "two");
      written = Clock::now();
    }
    return app.starts() >= 2;
  }));
}

TEST_CASE("WATCH what makes no sense is refused in one line", "[WATCH]") {
  const TemporaryHome home;
  const auto refused = [&](const Words& options, int code, const std::string& part) {
    const Result result = home.forever(Words{"start", child_binary()} + options + Words{"--", "wait"});
    CHECK(result.exit_code == code);
    require_one_line(result.err, part);
  };
  refused({"--ext", "js"}, 2, "needs --watch");
  refused({"--watch=/no/where"}, 1, "/no/where: no such");
  refused({"--watch", "--watch-on-crash", "perhaps"}, 2, "restart, wait");
  refused({"--watch="}, 2, "--watch=");
  refused({"--watch", "--poll="}, 2, "--poll=");
  refused({"--watch", "--poll=0"}, 2, "try 1s");
  refused({"--watch", "--ext", ","}, 2, "extensions");
  const Result result = home.forever({"watch", "web", "maybe"});
  CHECK(result.exit_code == 2);
  require_one_line(result.err, "on or off");
  CHECK(home.forever({"watch", "nobody", "on"}).exit_code == 3);
}
