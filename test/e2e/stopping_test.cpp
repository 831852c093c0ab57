// STOP: after `stop` no process of the app is left, however it resists; and `stop` reports what it waits for.
#include <algorithm>

#include "test/e2e/yardstick.hpp"

using namespace forever::test;

namespace {

// Programs that a careless supervisor would call to find or kill processes; each leaves a trace when it is executed.
std::string traps_for_helpers(const TemporaryHome& home) {
  const auto directory = home.scratch() / "bin";
  std::filesystem::create_directory(directory);
  for (const char* name : {"ps", "pgrep", "pkill", "kill", "killall", "lsof", "fuser", "taskkill", "wmic", "sh"}) {
    write_file(directory / name, "#!/bin/sh\necho " + std::string(name) + " >> " + (home.scratch() / "used").string());
    std::filesystem::permissions(directory / name, std::filesystem::perms(0755));
  }
  return directory;
}

}  // namespace

TEST_CASE("STOP1 after stop no descendant is left and the port can be bound", "[STOP1]") {
  const TemporaryHome home;
  const int port = free_port();
  done(home, {"start", "--name", "web", "--", "/bin/sh", "-c",
              child_binary() + " listen " + std::to_string(port) + " wait & wait"});
  REQUIRE(wait_until([&] { return http_get(port).ok(); }));
  const auto tree = descendants_of(keeper_of(home, "web"));
  REQUIRE(tree.size() >= 3);  // supervisor, shell, server

  const Result stopped = done(home, {"stop", "web"});
  REQUIRE(can_bind(port));
  REQUIRE(status_of(home, "web") == "stopped");
  REQUIRE(pid_of(home, "web") == 0);
  REQUIRE(wait_until([&] { return none_alive(tree); }));  // the supervisor ends right behind its answer
  REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
  REQUIRE(stopped.released_output);
}

TEST_CASE("STOP1 a port can be bound after each of many stops", "[STOP1]") {
  const TemporaryHome home;
  const std::string port = std::to_string(free_port());
  start(home, "web", {"fork", "listen", port, "wait", "end", "wait"});
  for (int round = 0; round < 10; ++round) {
    REQUIRE(wait_until([&] { return can_connect(std::stoi(port)); }));
    done(home, {"stop", "web"});
    REQUIRE(can_bind(std::stoi(port)));
    done(home, {"start", "web"});
  }
}

TEST_CASE("STOP2 a child that ignores TERM while its leader obeys gets KILL at the timeout, and stop waits for it",
          "[STOP2]") {
  const TemporaryHome home;
  start(home, "web", {"fork", "ignore", "TERM", "say", "deaf", "wait", "end", "wait"}, {"--kill-timeout", "400ms"});
  REQUIRE(wait_for_log(home, "web", "deaf"));
  const int deaf = forked_by(home, "web", 1).at(0);
  const Result stopped = done(home, {"stop", "web"});
  REQUIRE_FALSE(alive(deaf));
  REQUIRE(stopped.elapsed >= 380ms);
  REQUIRE(status_of(home, "web") == "stopped");
}

TEST_CASE("STOP3 grandchildren in sessions of their own, orphans and daemons are stopped too", "[STOP3]") {
  const TemporaryHome home;
  start(home, "web", {"session", "wait", "end",     "orphan", "wait", "end", "daemon", "wait", "end", "daemon", "fork",
                      "wait",    "end",  "session", "wait",   "end",  "say", "all",    "wait", "end", "wait"});
  REQUIRE(wait_for_log(home, "web", "all"));
  const auto forked = forked_by(home, "web", 6);
  REQUIRE(std::all_of(forked.begin(), forked.end(), alive));
  done(home, {"stop", "web"});
  REQUIRE(none_alive(forked));
}

