// SUP: the death of keeper or supervisor is not the app's: it lives, serves and writes on, and is found again.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "test/e2e/yardstick.hpp"

using namespace forever::test;

namespace {

// The number of every line "0000000007 xxx…" in the text, in order; -1 for a line of another form.
std::vector<long long> numbers_in(const std::string& text) {
  std::vector<long long> numbers;
  for (const std::string& line : lines_of(text)) {
    const bool numbered = line.size() > 11 && line[10] == ' ' &&
                          std::all_of(line.begin(), line.begin() + 10, [](char c) { return c >= '0' && c <= '9'; }) &&
                          line.find_first_not_of('x', 11) == std::string::npos;
    numbers.push_back(numbered ? std::stoll(line.substr(0, 10)) : -1);
  }
  return numbers;
}

// A kill may repeat a piece (at least once), never lose one: every number is there.
void require_no_line_lost(const std::string& text, long long count) {
  auto numbers = numbers_in(text);
  std::erase(numbers, -1);
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  REQUIRE(numbers.size() == static_cast<std::size_t>(count));
  REQUIRE(numbers.front() == 1);
  REQUIRE(numbers.back() == count);
}

}  // namespace

TEST_CASE("SUP1 after kill -9 of the supervisor the app has the same pid, and its counts are kept", "[SUP1]") {
  const TemporaryHome home;
  const std::string counter = home.scratch() / "starts";
  start(home, "web", {"count", counter, "first", "1", "exit", "1", "end", "wait"});
  REQUIRE(wait_for_log(home, "web", "count 2"));
  REQUIRE(wait_until([&] { return listed(home, "web").at("restarts") == 1; }));
  const int pid = pid_of(home, "web");
  const int keeper = keeper_of(home, "web");
  int supervisor = supervisor_of(home, "web");
  const auto begin = Clock::now();
  for (int round = 0; round < 3; ++round) {
    kill_hard(supervisor);
    supervisor = new_supervisor(home, "web", supervisor);
    const Json app = listed(home, "web");
    REQUIRE(app.at("status") == "online");
    REQUIRE(app.at("instances").at(0).at("pid") == pid);
    REQUIRE(app.at("restarts") == 1);
    REQUIRE(app.at("keeper_pid") == keeper);
  }
  const auto age = std::chrono::duration_cast<Milliseconds>(Clock::now() - begin);
  REQUIRE(listed(home, "web").at("instances").at(0).at("uptime_ms") >= age.count());
  REQUIRE(stays_true([&] { return alive(pid); }, 50ms));
  done(home, {"stop", "web"});
  REQUIRE_FALSE(alive(pid));
}

TEST_CASE("SUP1 the app is supervised again within a second", "[SUP1]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  const int supervisor = supervisor_of(home, "web");
  const int keeper = keeper_of(home, "web");
  Milliseconds quickest{60000};
  int old = supervisor;
  for (int round = 0; round < 3; ++round) {
    const auto begin = Clock::now();
    send_signal(old, SIGKILL);
    std::vector<int> children;
    REQUIRE(wait_until([&] {
      children = children_of(keeper);
      std::erase(children, old);
      return std::any_of(children.begin(), children.end(),
                         [](int child) { return !command_line_of(child).starts_with(child_binary()); });
    }));
    old = new_supervisor(home, "web", old);
    quickest = std::min(quickest, std::chrono::duration_cast<Milliseconds>(Clock::now() - begin));
  }
  REQUIRE(quickest < 1000ms + 5 * bare_start());
}

TEST_CASE("SUP1 no request fails and no line is lost while the supervisor is killed", "[SUP1]") {
  const TemporaryHome home;
  const int port = free_port();
  constexpr int kLines = 20000;
  start(home, "web",
        {"fork", "listen", std::to_string(port), "wait", "end", "lines", std::to_string(kLines), "90", "say",
         "complete", "wait"});
  REQUIRE(wait_until([&] { return can_connect(port); }));
  const int pid = pid_of(home, "web");
  int supervisor = supervisor_of(home, "web");
  for (int round = 0; round < 8; ++round) {
    send_signal(supervisor, SIGKILL);
    REQUIRE(http_get(port).ok());
    supervisor = new_supervisor(home, "web", supervisor);
    REQUIRE(http_get(port).ok());
  }
  REQUIRE(wait_for_log(home, "web", "complete"));
  REQUIRE(pid_of(home, "web") == pid);
  require_no_line_lost(log_of(home, "web"), kLines);
}

