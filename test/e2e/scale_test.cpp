// CLU5: more and fewer workers while the others serve.
#include <algorithm>

#include "test/e2e/shared_ports.hpp"

using namespace forever::test;

TEST_CASE("CLU5 scale up and down under load loses no request", "[CLU5]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  start_workers(home, nullptr, port, {"-i", "2"});
  Load load(port, 4);
  for (const char* count : {"4", "-2", "+1", "1", "3"}) {
    done(home, {"scale", "web", count});
    REQUIRE(served(load, 30));
  }
  require_none_lost(load.stop());
  require_even_spread(port, 3);
}

TEST_CASE("CLU5 what is left of several after scaling down to one holds its port through restarts and crashes",
          "[CLU5]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  start_workers(home, nullptr, port, {"-i", "2"});
  done(home, {"scale", "web", "1"});
  Load load(port, 2);
  const int first = pid_of(home, "web");
  done(home, {"reload", "web"});
  REQUIRE(served(load, 30));
  require_none_lost(load.stop());
  const int second = pid_of(home, "web");
  REQUIRE(second != first);
  kill_hard(second);
  REQUIRE(http_get(port).ok());  // waits in the queue for the next process
  done(home, {"stop", "web"});
  done(home, {"start", "web"});
  REQUIRE(wait_until([&] { return http_get(port).ok(); }));
  done(home, {"scale", "web", "2"});
  require_even_spread(port, 2);
}

TEST_CASE("REAL30 scale tells what it would cut of an app that was started alone, and does nothing without --force",
          "[REAL30]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  start(home, "web", {"listen", std::to_string(port), "respond-after", "20000", "wait"});
  REQUIRE(wait_until([&] { return can_connect(port); }));
  const int pid = pid_of(home, "web");
  Command connect;
  connect.argv = {"/bin/bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/" + std::to_string(port) + "; sleep 100"};
  const Running client{connect};
  REQUIRE(wait_until([&] { return has(home.forever({"scale", "web", "2"}).err, "1 open connection"); }));
  const Result refused = home.forever({"scale", "web", "2"});
  REQUIRE(refused.exit_code == 1);
  require_one_line(refused.err, "--force");
  REQUIRE(pid_of(home, "web") == pid);
  REQUIRE(listed(home, "web").at("instances").size() == 1);
}

TEST_CASE("CLU5 an app that had its port to itself shares it once it is scaled", "[CLU5]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  start(home, "web", {"listen", std::to_string(port), "wait"});
  done(home, {"scale", "web", "3", "--force"});
  REQUIRE(wait_until([&] { return all_ready(home); }));
  require_even_spread(port, 3);
}

TEST_CASE("CLU5 a crash loop of one slot is steered around", "[CLU5][BACK1]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  start_workers(home, nullptr, port, {"-i", "2", "--backoff-first", "1h", "--backoff-cap", "1h"});
  while (listed(home, "web").at("instances").at(1).at("status") != "backoff") {
    const int pid = pid_of(home, "web", 1);
    if (pid > 0) kill_hard(pid);
  }
  Load load(port, 4);
  REQUIRE(served(load, 200));
  require_none_lost(load.stop());
  CHECK(has(done(home, {"list"}).out, "1/2 online, backoff"));
}