TEST_CASE("STOP3 a daemon that ignores TERM is stopped at the timeout", "[STOP3]") {
  const TemporaryHome home;
  start(home, "web", {"daemon", "ignore", "TERM", "say", "deaf", "wait", "end", "wait"}, {"--kill-timeout", "300ms"});
  REQUIRE(wait_for_log(home, "web", "deaf"));
  const auto forked = forked_by(home, "web", 1);
  done(home, {"stop", "web"});
  REQUIRE(none_alive(forked));
}

TEST_CASE("STOP3 a daemon gets TERM before KILL, and exactly once", "[STOP3]") {
  const TemporaryHome home;
  const std::string file = home.scratch() / "signals";
  start(home, "web", {"on", "TERM",  "stamp", file,  "leader", "exit", "0",   "end", "daemon", "on",   "TERM", "stamp",
                      file, "apart", "sleep", "100", "exit",   "0",    "end", "say", "polite", "wait", "end",  "wait"});
  REQUIRE(wait_for_log(home, "web", "polite"));
  done(home, {"stop", "web"});
  std::vector<std::string> seen;
  for (const Stamp& stamp : stamps_in(file)) seen.push_back(stamp.text);
  std::sort(seen.begin(), seen.end());
  REQUIRE(seen == std::vector<std::string>{"apart", "leader"});
}

TEST_CASE("STOP3 what the leader leaves behind when it ends by itself is stopped before the next start", "[STOP3]") {
  const TemporaryHome home;
  const std::string counter = home.scratch() / "starts";
  start(home, "web",
        {"count", counter, "first", "1", "daemon", "wait", "end", "fork", "wait", "end", "exit", "1", "end", "wait"});
  const auto forked = forked_by(home, "web", 2);
  REQUIRE(wait_for_log(home, "web", "count 2"));
  REQUIRE(none_alive(forked));
  REQUIRE(wait_for_status(home, "web", "online"));
}

TEST_CASE("STOP4 kill mode process leaves the leader's descendants alone", "[STOP4]") {
  const TemporaryHome home;
  start(home, "web", {"fork", "wait", "end", "wait"}, {"--kill-mode", "process"});
  const auto forked = forked_by(home, "web", 1);
  const int leader = pid_of(home, "web");
  done(home, {"stop", "web"});
  REQUIRE_FALSE(alive(leader));
  REQUIRE(alive(forked.at(0)));
}

TEST_CASE("STOP4 kill mode group stops the process group and leaves other sessions alone", "[STOP4]") {
  const TemporaryHome home;
  start(home, "web", {"fork", "wait", "end", "session", "say", "apart", "wait", "end", "wait"},
        {"--kill-mode", "group"});
  const auto forked = forked_by(home, "web", 2);
  REQUIRE(wait_for_log(home, "web", "apart"));
  done(home, {"stop", "web"});
  REQUIRE_FALSE(alive(forked.at(0)));
  REQUIRE(alive(forked.at(1)));
}

TEST_CASE("STOP4 no other program is ever executed to find or to kill processes", "[STOP4]") {
  const TemporaryHome home;
  const std::string path = traps_for_helpers(home);
  const auto forever = [&](const Words& words) {
    Command command = home.command(words);
    command.environment["PATH"] = path;
    const Result result = run(command);
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
  };
  forever(start_words("web", {"--kill-timeout", "200ms"},
                      {"ignore", "TERM", "daemon", "ignore", "TERM", "wait", "end", "say", "up", "wait"}));
  REQUIRE(wait_for_log(home, "web", "up"));
  forever({"list"});
  forever({"describe", "web"});
  forever({"restart", "web"});
  forever({"stop", "web"});
  forever({"delete", "web"});
  REQUIRE(read_file(home.scratch() / "used").empty());
}

TEST_CASE("STOP5 the grace period is 10 s unless the app has its own", "[STOP5]") {
  const TemporaryHome home;
  start(home, "plain", {"wait"});
  start(home, "quick", {"wait"}, {"--kill-timeout", "1500ms", "--kill-signal", "INT"});
  const Result plain = done(home, {"describe", "plain", "--all"});
  REQUIRE_THAT(plain.out, contains("10s"));
  REQUIRE_THAT(plain.out, contains("TERM"));
  const Result quick = done(home, {"describe", "quick", "--all"});
  REQUIRE_THAT(quick.out, contains("1.5s"));
  REQUIRE_THAT(quick.out, contains("INT"));
}

