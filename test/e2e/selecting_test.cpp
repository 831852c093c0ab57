// REAL13, REAL14: apps chosen by their script and by patterns.
#include "test/e2e/apps.hpp"

using namespace forever::test;

TEST_CASE("REAL13 stop takes the script, a path to it, and a pattern of names", "[REAL13][REAL14]") {
  const TemporaryHome home;
  const auto here = home.scratch() / "here", there = home.scratch() / "there";
  for (const auto& directory : {here, there}) {
    std::filesystem::create_directories(directory);
    write_file(directory / "app.sh", "sleep 1000\n");
  }
  done(home, {"start", (here / "app.sh").string(), "--cwd", here.string(), "--name", "web-here"});
  done(home, {"start", (there / "app.sh").string(), "--cwd", there.string(), "--name", "web-there"});
  done(home, {"start", (there / "app.sh").string(), "--cwd", there.string(), "--name", "other"});

  // Two apps run the second file: refused, and both are named.
  const Result two = home.forever({"stop", (there / "app.sh").string()});
  CHECK(two.exit_code == 3);
  CHECK_THAT(two.err, contains("web-there"));
  CHECK_THAT(two.err, contains("other"));

  done(home, {"stop", (here / "app.sh").string()});
  CHECK(pid_of(home, "web-here") == 0);
  CHECK(pid_of(home, "web-there") != 0);

  done(home, {"restart", "web-*"});
  CHECK(pid_of(home, "web-here") != 0);
  const int other = pid_of(home, "other");
  done(home, {"delete", "web-*"});
  CHECK(list_json(home).at("apps").size() == 1);
  CHECK(pid_of(home, "other") == other);
}

TEST_CASE("REAL34 list takes the apps to show, and says by its exit code whether they are there", "[REAL34]") {
  const TemporaryHome home;
  start(home, "web-a", {"wait"});
  start(home, "web-b", {"wait"});
  start(home, "job", {"wait"});
  const auto shown = [&](const Words& words) { return lines_of(done(home, Words{"list", "--quiet"} + words).out); };
  CHECK(shown({"job"}) == Words{"job"});
  CHECK(shown({"web-*"}) == Words{"web-a", "web-b"});
  CHECK(Json::parse(done(home, {"status", "job", "--json"}).out).at("apps").size() == 1);
  CHECK(home.forever({"list", "nosuch"}).exit_code == 3);
}

TEST_CASE("REAL12 an instance knows how many there are, and has the requested umask", "[REAL12]") {
  const TemporaryHome home;
  start(home, "web", {"print-umask", "print-env", "FOREVER_INSTANCES", "wait"},
        {"-i", "3", "--no-share", "--umask", "002"});
  CHECK(wait_for_log(home, "web", "umask 0002\n"));
  CHECK(wait_for_log(home, "web", "env FOREVER_INSTANCES=3\n"));
}