TEST_CASE("SUP1 no line is lost with time stamps either", "[SUP1]") {
  const TemporaryHome home;
  constexpr int kLines = 20000;
  start(home, "web", {"lines", std::to_string(kLines), "90", "say", "complete", "wait"}, {"--log-format", "json"});
  int supervisor = supervisor_of(home, "web");
  for (int round = 0; round < 5; ++round) {
    send_signal(supervisor, SIGKILL);
    supervisor = new_supervisor(home, "web", supervisor);
  }
  REQUIRE(wait_for_log(home, "web", "complete"));
  const std::string log = log_of(home, "web");
  for (int number = 1; number <= kLines; number += 97) {
    std::ostringstream text;
    text << std::string(10 - std::to_string(number).size(), '0') << number << " x";
    REQUIRE(has(log, text.str()));
  }
}

TEST_CASE("SUP1 an instance that ends while the supervisor is dead is restarted, and its exit is known", "[SUP1]") {
  const TemporaryHome home;
  const std::string counter = home.scratch() / "starts";
  const std::string go = home.scratch() / "go";
  start(home, "web", {"count", counter, "first", "1", "wait-for", go, "exit", "23", "end", "wait"});
  const int pid = pid_of(home, "web");
  const int supervisor = supervisor_of(home, "web");
  const int keeper = keeper_of(home, "web");
  send_signal(keeper, SIGSTOP);  // so that the end comes before the next supervisor
  kill_hard(supervisor);
  write_file(go, "");
  REQUIRE(wait_until([&] { return !alive(pid); }));
  send_signal(keeper, SIGCONT);
  REQUIRE(wait_for_log(home, "web", "count 2"));
  REQUIRE(wait_until([&] { return listed(home, "web").at("restarts") == 1; }));
  REQUIRE_THAT(done(home, {"describe", "web"}).out, contains("23"));
  REQUIRE(wait_until([&] { return descendants_of(keeper).size() == 2; }));
}

TEST_CASE("SUP1 descendants that the kernel gave to the keeper are still part of the tree", "[SUP1]") {
  const TemporaryHome home;
  start(home, "web", {"daemon", "wait", "end", "session", "wait", "end", "wait"});
  const auto forked = forked_by(home, "web", 2);
  const int supervisor = supervisor_of(home, "web");
  kill_hard(supervisor);
  (void)new_supervisor(home, "web", supervisor);
  done(home, {"stop", "web"});
  REQUIRE(none_alive(forked));
}

TEST_CASE("SUP1 after kill -9 of the keeper alone all goes on, and the next kill is survived too", "[SUP1]") {
  const TemporaryHome home;
  start(home, "web", {"daemon", "wait", "end", "say", "up", "wait"});
  REQUIRE(wait_for_log(home, "web", "up"));
  const int pid = pid_of(home, "web");
  for (int round = 0; round < 2; ++round) {
    const int keeper = keeper_of(home, "web");
    kill_hard(keeper);
    REQUIRE(wait_until([&] {
      const int now = keeper_of(home, "web");
      return now > 0 && now != keeper && alive(now) && status_of(home, "web") == "online";
    }));
    const int supervisor = supervisor_of(home, "web");
    REQUIRE(supervisor != keeper_of(home, "web"));
    REQUIRE(pid_of(home, "web") == pid);
    kill_hard(supervisor);
    (void)new_supervisor(home, "web", supervisor);
    REQUIRE(pid_of(home, "web") == pid);
  }
  REQUIRE(listed(home, "web").at("restarts") == 0);
  done(home, {"stop", "web"});
  REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
}

