// REAL11: an app on record is changed in one step.
#include <filesystem>

#include "test/e2e/apps.hpp"

using namespace forever::test;
namespace fs = std::filesystem;

TEST_CASE("REAL11 restart with options changes the settings, and keeps all others", "[REAL11]") {
  const TemporaryHome home;
  start(home, "web", {"print-env", "GIVEN", "say", "up", "wait"}, {"--env", "GIVEN=1", "--max-restarts", "7"});
  const int pid = pid_of(home, "web");
  const Result changed = done(home, {"restart", "web", "--max-memory", "300M", "--env", "GIVEN=2"});
  CHECK_THAT(changed.out, contains("web (id 0) restarted, pid "));
  REQUIRE(wait_for_other_pid(home, "web", pid));
  REQUIRE(wait_for_log(home, "web", "env GIVEN=2\nup\n"));
  const std::string described = done(home, {"describe", "web"}).out;
  CHECK_THAT(described, contains("300M"));
  CHECK_THAT(described, contains("at most 7 failures"));
}

TEST_CASE("REAL11 restart takes arguments behind --, and a number of instances", "[REAL11]") {
  const TemporaryHome home;
  start(home, "web", {"say", "one", "wait"}, {"--listen", "127.0.0.1:" + std::to_string(free_port())});
  REQUIRE(wait_for_log(home, "web", "one\n"));
  done(home, {"restart", "web", "-i", "2", "--", "say", "two", "wait"});
  REQUIRE(wait_until([&] { return count_of(log_of(home, "web"), "two\n") == 2; }));
  CHECK(list_json(home).at("apps").at(0).at("instances").size() == 2);
  // Nothing after -- means no arguments at all. The child ends at once then, before or after the answer.
  (void)home.forever({"restart", "web", "--"});
  CHECK(describe_json(home, "web").at("command").size() == 1);
}

TEST_CASE("REAL11 what cannot be changed so is refused, and the app goes on", "[REAL11]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  start(home, "db", {"wait"});
  const int pid = pid_of(home, "web");
  CHECK(home.forever({"restart", "web", "--cwd", "/nowhere/at-all"}).exit_code == 1);
  CHECK(home.forever({"restart", "web", "db", "--name", "x"}).exit_code == 2);
  CHECK(home.forever({"restart", "web", "--name", "db"}).exit_code == 1);
  CHECK(home.forever({"rename", "web", "db"}).exit_code == 1);
  CHECK(home.forever({"rename", "web"}).exit_code == 2);
  CHECK(home.forever({"rename", "web", "a/b"}).exit_code == 2);
  CHECK(home.forever({"rename", "nosuch", "x"}).exit_code == 3);
  CHECK(pid_of(home, "web") == pid);
  const Result already = done(home, {"start", "web", "--max-memory", "300M"});
  CHECK_THAT(already.out, contains("forever restart web"));
  CHECK(pid_of(home, "web") == pid);
}

TEST_CASE("REAL11 rename keeps settings, logs and number, and restarts what runs", "[REAL11]") {
  const TemporaryHome home;
  start(home, "web", {"say", "up", "wait"}, {"--max-restarts", "7"});
  REQUIRE(wait_for_log(home, "web", "up\n"));
  const int pid = pid_of(home, "web");
  const Result renamed = done(home, {"rename", "web", "shop"});
  CHECK_THAT(renamed.out, contains("shop (id 0) was web"));
  CHECK_THAT(renamed.out, contains("restarted, pid "));
  CHECK_FALSE(alive(pid));
  REQUIRE(wait_until([&] { return log_of(home, "shop") == "up\nup\n"; }));
  CHECK_THAT(done(home, {"describe", "shop"}).out, contains("at most 7 failures"));
  CHECK(list_json(home).at("apps").size() == 1);
  CHECK_FALSE(fs::exists(home.app("web")));
  CHECK_FALSE(fs::exists(home.log("web")));
  // The name is free.
  start(home, "web", {"wait"});
  CHECK(status_of(home, "shop") == "online");
}

TEST_CASE("REAL11 an app that is stopped is renamed and stays so, and restart --name renames one that runs",
          "[REAL11]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  done(home, {"save"});
  done(home, {"stop", "web"});
  const Result renamed = done(home, {"rename", "web", "shop"});
  CHECK_THAT(renamed.out, contains("stays stopped"));
  CHECK_THAT(renamed.err, contains("forever save"));
  CHECK(status_of(home, "shop") == "stopped");
  done(home, {"start", "shop"});
  CHECK_THAT(done(home, {"restart", "shop", "--name", "kiosk", "--max-restarts", "3"}).out,
             contains("kiosk (id 0) was shop"));
  CHECK(status_of(home, "kiosk") == "online");
  CHECK_THAT(done(home, {"describe", "kiosk"}).out, contains("at most 3 failures"));
}
