// doctor on this machine: what it says depends on the machine, that it says it as documented does not.
#include "test/e2e/apps.hpp"

using namespace forever::test;

namespace {

namespace fs = std::filesystem;

// The findings of one check, "level: text" each.
std::string found(const TemporaryHome& home, const std::string& check, const std::string& level) {
  std::string text;
  const Json answer = parse_json(home.forever({"doctor", "--json"}).out);
  for (const Json& one : answer.at("checks")) {
    if (one.at("check") == check && one.at("level") == level) text += one.at("text").get<std::string>() + "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("DOCTOR6 the exit code says whether anything is wrong, in JSON as in words") {
  const TemporaryHome home;
  const Result words = home.forever({"doctor"});
  const Result json = home.forever({"doctor", "--json"});
  const Json answer = parse_json(json.out);
  bool wrong = false;
  for (const Json& one : answer.at("checks")) wrong = wrong || one.at("level") == "wrong";
  CHECK(answer.at("version") == 1);
  CHECK(answer.at("ok") == !wrong);
  CHECK(json.exit_code == (wrong ? 1 : 0));
  CHECK(words.exit_code == json.exit_code);
  for (const char* check : {"logind:", "inotify:", "ulimit:", "seccomp:", "cgroup:", "disk:", "state:"})
    CHECK_THAT(words.out, contains(check));
  CHECK_FALSE(fs::exists(home.state()));
  CHECK(home.forever({"doctor", "web"}).exit_code == 2);
}

TEST_CASE("DOCTOR7 few open files are wrong") {
  const TemporaryHome home;
  Command command = home.command({"doctor"});
  command.argv.insert(command.argv.begin(), {"sh", "-c", "ulimit -n 100; exec \"$@\"", "sh"});
  const Result result = run(command);
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.out, contains("wrong  ulimit: 100 open files"));
}

TEST_CASE(
    "DOCTOR8 an app without a supervisor is reported and not adopted, a damaged and an errored one are reported") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  start(home, "bad", {"exit", "1"}, {"--max-restarts", "0"});
  REQUIRE(wait_for_status(home, "bad", "errored"));
  CHECK(found(home, "state", "ok").empty());
  CHECK_THAT(found(home, "state", "wrong"), contains("bad is errored and is not restarted"));
  kill_watchers(home, "web");
  CHECK_THAT(found(home, "state", "wrong"), contains("web runs without a supervisor"));
  CHECK_THAT(found(home, "state", "wrong"), contains("web runs without a supervisor"));
  done(home, {"list"});  // the remedy
  CHECK_FALSE(has(found(home, "state", "wrong"), "web"));
  done(home, {"stopall"});
  done(home, {"delete", "bad"});
  write_file(home.app("web") / "status.json", "no json");
  CHECK_THAT(found(home, "state", "wrong"), contains("web: "));
}

TEST_CASE("DOCTOR9 a supervisor that runs another binary than the command is reported") {
  const TemporaryHome home;
  const fs::path other = home.scratch() / "forever";
  fs::copy_file(forever_binary(), other);
  Command command = home.command({});
  command.argv = Words{other.string()} + start_words("web", {}, {"wait"});
  REQUIRE(run(command).exit_code == 0);
  CHECK_THAT(found(home, "version", "wrong"), contains("the supervisor of web runs another binary"));
  done(home, {"upgrade", "web"});  // the remedy
  CHECK(found(home, "version", "wrong").empty());
  CHECK(run(command).exit_code == 0);
  done(home, {"stop", "web"});
  done(home, {"start", "web"});
  CHECK(found(home, "version", "wrong").empty());
}

TEST_CASE("REAL36 doctor on a terminal breaks its lines at words, and names an app in back-off") {
  const TemporaryHome home;
  start(home, "web", {"exit", "3"}, {"--backoff-first", "1h", "--min-uptime", "1h"});
  REQUIRE(wait_for_status(home, "web", "backoff"));
  Command command = home.command({"doctor"});
  command.environment["NO_COLOR"] = "1";
  Running terminal(command, 50, 60);
  const Result result = terminal.wait();
  INFO(result.out);
  CHECK_THAT(result.out, contains("web is in back-off: exit 3"));
  // A word that is longer than the screen is left whole.
  for (const std::string& line : lines_of(result.out))
    CHECK((line.size() <= 61 || line.find(' ', 12) == std::string::npos));
}