TEST_CASE("SUP1 an app in back-off stays in back-off, with its failures", "[SUP1]") {
  const TemporaryHome home;
  start(home, "web", {"exit", "1"}, {"--backoff-first", "1h", "--backoff-cap", "1h"});
  REQUIRE(wait_for_status(home, "web", "backoff"));
  const int supervisor = supervisor_of(home, "web");
  kill_hard(supervisor);
  (void)new_supervisor(home, "web", supervisor);
  REQUIRE(wait_for_status(home, "web", "backoff"));
  REQUIRE(listed(home, "web").at("failures") == 4);
  done(home, {"stop", "web"});
}

TEST_CASE("SUP1 TERM to keeper or supervisor stops the app", "[SUP1]") {
  for (const bool to_keeper : {false, true}) {
    for (const int signal : {SIGTERM, SIGINT}) {
      const TemporaryHome home;
      start(home, "web", {"on", "TERM", "say", "asked", "exit", "0", "end", "say", "up", "wait"});
      REQUIRE(wait_for_log(home, "web", "up"));
      send_signal(to_keeper ? keeper_of(home, "web") : supervisor_of(home, "web"), signal);
      REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
      REQUIRE(status_of(home, "web") == "stopped");
      REQUIRE(has(log_of(home, "web"), "asked"));
    }
  }
}

TEST_CASE("SUP2 after kill -9 of both the app lives and writes on, and a command adopts it", "[SUP2]") {
  const TemporaryHome home;
  const std::string go = home.scratch() / "go";
  const int port = free_port();
  constexpr int kLines = 9000;  // less than the pipe's capacity, 1 MiB, where that is granted
  start(home, "web",
        {"listen", std::to_string(port), "wait-for", go, "lines", std::to_string(kLines / 30), "100", "touch",
         home.scratch() / "written", "lines", std::to_string(kLines - kLines / 30), "100", "say", "complete", "wait"});
  REQUIRE(wait_until([&] { return http_get(port).ok(); }));
  const int pid = pid_of(home, "web");
  REQUIRE_THAT(done(home, {"describe", "web", "--all"}).out, contains("can be written while there is no supervisor"));
  kill_watchers(home, "web");
  write_file(go, "");
  REQUIRE(wait_until([&] { return std::filesystem::exists(home.scratch() / "written"); }));
  REQUIRE(alive(pid));

  done(home, {"list"});
  REQUIRE(wait_for_status(home, "web", "online"));
  REQUIRE(pid_of(home, "web") == pid);
  REQUIRE(alive(supervisor_of(home, "web")));
  REQUIRE(wait_for_log(home, "web", "complete"));
  require_no_line_lost(log_of(home, "web"), kLines);
  REQUIRE(http_get(port).ok());
  REQUIRE(listed(home, "web").at("restarts") == 0);
  done(home, {"stop", "web"});
  REQUIRE_FALSE(alive(pid));
}

TEST_CASE("SUP2 an adopted app is restarted when it ends, and is stopped with its whole tree", "[SUP2]") {
  const TemporaryHome home;
  start(home, "web", {"daemon", "wait", "end", "say", "up", "wait"});
  REQUIRE(wait_for_log(home, "web", "up"));
  const int pid = pid_of(home, "web");
  const int daemon = forked_by(home, "web", 1).at(0);
  kill_watchers(home, "web");
  done(home, {"list"});
  send_signal(pid_of(home, "web"), SIGKILL);
  REQUIRE(wait_for_other_pid(home, "web", pid));
  REQUIRE(wait_for_status(home, "web", "online"));
  REQUIRE_FALSE(alive(daemon));
  REQUIRE(listed(home, "web").at("restarts") == 1);
  kill_watchers(home, "web");
  done(home, {"stop", "web"});
  REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
}

TEST_CASE("SUP2 list tells that an app is not supervised before it adopts it", "[SUP2]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  kill_watchers(home, "web");
  const Result result = done(home, {"list"});
  INFO(result.out << result.err);
  REQUIRE_THAT(result.out, contains(" online "));
  REQUIRE(result.err == "web was unsupervised and has been adopted by a new supervisor\n");
}

