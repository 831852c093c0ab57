// The main job on Windows: what is promised of every system, in Windows' terms.
#include <fstream>

#include "test/e2e/apps.hpp"

using namespace forever::test;

namespace {

// The only recorded last exit.
Json last_exit_of(const TemporaryHome& home, const std::string& name) {
  const Json exits = describe_json(home, name).at("last_exits");
  REQUIRE_FALSE(exits.empty());
  return exits.back();
}

// An app whose leader obeys, and that has started a process which does not.
std::vector<int> start_disobedient(const TemporaryHome& home, const std::string& relation) {
  start(home, "web",
        {relation, "ignore", "TERM", "say", "deaf", "wait", "end", "on", "TERM", "exit", "0", "end", "wait"},
        {"--kill-timeout", "500ms"});
  const std::vector<int> pids = forked_by(home, "web", 1);
  REQUIRE(wait_for_log(home, "web", "deaf"));
  return pids;
}

void check_that_a_stop_ends(const std::string& relation) {
  const TemporaryHome home;
  const std::vector<int> pids = start_disobedient(home, relation);
  done(home, {"stop", "web"});
  CHECK(none_alive(pids));
}

}  // namespace

TEST_CASE("START4 on Windows starts side by side make one app", "[START4]") {
  const TemporaryHome home;
  std::vector<Running> all;
  for (int i = 0; i < 6; ++i) all.emplace_back(home.command(start_words("web", {}, {"say", "begun", "wait"})));
  for (Running& one : all) {
    const Result result = one.wait();
    INFO(result.out << result.err);
    CHECK(result.exit_code == 0);
  }
  CHECK(wait_for_log(home, "web", "begun"));
  CHECK(count_of(log_of(home, "web"), "begun") == 1);
}

TEST_CASE("STOP1 on Windows a stop leaves no descendant, and the port is free before it returns", "[STOP1]") {
  const TemporaryHome home;
  const int port = free_port();
  start(home, "web", {"fork", "listen", std::to_string(port), "wait", "end", "wait"});
  const std::vector<int> pids = forked_by(home, "web", 1);
  REQUIRE(wait_until([&] { return can_connect(port); }));
  done(home, {"stop", "web"});
  CHECK(none_alive(pids));
  CHECK(can_bind(port));
}

TEST_CASE("STOP2 on Windows a child that ignores the request is ended with the rest at the timeout", "[STOP2]") {
  check_that_a_stop_ends("fork");
}

TEST_CASE("STOP3 on Windows a grandchild whose parent is gone is found and stopped", "[STOP3]") {
  check_that_a_stop_ends("orphan");
}

TEST_CASE("STOP5 on Windows a stop waits for the program's own end, and says whom it waits for", "[STOP5]") {
  const TemporaryHome home;
  start(home, "web", {"on", "TERM", "say", "closing", "exit", "7", "end", "say", "ready", "wait"});
  REQUIRE(wait_for_log(home, "web", "ready"));
  const int pid = pid_of(home, "web");
  done(home, {"stop", "web"});
  CHECK_FALSE(alive(pid));
  CHECK(has(log_of(home, "web"), "closing"));
  CHECK(last_exit_of(home, "web").at("reason") == "exit 7");

  start(home, "deaf", {"ignore", "TERM", "say", "ready", "wait"}, {"--kill-timeout", "3s"});
  REQUIRE(wait_for_log(home, "deaf", "ready"));
  const Result stopped = done(home, {"stop", "deaf"});
  CHECK(has(stopped.err, "deaf (pid "));
  CHECK(has(stopped.err, "ignores SIGTERM, KILL in"));
  CHECK(last_exit_of(home, "deaf").at("reason") == "killed by SIGKILL");
}

TEST_CASE("STOP8 on Windows a stop during back-off returns at once, and the app stays away", "[STOP8]") {
  const TemporaryHome home;
  start(home, "web", {"exit", "3"}, {"--min-uptime", "1h", "--backoff-first", "1h", "--backoff-cap", "1h"});
  REQUIRE(wait_until([&] { return status_of(home, "web") == "backoff"; }));
  done(home, {"stop", "web"});  // within its deadline, which is less than the back-off
  CHECK(status_of(home, "web") == "stopped");
}

TEST_CASE("STATE2 on Windows a death is reported with its reason", "[STATE2]") {
  const TemporaryHome home;
  start(home, "crash", {"die", "SEGV"}, {"--restart", "never"});
  REQUIRE(wait_until([&] { return status_of(home, "crash") != "online"; }));
  CHECK_THAT(last_exit_of(home, "crash").at("reason").get<std::string>(),
             contains("exit 0xC0000005 (access violation)"));
  start(home, "seven", {"exit", "7"}, {"--restart", "never"});
  REQUIRE(wait_until([&] { return status_of(home, "seven") != "online"; }));
  CHECK(last_exit_of(home, "seven").at("reason") == "exit 7");
  const Result missing = home.forever({"start", "no-such-program", "--name", "none"});
  CHECK(missing.exit_code != 0);
  require_one_line(missing.err, "no-such-program");
}

TEST_CASE("STATE5 on Windows --json is nothing but JSON, on a first run and on errors too", "[STATE5]") {
  const TemporaryHome home;
  for (const Words& words : {Words{"list", "--json"}, Words{"describe", "none", "--json"}, Words{"list", "--jsn"}}) {
    const Result result = home.forever(words);
    if (words.back() == "--json") CHECK(Json::parse(result.out).at("version") == 1);
  }
  start(home, "web", {"wait"});
  const Json app = listed(home, "web");
  CHECK(app.at("status") == "online");
  CHECK(app.at("instances").at(0).at("pid").get<int>() > 0);
}

