// What people who come from PM2 or forever type by habit: env, reset, cleanlogs.
#include "test/e2e/apps.hpp"

using namespace forever::test;
namespace fs = std::filesystem;

TEST_CASE("HABIT env prints the environment of the start, secrets masked unless revealed", "[e2e]") {
  const TemporaryHome home;
  start(home, "web", {"wait"}, {"--env", "COLOUR=red", "--env", "API_KEY=geheim"});
  const Result shown = done(home, {"env", "web"});
  CHECK_THAT(shown.out, contains("\nCOLOUR=red\n"));
  CHECK(shown.out.find("geheim") == std::string::npos);
  CHECK_THAT(done(home, {"env", "web", "--reveal"}).out, contains("API_KEY=geheim\n"));
  CHECK(home.forever({"env", "nobody"}).exit_code == 3);
  require_one_line(home.forever({"env"}).err, "env needs the name of an app");
}

TEST_CASE("HABIT reset sets the count of restarts to zero while the app runs on", "[e2e]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  kill_hard(pid_of(home, "web"));
  REQUIRE(wait_until([&] { return listed(home, "web")["restarts"] == 1 && status_of(home, "web") == "online"; }));
  const int pid = pid_of(home, "web");
  CHECK_THAT(done(home, {"reset", "web"}).out, contains("web has its counts at zero"));
  CHECK(wait_until([&] { return listed(home, "web")["restarts"] == 0; }));
  CHECK(pid_of(home, "web") == pid);
}

TEST_CASE("HABIT cleanlogs removes rotated logs and those of deleted apps, and no other file", "[e2e]") {
  const TemporaryHome home;
  start(home, "web", {"say", "hello", "wait"});
  REQUIRE(wait_for_log(home, "web", "hello"));
  const fs::path logs = home.state() / "logs";
  for (const char* name : {"web.out.log.1", "gone.out.log", "gone.err.log.2", "notes.txt"})
    write_file(logs / name, "x");
  const Result shown = done(home, {"cleanlogs", "--dry-run"});
  CHECK(lines_of(shown.out).size() == 3);
  CHECK(fs::exists(logs / "gone.out.log"));
  done(home, {"cleanlogs", "--quiet"});
  CHECK_FALSE(fs::exists(logs / "web.out.log.1"));
  CHECK_FALSE(fs::exists(logs / "gone.out.log"));
  CHECK_FALSE(fs::exists(logs / "gone.err.log.2"));
  CHECK(fs::exists(logs / "notes.txt"));
  CHECK(log_of(home, "web") == "hello\n");
}
