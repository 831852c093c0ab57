// Called as pm2: what scripts of PM2's users do and read.
#include <unistd.h>

#include <filesystem>

#include "test/e2e/apps.hpp"

using namespace forever;
using namespace forever::test;
namespace fs = std::filesystem;

namespace {

// A home with a `pm2` that is forever.
struct Pm2 {
  TemporaryHome home;

  Pm2() { REQUIRE(::symlink(forever_binary().c_str(), (home.scratch() / "pm2").c_str()) == 0); }
  Result run(const Words& words) const {
    Command command = home.command(words);
    command.argv.front() = (home.scratch() / "pm2").string();
    return forever::test::run(command);
  }
  Json list() const { return parse_json(run({"jlist"}).out); }
};

}  // namespace

TEST_CASE("PM2A a script of PM2's verbs works from start to kill", "[PM2A]") {
  const Pm2 pm2;
  CHECK(pm2.run({"jlist"}).out == "[]\n");
  CHECK(pm2.run({"ping"}).out == "{ msg: 'pong' }\n");
  REQUIRE(
      pm2.run({"start", child_binary(), "-n", "web", "--restart-delay", "100", "--", "say", "up", "wait"}).exit_code ==
      0);
  REQUIRE(pm2.list().size() == 1);
  CHECK(pm2.list()[0]["name"] == "web");
  const int pid = pm2.list()[0]["pid"];
  CHECK(pid == pid_of(pm2.home, "web"));
  // It is there already, and stays as it is.
  const Result again = pm2.run({"start", child_binary(), "-n", "web"});
  CHECK(again.exit_code == 1);
  CHECK_THAT(again.err, contains("runs already"));
  CHECK(pid_of(pm2.home, "web") == pid);
  CHECK(pm2.run({"restart", "web", "--update-env"}).exit_code == 0);
  CHECK(pid_of(pm2.home, "web") != pid);
  CHECK(pm2.run({"stop", "web"}).exit_code == 0);
  CHECK(pm2.list()[0]["pm2_env"]["status"] == "stopped");
  CHECK(pm2.list()[0]["pid"] == 0);
  CHECK(pm2.run({"reload", "web"}).exit_code == 0);
  CHECK(status_of(pm2.home, "web") == "online");
  REQUIRE(wait_until([&] { return has(pm2.run({"logs", "web", "--nostream", "--raw"}).out, "up\n"); }));
  CHECK(pm2.run({"id", "web"}).out == "[ 0 ]\n");
  CHECK(pm2.run({"save"}).exit_code == 0);
  CHECK(pm2.run({"kill"}).exit_code == 0);
  CHECK(pm2.run({"jlist"}).out == "[]\n");
  CHECK(pm2.run({"kill"}).exit_code == 0);
}

TEST_CASE("PM2A every failure has PM2's exit code and one line", "[PM2A]") {
  const Pm2 pm2;
  for (const Words& words : {Words{"restart", "nothing"}, Words{"frobnicate"}, Words{"start", "nothing.js"},
                             Words{"deploy", "production"}, Words{"start", "--no-such-option"}}) {
    INFO(words.front());
    const Result result = pm2.run(words);
    CHECK(result.exit_code == 1);
    require_one_line(result.err, "forever: ");
  }
}

TEST_CASE("PM2A an ecosystem file is started, and started again it is restarted", "[PM2A]") {
  const Pm2 pm2;
  write_file(pm2.home.scratch() / "process.json",
             R"({"apps":[{"name":"shop","script":")" + child_binary() + R"(","args":["wait"]}]})");
  const std::string file = (pm2.home.scratch() / "process.json").string();
  REQUIRE(pm2.run({"start", file}).exit_code == 0);
  const int pid = pid_of(pm2.home, "shop");
  REQUIRE(pid > 0);
  REQUIRE(pm2.run({"start", file}).exit_code == 0);
  CHECK(pid_of(pm2.home, "shop") != pid);
  CHECK(pm2.run({"delete", file}).exit_code == 0);
  CHECK(pm2.run({"jlist"}).out == "[]\n");
}

TEST_CASE("PM2A an app is asked to end by SIGINT, as PM2 does", "[PM2A]") {
  const Pm2 pm2;
  REQUIRE(pm2.run({"start", "/bin/sh", "-n", "web", "--", "-c",
                   "trap 'echo int; exit 0' INT; echo up; while :; do sleep 0.1; done"})
              .exit_code == 0);
  REQUIRE(wait_for_log(pm2.home, "web", "up"));
  REQUIRE(pm2.run({"stop", "web"}).exit_code == 0);
  CHECK(wait_for_log(pm2.home, "web", "int"));
}

TEST_CASE("PM2A pm2-runtime has the program in the foreground and ends with its code", "[PM2A]") {
  const TemporaryHome home;
  REQUIRE(::symlink(forever_binary().c_str(), (home.scratch() / "pm2-runtime").c_str()) == 0);
  Command command = home.command({child_binary(), "--no-autorestart", "--", "say", "here", "exit", "7"});
  command.argv.front() = (home.scratch() / "pm2-runtime").string();
  const Result result = run(command);
  CHECK_THAT(result.out, contains("here"));
  CHECK(result.exit_code == 7);
}
