// SUP1, SUP2 for many workers on one port: they serve on when those who watch die, and are shared and reloaded as before.
#include <algorithm>

#include "test/e2e/shared_ports.hpp"

using namespace forever::test;

namespace {

// Each waits for the answer to its bind or listen.
bool stand_in_calls(const std::vector<int>& pids) {
  return std::all_of(pids.begin(), pids.end(),
                     [](int pid) { return has(read_file("/proc/" + std::to_string(pid) + "/wchan"), "seccomp"); });
}

}  // namespace

TEST_CASE("SUP1 kill -9 of the supervisor: workers serve on, and its successor goes on sharing", "[SUP1][CLU2]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  start_workers(home, nullptr, port, {"-i", "2"});
  const auto before = pids_of(home);
  Load load(port, 4);
  for (int round = 0; round < 3; ++round) {
    const int supervisor = supervisor_of(home, "web");
    kill_hard(supervisor);
    (void)new_supervisor(home, "web", supervisor);
    if (round == 0) CHECK(pids_of(home) == before);
    done(home, {"reload", "web"});
    done(home, {"scale", "web", round % 2 == 0 ? "3" : "2"});
    REQUIRE(served(load, 30));
  }
  require_none_lost(load.stop());
  require_even_spread(port, 3);
}

TEST_CASE("SUP1 a bind that the dead supervisor had not answered is answered by its successor", "[SUP1][CLU2]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  const std::string go = home.scratch() / "go";
  done(home, start_words("web", {"-i", "2"}, {"wait-for", go, "listen", std::to_string(port), "wait"}));
  const int supervisor = supervisor_of(home, "web");
  const auto before = pids_of(home);
  send_signal(supervisor, SIGSTOP);
  write_file(go, "");
  // Both are blocked in bind now, which no supervisor answers.
  REQUIRE(wait_until([&] { return stand_in_calls(before); }));
  kill_hard(supervisor);
  REQUIRE(wait_until([&] { return all_ready(home); }));
  CHECK(pids_of(home) == before);
  require_even_spread(port, 2);
}

TEST_CASE("SUP1 kill -9 of the keeper: the supervisor that becomes it goes on with all sockets", "[SUP1][CLU2]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  start_workers(home, nullptr, port, {"-i", "2"});
  const auto before = pids_of(home);
  Load load(port, 4);
  const int supervisor = supervisor_of(home, "web");
  kill_hard(keeper_of(home, "web"));
  REQUIRE(wait_until([&] { return keeper_of(home, "web") == supervisor && supervisor_of(home, "web") != supervisor; }));
  CHECK(pids_of(home) == before);
  done(home, {"reload", "web"});
  done(home, {"scale", "web", "3"});
  REQUIRE(served(load, 30));
  require_none_lost(load.stop());
  const int worker = pid_of(home, "web", 1);
  kill_hard(worker);
  REQUIRE(wait_until([&] { return pid_of(home, "web", 1) != worker && all_ready(home); }));
  require_even_spread(port, 3);
}

TEST_CASE("SUP1 connections wait also where supervisor and worker have died, and the next of each serves them",
          "[SUP1][CLU3]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  start_workers(home, nullptr, port, {"--hold-ports"});
  const int keeper = keeper_of(home, "web");
  const int worker = pid_of(home, "web");
  send_signal(keeper, SIGSTOP);  // so that the end comes before the next supervisor
  kill_hard(supervisor_of(home, "web"));
  kill_hard(worker);
  Load load(port, 3);
  CHECK(can_connect(port));
  CHECK(load.requests() == 0);
  send_signal(keeper, SIGCONT);
  REQUIRE(served(load, 20));
  require_none_lost(load.stop());
  CHECK(pid_of(home, "web") != worker);
}

TEST_CASE("SUP2 a bind without a supervisor to answer fails, and the adopter restarts the program", "[SUP2][CLU2]") {
  NEED_SHARING();
  for (const bool under_way : {true, false}) {
    CAPTURE(under_way);
    const TemporaryHome home;
    const int port = free_port();
    const std::string go = home.scratch() / "go";
    // Output without a reader would be lost with the process.
    const std::string file = home.scratch() / "server.sh", said = home.scratch() / "said";
    write_file(file, "exec '" + child_binary() + "' wait-for '" + go + "' listen " + std::to_string(port) +
                         " wait 2>>'" + said + "'\n");
    done(home, {"start", file, "--name", "web", "-i", "2"});
    const auto before = pids_of(home);
    if (under_way) {
      send_signal(supervisor_of(home, "web"), SIGSTOP);
      write_file(go, "");
      REQUIRE(wait_until([&] { return stand_in_calls(before); }));
    }
    kill_watchers(home, "web");
    if (!under_way) write_file(go, "");
    REQUIRE(wait_until([&] { return none_alive(before); }));
    done(home, {"list"});
    REQUIRE(wait_until([&] { return all_ready(home); }));
    CHECK(count_of(read_file(said), "bind: Function not implemented\n") == 2);
    require_even_spread(port, 2);
  }
}

TEST_CASE(
    "SUP2 who adopts after keeper and supervisor were killed has the queues of living workers: a crash then loses none",
    "[SUP2][CLU3]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  start_workers(home, nullptr, port, {"--hold-ports"});
  kill_watchers(home, "web");
  done(home, {"list"});
  CHECK(describe_json(home, "web").at("ports").dump() == "[\"0.0.0.0:" + std::to_string(port) + "\"]");
  // The only worker dies: what connects meanwhile waits in the socket that was taken back.
  Load load(port, 3);
  for (int round = 0; round < 3; ++round) {
    const int pid = pid_of(home, "web");
    kill_hard(pid);
    REQUIRE(wait_until([&] { return pid_of(home, "web") > 0 && pid_of(home, "web") != pid; }));
    REQUIRE(served(load, 20));
  }
  const LoadResult result = load.stop();
  INFO(result.first_failure);
  CHECK(result.refused == 0);
  CHECK(result.failed <= 3 * 3);  // those in the hands of the killed
  done(home, {"stop", "web"});
  CHECK(can_bind(port));
}

TEST_CASE("SUP2 keeper and supervisor killed together: workers keep serving, and the adopter keeps sharing",
          "[SUP2][CLU2]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  start_workers(home, nullptr, port, {"-i", "2"});
  const auto before = pids_of(home);
  Load load(port, 4);
  kill_watchers(home, "web");
  REQUIRE(served(load, 50));
  done(home, {"list"});
  CHECK(pids_of(home) == before);
  done(home, {"reload", "web"});
  REQUIRE(served(load, 50));
  require_none_lost(load.stop());
  require_even_spread(port, 2);
  done(home, {"stop", "web"});
  CHECK(can_bind(port));
}
