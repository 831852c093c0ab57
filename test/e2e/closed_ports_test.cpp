// SUP9: ports that a program has closed are closed, what is held is bounded, and an app near the limit of descriptors goes on.
#include <sys/resource.h>

#include <filesystem>

#include "platform/local_socket.hpp"
#include "test/e2e/workers.hpp"

using namespace forever::test;

namespace {

std::vector<int> free_ports(std::size_t count) {
  std::vector<int> ports;
  while (ports.size() < count) ports.push_back(free_port());
  return ports;
}

std::size_t descriptors_of(int pid) {
  const std::filesystem::directory_iterator all("/proc/" + std::to_string(pid) + "/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

// Words of the child that listens on a port and closes it, for each.
Words opening_and_closing(const std::vector<int>& ports) {
  Words words;
  for (const int port : ports) words = words + Words{"listen", std::to_string(port), "stop-listening"};
  return words;
}

void limit_descriptors(unsigned count) {
  const rlimit limit{count, count};
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

Words holding(const std::vector<int>& ports) {
  Words words;
  for (const int port : ports) words = words + Words{"listen", std::to_string(port)};
  return words;
}

}  // namespace

TEST_CASE("SUP9 ports that a program has closed are closed, and nothing of them is held", "[SUP9]") {
  NEED_SHARING();
  const TemporaryHome home;
  const auto ports = free_ports(150);
  const int kept = free_port();
  start(home, "web", opening_and_closing(ports) + Words{"listen", std::to_string(kept), "say", "up", "wait"},
        {"--hold-ports"});
  REQUIRE(wait_for_log(home, "web", "up"));
  const int supervisor = supervisor_of(home, "web");
  // At any time: a few.
  CHECK(descriptors_of(supervisor) < 70);
  CHECK(wait_until([&] { return describe_json(home, "web").at("ports").size() == 1; }));
  // Of the last few: others on this machine may have taken one of the many by now.
  for (auto port = ports.end() - 3; port != ports.end(); ++port) CHECK_FALSE(can_connect(*port));
  CHECK(can_connect(kept));
  CHECK(descriptors_of(supervisor) < 45);
  CHECK(descriptors_of(keeper_of(home, "web")) < 30);
  // The remaining one is still held.
  done(home, {"restart", "web"});
  CHECK(can_connect(kept));
}

TEST_CASE("SUP9 a program that closes all its ports and lives on leaves none open", "[SUP9]") {
  NEED_SHARING();
  const TemporaryHome home;
  const auto ports = free_ports(3);
  start(home, "web", opening_and_closing(ports) + Words{"say", "up", "wait"}, {"--hold-ports"});
  REQUIRE(wait_for_log(home, "web", "up"));
  for (const int port : ports) REQUIRE(wait_until([&] { return !can_connect(port); }));
  CHECK(describe_json(home, "web").at("ports").empty());
}

TEST_CASE("SUP9 ports that a program has closed are closed also if its supervisor dies right then", "[SUP9]") {
  NEED_SHARING();
  const TemporaryHome home;
  const auto ports = free_ports(3);
  start(home, "web", opening_and_closing(ports) + Words{"say", "up", "wait"}, {"--hold-ports"});
  REQUIRE(wait_for_log(home, "web", "up"));
  const int supervisor = supervisor_of(home, "web");
  kill_hard(supervisor);
  (void)new_supervisor(home, "web", supervisor);
  for (const int port : ports) REQUIRE(wait_until([&] { return !can_connect(port); }));
  CHECK(describe_json(home, "web").at("ports").empty());
}

TEST_CASE("SUP9 a port that a child of the instance still holds stays open", "[SUP9]") {
  NEED_SHARING();
  for (const char* const how : {"fork", "daemon"}) {
    INFO(how);
    const TemporaryHome home;
    const int port = free_port(), other = free_port();
    start(home, "web",
          {"listen", std::to_string(port), how, "wait", "end", "stop-listening", "listen", std::to_string(other), "say",
           "up", "wait"},
          {"--hold-ports"});
    REQUIRE(wait_for_log(home, "web", "up"));
    CHECK(stays_true([&] { return can_connect(port); }, 2500ms));
    CHECK(can_connect(other));
  }
}

TEST_CASE("SUP9 a reload does not wait for a port that the old process has closed", "[SUP9]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int first = free_port(), kept = free_port();
  const std::string count = home.scratch() / "count";
  start(home, "web",
        {"count", count, "first", "1", "listen", std::to_string(first), "stop-listening", "end", "listen",
         std::to_string(kept), "say", "up", "wait"},
        {"--hold-ports"});
  REQUIRE(wait_for_log(home, "web", "up"));
  // At once: the closed one has not been released yet.
  CHECK(has(done(home, {"reload", "web", "--ready-timeout", "15s"}).out, "web reloaded"));
  CHECK(can_connect(kept));
}

TEST_CASE("SUP9 near the limit of descriptors an app is restarted, reloaded, listed and stopped", "[SUP9]") {
  NEED_SHARING();
  const TemporaryHome home;
  const auto ports = free_ports(45);
  auto starting = home.command(start_words("web", {"--hold-ports"}, holding(ports) + Words{"say", "up", "wait"}));
  starting.before_exec = [] { limit_descriptors(64); };
  REQUIRE(run(starting).exit_code == 0);
  REQUIRE(wait_for_log(home, "web", "up", "out", 30s));
  for (const int port : ports) CHECK(can_connect(port));  // those that are not held are the program's own
  INFO(done(home, {"describe", "web"}).out);
  CHECK(has(done(home, {"describe", "web"}).out, "ports are held, which is the maximum"));
  CHECK(descriptors_of(supervisor_of(home, "web")) <= 48);
  int pid = pid_of(home, "web");
  for (int round = 0; round < 3; ++round) {
    kill_hard(pid);
    REQUIRE(wait_until([&] { return pid_of(home, "web") > 0 && pid_of(home, "web") != pid; }));
    pid = pid_of(home, "web");
    REQUIRE(wait_until([&] { return status_of(home, "web") == "online"; }));
  }
  done(home, {"restart", "web"});
  REQUIRE(wait_until([&] { return can_connect(ports.back()); }));
  // A supervisor that follows finds the same.
  const int supervisor = supervisor_of(home, "web");
  kill_hard(supervisor);
  (void)new_supervisor(home, "web", supervisor);
  done(home, {"restart", "web"});
  done(home, {"stop", "web"});
  for (const int port : ports) CHECK(can_bind(port));
}

TEST_CASE("SUP9 silent clients do not keep others from the supervisor", "[SUP9][REQ1]") {
  const TemporaryHome home;
  auto starting = home.command(start_words("web", {}, {"wait"}));
  starting.before_exec = [] { limit_descriptors(64); };
  REQUIRE(run(starting).exit_code == 0);
  const int supervisor = supervisor_of(home, "web");
  std::vector<forever::Handle> silent;
  for (int count = 0; count < 200; ++count) {
    auto client = forever::connect_local(home.app("web"), "control");
    REQUIRE(client);
    silent.push_back(std::move(*client));
  }
  const int pid = pid_of(home, "web");
  kill_hard(pid);
  REQUIRE(wait_until([&] { return pid_of(home, "web") > 0 && pid_of(home, "web") != pid; }));
  // They are dropped after ten seconds; until then the others have to ask again.
  REQUIRE(wait_until([&] { return home.forever({"restart", "web"}).exit_code == 0; }, 30s));
  REQUIRE(wait_until([&] { return descriptors_of(supervisor) < 45; }, 30s));
  done(home, {"stop", "web"});
}

TEST_CASE("SUP9 with no descriptor left an app is restarted and listed as it is, and can be stopped", "[SUP9]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  const int supervisor = supervisor_of(home, "web");
  const auto used = static_cast<rlim_t>(descriptors_of(supervisor));
  const rlimit limit{used, used};
  REQUIRE(::prlimit(supervisor, RLIMIT_NOFILE, &limit, nullptr) == 0);
  const int pid = pid_of(home, "web");
  kill_hard(pid);
  REQUIRE(wait_until([&] { return pid_of(home, "web") > 0 && pid_of(home, "web") != pid; }));
  // Not at once: the pid is known before the program has been executed.
  CHECK(wait_until([&] { return status_of(home, "web") == "online"; }));
  done(home, {"restart", "web"});
  done(home, {"stop", "web"});
}