TEST_CASE("SUP2 on Windows what has lost its supervisor lives, writes on, and is adopted without a lost line",
          "[SUP2]") {
  const TemporaryHome home;
  const auto go = home.scratch() / "go";
  start(home, "web", {"lines", "1000", "50", "say",  "first", "wait-for", go.string(), "lines", "5000", "50",
                      "say",   "last", "on", "TERM", "say",   "closing",  "exit",      "0",     "end",  "wait"});
  REQUIRE(wait_for_log(home, "web", "first"));
  const int pid = pid_of(home, "web");
  const int old = supervisor_of(home, "web");
  kill_hard(old);
  CHECK(alive(pid));
  write_file(go, "");
  const Result said = done(home, {"list"});
  CHECK(has(said.err, "adopted"));
  CHECK(pid_of(home, "web") == pid);
  CHECK(supervisor_of(home, "web") != old);
  REQUIRE(wait_for_log(home, "web", "last"));
  long long expected = 1;
  for (const std::string& line : lines_of(log_of(home, "web"))) {
    if (line.size() < 40) continue;
    REQUIRE(std::stoll(line) == expected++);
  }
  CHECK(expected == 6001);
  // Its exit code reports its end, and its stop works as before.
  done(home, {"stop", "web"});
  CHECK(has(log_of(home, "web"), "closing"));
  CHECK(last_exit_of(home, "web").at("reason") == "exit 0");
}

TEST_CASE("SUP2 on Windows the successor still holds the whole tree", "[SUP2]") {
  const TemporaryHome home;
  const std::vector<int> pids = start_disobedient(home, "orphan");
  kill_watchers(home, "web");
  done(home, {"list"});
  done(home, {"stop", "web"});
  CHECK(none_alive(pids));
}

TEST_CASE("SUP2 on Windows an app that ended unsupervised is restarted by its adopter", "[SUP2]") {
  const TemporaryHome home;
  start(home, "web", {"say", "begun", "wait"});
  REQUIRE(wait_for_log(home, "web", "begun"));
  const int pid = pid_of(home, "web");
  kill_watchers(home, "web");
  kill_hard(pid);
  done(home, {"list"});
  REQUIRE(wait_until([&] { return count_of(log_of(home, "web"), "begun") == 2; }));
  CHECK(pid_of(home, "web") != pid);
}

TEST_CASE("LOG1 on Windows numbered lines through rotation are all there once and whole", "[LOG1]") {
  const TemporaryHome home;
  const auto written = home.scratch() / "written";
  start(home, "web", {"lines", "60000", "100", "say", "done", "stamp", written.string(), "done", "wait"},
        {"--log-max-size", "1M", "--log-keep", "20"});
  // Not by reading the log: a process that has it open delays its rotation. What was written before a stop is in it.
  REQUIRE(wait_until([&] { return !stamps_in(written).empty(); }, 40s));
  done(home, {"stop", "web"});
  std::vector<bool> seen(60001, false);
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(home.state() / "logs")) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("web.out.log")) continue;
    ++files;
    for (const std::string& line : lines_of(read_file(entry.path()))) {
      if (line == "done") continue;
      REQUIRE(line.size() == 99);
      const auto number = static_cast<std::size_t>(std::stoll(line));
      REQUIRE_FALSE(seen.at(number));
      seen[number] = true;
    }
  }
  CHECK(std::count(seen.begin(), seen.end(), true) == 60000);
  CHECK(files > 3);
}

TEST_CASE("LOG2 on Windows time stamps precede lines, long ones are whole, and bytes stay as they are", "[LOG2]") {
  const TemporaryHome home;
  start(home, "time", {"partial", "half ", "sleep", "50", "say", "line", "lines", "2", "65536", "wait"},
        {"--log-time"});
  REQUIRE(wait_until([&] { return lines_of(log_of(home, "time")).size() == 3; }));
  const auto lines = lines_of(log_of(home, "time"));
  CHECK_THAT(lines[0], contains(" half line"));
  CHECK(lines[0].starts_with("20"));
  CHECK(lines[1].size() > 65535);
  CHECK(count_of(lines[1], "xxxxx") > 10000);

  start(home, "raw", {"binary", "4096", "wait"});
  REQUIRE(wait_until([&] { return log_of(home, "raw").size() == 4096; }));
  const std::string raw = log_of(home, "raw");
  bool same = true;
  for (std::size_t i = 0; i < raw.size(); ++i) same = same && static_cast<unsigned char>(raw[i]) == i % 256;
  CHECK(same);
}

TEST_CASE("logs -f on Windows follows what is written", "[logs]") {
  const TemporaryHome home;
  const auto go = home.scratch() / "go";
  start(home, "web", {"say", "first", "wait-for", go.string(), "say", "second", "wait"});
  REQUIRE(wait_for_log(home, "web", "first"));
  Running logs(home.command({"logs", "web", "-f"}));
  REQUIRE(logs.wait_for("first"));
  write_file(go, "");
  CHECK(logs.wait_for("second"));
}

TEST_CASE("run on Windows has the program's output and its exit code", "[run]") {
  const TemporaryHome home;
  const Result result = home.forever({"run", child_binary(), "--restart", "never", "--", "say", "here", "exit", "5"});
  INFO(result.err);
  CHECK(has(result.out, "here"));
  CHECK(result.exit_code == 5);
}

TEST_CASE("SUP3 on Windows upgrade refuses in one line, and leaves the app as it is", "[SUP3]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  const int pid = pid_of(home, "web");
  const Place other = home.scratch() / "new.exe";
  std::filesystem::copy_file(forever_binary(), other);
  const Result refused = home.forever({"upgrade", "--binary", other});
  CHECK(refused.exit_code == 1);
  require_one_line(refused.err, "not supported on this system");
  CHECK(pid_of(home, "web") == pid);
}