TEST_CASE("STOP5 the kill signal is the app's own, and it comes once", "[STOP5]") {
  const TemporaryHome home;
  start(home, "web",
        {"trap", "TERM", "on", "INT", "say", "interrupted", "sleep", "100", "exit", "0", "end", "say", "up", "wait"},
        {"--kill-signal", "SIGINT"});
  REQUIRE(wait_for_log(home, "web", "up"));
  done(home, {"stop", "web"});
  const std::string log = log_of(home, "web");
  REQUIRE(count_of(log, "interrupted") == 1);
  REQUIRE_FALSE(has(log, "signal TERM"));
}

TEST_CASE("STOP5 stop tells what it waits for, and says stopped only after the end", "[STOP5]") {
  const TemporaryHome home;
  start(home, "web", {"ignore", "TERM", "say", "up", "wait"}, {"--kill-timeout", "8s"});
  REQUIRE(wait_for_log(home, "web", "up"));
  const int pid = pid_of(home, "web");
  Running stop(home.command({"stop", "web"}));
  REQUIRE(wait_for_status(home, "web", "stopping"));
  REQUIRE(alive(pid));
  REQUIRE(stop.wait_for("ignores SIGTERM, KILL in"));
  REQUIRE_THAT(stop.err(), contains("web (pid " + std::to_string(pid) + ") ignores SIGTERM"));
  REQUIRE(alive(pid));
  REQUIRE(status_of(home, "web") == "stopping");
  const Result result = stop.wait();
  REQUIRE(result.exit_code == 0);
  REQUIRE_FALSE(alive(pid));
  REQUIRE(result.elapsed >= 7900ms);
  REQUIRE(status_of(home, "web") == "stopped");
}

TEST_CASE("STOP5 the default grace of 10 s is given in full", "[STOP5][slow]") {
  const TemporaryHome home;
  start(home, "web", {"ignore", "TERM", "say", "up", "wait"});
  REQUIRE(wait_for_log(home, "web", "up"));
  const Result result = done(home, {"stop", "web"});
  REQUIRE(result.elapsed >= 9900ms);
  REQUIRE(result.elapsed < 13s + 20 * bare_start());
}

TEST_CASE("STOP5 stop --force kills at once, also while a stop is under way", "[STOP5]") {
  const TemporaryHome home;
  start(home, "web", {"ignore", "TERM", "say", "up", "wait"}, {"--kill-timeout", "1h"});
  REQUIRE(wait_for_log(home, "web", "up"));
  Running patient(home.command({"stop", "web"}));
  REQUIRE(wait_for_status(home, "web", "stopping"));
  done(home, {"stop", "web", "--force"});
  REQUIRE(patient.wait().exit_code == 0);
  REQUIRE(status_of(home, "web") == "stopped");
}

TEST_CASE("STOP6 restart never overlaps two generations", "[STOP6]") {
  const TemporaryHome home;
  const std::string file = home.scratch() / "stamps";
  const std::string port = std::to_string(free_port());
  start(home, "web", {"on",   "TERM",  "sleep", "80",    "stamp",  file, "over",  "exit",  "0",   "end",   "listen",
                      port,   "stamp", file,    "begin", "daemon", "on", "TERM",  "sleep", "120", "stamp", file,
                      "over", "exit",  "0",     "end",   "stamp",  file, "begin", "wait",  "end", "wait"});
  constexpr std::size_t kRounds = 4;
  for (std::size_t round = 0; round < kRounds; ++round) {
    REQUIRE(wait_until([&] { return stamps_in(file).size() == 4 * round + 2; }));
    done(home, {"restart", "web"});
  }
  done(home, {"stop", "web"});
  const auto stamps = stamps_in(file);
  int running = 0;
  for (std::size_t i = 0; i < stamps.size(); ++i) {
    INFO("stamp " << i << " " << stamps[i].text << " of " << stamps[i].pid);
    running += stamps[i].text == "begin" ? 1 : -1;
    REQUIRE(running <= 2);  // one leader, one daemon
    if (i % 4 == 3 && i / 4 < kRounds) REQUIRE(running == 0);
  }
}

