// SUP1, SUP2 for many workers on one port: they serve on when those who watch die, and are shared and reloaded as before.
#include <algorithm>

#include "test/e2e/shared_ports.hpp"

using namespace forever::test;

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
    REQUIRE(wait_until([&] { return supervisor_of(home, "web") != supervisor && supervisor_of(home, "web") != 0; }));
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
  // Both stand in bind now, which nobody answers.
  REQUIRE(wait_until([&] {
    return std::all_of(before.begin(), before.end(), [](int pid) {
      const std::string call = read_file("/proc/" + std::to_string(pid) + "/wchan");
      return has(call, "seccomp");
    });
  }));
  kill_hard(supervisor);
  REQUIRE(wait_until([&] { return all_ready(home); }));
  CHECK(pids_of(home) == before);
  require_even_spread(port, 2);
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

TEST_CASE("SUP2 keeper and supervisor killed together: workers serve on, and whoever adopts them shares on",
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