TEST_CASE("SUP2 an app that cannot be adopted by this command is reported as unsupervised, with the reason", "[SUP2]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  const int pid = pid_of(home, "web");
  kill_watchers(home, "web");
  const auto poor = [&](const Words& words) {
    Command command = home.command(words);
    command.before_exec = [] {
      const rlimit few{16, 16};
      setrlimit(RLIMIT_NOFILE, &few);
    };
    return run(command);
  };
  const Result list = poor({"list", "--json"});
  REQUIRE(list.exit_code == 0);
  const Json app = parse_json(list.out).at("apps").at(0);
  REQUIRE(app.at("status") == "unsupervised");
  REQUIRE(app.at("instances").at(0).at("pid") == pid);
  REQUIRE_THAT(list.err, contains("16 open files allowed"));
  const Result description = poor({"describe", "web"});
  REQUIRE_THAT(description.out, contains("web (id 0) unsupervised"));
  REQUIRE_THAT(description.out + description.err, contains("16 open files allowed"));
  REQUIRE(status_of(home, "web") == "online");
  REQUIRE(pid_of(home, "web") == pid);
}

TEST_CASE("SUP2 many commands at once adopt once", "[SUP2]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  const int pid = pid_of(home, "web");
  for (int round = 0; round < 3; ++round) {
    kill_watchers(home, "web");
    std::vector<Running> commands;
    for (int i = 0; i < 20; ++i) {
      commands.emplace_back(home.command(i % 4 == 0 ? Words{"start", "web"} : Words{"list", "--json"}));
    }
    for (Running& command : commands) REQUIRE(command.wait(60s).exit_code == 0);
    REQUIRE(wait_for_status(home, "web", "online"));
    REQUIRE(pid_of(home, "web") == pid);
    REQUIRE(wait_until([&] { return processes_of(home).size() == 3; }));
  }
}

TEST_CASE("SUP2 a stop that was under way is finished by the adopter", "[SUP2]") {
  const TemporaryHome home;
  start(home, "web", {"ignore", "TERM", "say", "up", "wait"}, {"--kill-timeout", "2s"});
  REQUIRE(wait_for_log(home, "web", "up"));
  const int pid = pid_of(home, "web");
  Running stop(home.command({"stop", "web"}));
  REQUIRE(wait_for_status(home, "web", "stopping"));
  stop.signal(SIGKILL);
  REQUIRE(wait_until([&] { return stop.has_ended(); }));
  kill_watchers(home, "web");
  done(home, {"list"});
  REQUIRE(wait_until([&] { return !alive(pid); }));
  REQUIRE(wait_for_status(home, "web", "stopped"));
  REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
}

TEST_CASE("SUP1 a stop that was under way is finished by the next supervisor, and the waiting command is answered",
          "[SUP1]") {
  const TemporaryHome home;
  start(home, "web", {"ignore", "TERM", "say", "up", "wait"}, {"--kill-timeout", "1s"});
  REQUIRE(wait_for_log(home, "web", "up"));
  const int pid = pid_of(home, "web");
  Running stop(home.command({"stop", "web"}));
  REQUIRE(wait_for_status(home, "web", "stopping"));
  kill_hard(supervisor_of(home, "web"));
  const Result result = stop.wait();
  INFO(result.out << result.err);
  REQUIRE(result.exit_code == 0);
  REQUIRE_FALSE(alive(pid));
  REQUIRE(status_of(home, "web") == "stopped");
}

TEST_CASE("SUP2 a stopped app is not brought back by looking", "[SUP2]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  done(home, {"stop", "web"});
  done(home, {"list"});
  done(home, {"describe", "web"});
  REQUIRE(status_of(home, "web") == "stopped");
  REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
}

TEST_CASE("SUP1 a supervisor that was suspended is named together with the way to wake it", "[SUP1]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  const int supervisor = supervisor_of(home, "web");
  send_signal(supervisor, SIGSTOP);
  const Result result = home.forever({"stop", "web"});
  send_signal(supervisor, SIGCONT);
  REQUIRE(result.exit_code == 1);
  require_one_line(result.err, "kill -CONT " + std::to_string(supervisor));
  done(home, {"stop", "web"});
}