TEST_CASE("STOP7 what the app writes after TERM is in the log", "[STOP7]") {
  const TemporaryHome home;
  start(home, "web", {"on",   "TERM", "lines",  "2000", "60",  "stream",        "err",     "lines",
                      "500",  "60",   "stream", "out",  "say", "the last line", "partial", "and no line end",
                      "exit", "0",    "end",    "say",  "up",  "wait"});
  REQUIRE(wait_for_log(home, "web", "up"));
  done(home, {"stop", "web"});
  const std::string out = log_of(home, "web");
  REQUIRE(has(out, "0000002000 x"));
  REQUIRE(has(out, "the last line\nand no line end"));
  REQUIRE(has(log_of(home, "web", "err"), "0000002500 x"));
}

TEST_CASE("STOP7 the last words of a child that is killed are in the log", "[STOP7]") {
  const TemporaryHome home;
  start(home, "web",
        {"ignore", "TERM", "say", "up", "lines", "1000", "80", "partial", "unfinished", "touch",
         home.scratch() / "written", "wait"},
        {"--kill-timeout", "100ms"});
  REQUIRE(wait_until([&] { return std::filesystem::exists(home.scratch() / "written"); }));
  done(home, {"stop", "web"});
  REQUIRE(log_of(home, "web").ends_with("unfinished"));
  REQUIRE(has(log_of(home, "web"), "0000001000 x"));
}

TEST_CASE("STOP8 stop during back-off returns at once, and the app never comes back", "[STOP8]") {
  const TemporaryHome home;
  const std::string counter = home.scratch() / "starts";
  // A delay that is longer than any deadline of a test, and one that is over while the test watches.
  for (const char* const first : {"1h", "400ms"}) {
    const std::string name = std::string{"web-"} + first;
    start(home, name, {"count", counter, "exit", "1"},
          {"--min-uptime", "1h", "--backoff-first", first, "--backoff-cap", first});
    REQUIRE(wait_for_status(home, name, "backoff"));
    done(home, {"stop", name});
    REQUIRE(status_of(home, name) == "stopped");
  }
  const std::string starts = read_file(counter);
  REQUIRE(stays_true([&] { return read_file(counter) == starts; }, 800ms));
  REQUIRE(processes_of(home).empty());
}

TEST_CASE("STOP8 stop while the app is being started wins, and the app never comes back", "[STOP8]") {
  const TemporaryHome home;
  const std::string counter = home.scratch() / "starts";
  start(home, "web", {"wait"});
  done(home, {"stop", "web"});
  for (int round = 0; round < 10; ++round) {
    Running starting(home.command({"start", "web"}));
    const auto stopped = [&] {
      const Result result = home.forever({"stop", "web"});
      REQUIRE(result.exit_code == 0);
      return starting.has_ended();
    };
    REQUIRE(wait_until(stopped));
    done(home, {"stop", "web"});
    REQUIRE(status_of(home, "web") == "stopped");
  }
  REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
  REQUIRE(stays_true([&] { return processes_of(home).empty(); }, 200ms));
}

