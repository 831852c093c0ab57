// What of the caller's login reaches a program, and what "~/" is.
#include <filesystem>

#include "test/e2e/apps.hpp"

using namespace forever::test;

namespace {

namespace fs = std::filesystem;

void run_with(const TemporaryHome& home, const Words& words, const std::map<std::string, std::string>& variables) {
  Command command = home.command(words);
  for (const auto& [name, value] : variables) command.environment[name] = value;
  const Result result = run(command);
  INFO("forever " << words.at(0) << ": " << result.out << result.err);
  REQUIRE(result.exit_code == 0);
}

}  // namespace

TEST_CASE("REAL8 ~/ is the home directory wherever an option takes a path", "[REAL8]") {
  const TemporaryHome home;
  const Place place = home.scratch() / "me";
  fs::create_directories(place / "bin");
  fs::create_directories(place / "src");
  write_file(place / "bin/run-it",
             "#!/bin/sh\nexec \"" + child_binary() + "\" print-cwd print-env FROM_FILE say run wait\n");
  fs::permissions(place / "bin/run-it", fs::perms::owner_all);
  write_file(place / ".env", "FROM_FILE=read\n");
  run_with(home,
           {"start", "anything", "--name", "web", "--interpreter=~/bin/run-it", "--cwd=~/src", "--env-file=~/.env",
            "--out=~/web.log", "--watch=~/src"},
           {{"HOME", place.string()}});
  REQUIRE(wait_until([&] { return has(read_file(place / "web.log"), "run\n"); }));
  CHECK(has(read_file(place / "web.log"), "cwd " + (place / "src").string() + "\n"));
  CHECK(has(read_file(place / "web.log"), "env FROM_FILE=read\n"));
  CHECK(has(done(home, {"describe", "web"}).out, (place / "src").string()));
}

TEST_CASE("REAL8 ~/ is the home directory in apps files, the interpreter too", "[REAL8]") {
  const TemporaryHome home;
  const Place place = home.scratch() / "me";
  fs::create_directories(place / "bin");
  write_file(place / "bin/run-it", "#!/bin/sh\nexec \"" + child_binary() + "\" say run wait\n");
  fs::permissions(place / "bin/run-it", fs::perms::owner_all);
  write_file(home.scratch() / "apps.json",
             R"({"apps": [{"name": "web", "script": "anything", "interpreter": "~/bin/run-it", "out": "~/web.log"}]})");
  run_with(home, {"start", "apps.json"}, {{"HOME", place.string()}});
  REQUIRE(wait_until([&] { return has(read_file(place / "web.log"), "run\n"); }));
}

TEST_CASE("REAL8 --user leaves out what belongs to the caller's login", "[REAL8]") {
  if (!Stranger::possible()) SKIP_CASE("only root can start a program as another user");
  const Stranger stranger;
  const TemporaryHome home;
  run_with(home,
           {"start", "/bin/sh", "--name", "web", "--user", std::to_string(stranger.id()), "--group",
            std::to_string(stranger.id()), "--cwd", "/", "--env", "MAIL=/given", "--", "-c",
            "env | sed 's/^/env /'; echo run; exec sleep 1000"},
           {{"XDG_RUNTIME_DIR", "/run/user/0"},
            {"XDG_SESSION_ID", "7"},
            {"DBUS_SESSION_BUS_ADDRESS", "unix:path=/run/user/0/bus"},
            {"MAIL", "/var/mail/root"},
            {"SSH_AUTH_SOCK", "/tmp/agent"},
            {"SUDO_USER", "somebody"},
            {"DISPLAY", ":0"},
            {"LANG", "C.UTF-8"}});
  REQUIRE(wait_for_log(home, "web", "run\n"));
  const std::string log = log_of(home, "web");
  for (const char* name : {"XDG_RUNTIME_DIR", "XDG_SESSION_ID", "DBUS_", "SSH_", "SUDO_", "DISPLAY", "/var/mail"}) {
    INFO(name << " in\n" << log);
    CHECK_FALSE(has(log, name));
  }
  CHECK(has(log, "env MAIL=/given\n"));
  CHECK(has(log, "env LANG=C.UTF-8\n"));
}