TEST_CASE("STOP8 a stop that a later restart or start overtakes fails at once", "[STOP8]") {
  const TemporaryHome home;
  start(home, "web", {"ignore", "TERM", "say", "up", "wait"}, {"--kill-timeout", "10m"});
  for (const char* verb : {"restart", "start"}) {
    const int before = pid_of(home, "web");
    REQUIRE(wait_until([&] { return count_of(log_of(home, "web"), "up") == (verb == std::string{"start"} ? 2 : 1); }));
    Running stopping(home.command({"stop", "web"}));
    REQUIRE(wait_for_status(home, "web", "stopping"));
    Running later(home.command({verb, "web"}));
    const Result stopped = stopping.wait();
    REQUIRE(stopped.exit_code == 1);
    REQUIRE(has(stopped.err, std::string{"a later "} + verb + " overtook this stop"));
    // What ignores the request would stay for the whole grace.
    send_signal(before, SIGKILL);
    REQUIRE(later.wait().exit_code == 0);
    REQUIRE(status_of(home, "web") == "online");
    REQUIRE(pid_of(home, "web") != before);
  }
  done(home, {"stop", "--force", "web"});
}

TEST_CASE("STOP8 a failed request to a suspended supervisor is not executed later", "[STOP8]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  const int pid = pid_of(home, "web"), supervisor = supervisor_of(home, "web");
  send_signal(supervisor, SIGSTOP);
  const Result refused = home.forever({"stop", "web"});
  REQUIRE(refused.exit_code == 1);
  require_one_line(refused.err, state_of(supervisor) == 'T' ? "is suspended" : "does not answer");
  send_signal(supervisor, SIGCONT);
  done(home, {"describe", "web"});
  REQUIRE(stays_true([&] { return status_of(home, "web") == "online" && pid_of(home, "web") == pid; }, 200ms));
}

TEST_CASE("STOP8 stop of an app that crashes all the time wins", "[STOP8]") {
  const TemporaryHome home;
  for (int round = 0; round < 5; ++round) {
    const std::string name = "loop" + std::to_string(round);
    start(home, name, {"exit", "1"}, {"--backoff-first", "1ms", "--backoff-cap", "1ms"});
    done(home, {"stop", name});
    REQUIRE(status_of(home, name) == "stopped");
  }
  REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
}

namespace {

// Each app ends only once all have been asked: a `stopall` that waited for one before it asks the next would not end.
void stop_all_at_once(int count) {
  const TemporaryHome home;
  const std::string asked = home.scratch() / "asked", go = home.scratch() / "go";
  const auto name = [](int i) { return "app" + std::to_string(i); };
  for (int i = 0; i < count; ++i) {
    start(home, name(i),
          {"on", "TERM", "stamp", asked, "asked", "wait-for", go, "exit", "0", "end", "say", "up", "wait"},
          {"--kill-timeout", "1h"});
  }
  for (int i = 0; i < count; ++i) REQUIRE(wait_for_log(home, name(i), "up"));
  Running stopall(home.command({"stopall"}));
  REQUIRE(wait_until([&] { return stamps_in(asked).size() == static_cast<std::size_t>(count); }));
  REQUIRE_FALSE(stopall.has_ended());
  write_file(go, "");
  REQUIRE(stopall.wait().exit_code == 0);
  const Json list = list_json(home);
  for (const Json& app : list.at("apps")) REQUIRE(app.at("status") == "stopped");
  REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
}

}  // namespace

TEST_CASE("STOP9 stopall takes as long as the slowest, not the sum", "[STOP9]") { stop_all_at_once(12); }

TEST_CASE("STOP9 stopall of 100 apps takes as long as the slowest", "[STOP9][slow]") { stop_all_at_once(100); }

TEST_CASE("STOP9 a stop that takes long delays nothing about another app", "[STOP9]") {
  const TemporaryHome home;
  start(home, "slow", {"ignore", "TERM", "say", "up", "wait"}, {"--kill-timeout", "1h"});
  start(home, "other", {"say", "up", "wait"});
  REQUIRE(wait_for_log(home, "slow", "up"));
  REQUIRE(wait_for_log(home, "other", "up"));
  Running stop(home.command({"stop", "slow"}));
  REQUIRE(wait_for_status(home, "slow", "stopping"));
  done(home, {"restart", "other"});
  done(home, {"stop", "other"});
  done(home, {"list"});
  REQUIRE_FALSE(stop.has_ended());
  done(home, {"stop", "slow", "--force"});
}
