// SUP4: what a supervisor costs over a long time: memory, descriptors, wakeups.
#include <sys/resource.h>

#include <algorithm>
#include <sstream>

#include "test/e2e/apps.hpp"

using namespace forever::test;

namespace {

// What the process has of its own, in kB. Not what is dirty for it alone: that is less for the moment between a fork and the exec.
long long memory_of(int pid) {
  std::istringstream lines(read_file("/proc/" + std::to_string(pid) + "/smaps_rollup"));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("Anonymous:")) return std::stoll(line.substr(10));
  }
  return 0;
}

// The least of some looks spread over a second: between two pieces of work, not in the middle of one.
long long quiet_memory(int supervisor, int keeper) {
  long long least = 1 << 30;
  int looks = 0;
  (void)wait_until(
      [&] {
        least = std::min(least, memory_of(supervisor) + memory_of(keeper));
        return ++looks == 400;
      },
      10s);
  return least;
}

long long switches_of(int pid) {
  return std::stoll(status_field(pid, "voluntary_ctxt_switches")) +
         std::stoll(status_field(pid, "nonvoluntary_ctxt_switches"));
}

}  // namespace

TEST_CASE("SUP4 works with 64 descriptors", "[SUP4]") {
  const TemporaryHome home;
  Command command = home.command(start_words("web", {}, {"print-limits", "say", "up", "wait"}));
  command.before_exec = [] {
    const rlimit few{64, 64};
    setrlimit(RLIMIT_NOFILE, &few);
  };
  REQUIRE(run(command).exit_code == 0);
  REQUIRE(wait_for_log(home, "web", "limit nofile 64 64"));
  const int pid = pid_of(home, "web");
  kill_hard(supervisor_of(home, "web"));
  REQUIRE(wait_for_status(home, "web", "online"));
  REQUIRE(pid_of(home, "web") == pid);
  for (int round = 0; round < 5; ++round) done(home, {"restart", "web"});
  done(home, {"stop", "web"});
}

TEST_CASE("SUP4 no descriptor is leaked by restarts, adoptions and commands", "[SUP4]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  done(home, {"restart", "web"});
  done(home, {"flush", "web"});  // keeps its way to /dev/null open from now on
  done(home, {"describe", "web"});
  const int supervisor = supervisor_of(home, "web");
  const int keeper = keeper_of(home, "web");
  const int before = count_open_descriptors(supervisor);
  const int kept = count_open_descriptors(keeper);
  for (int round = 0; round < 5; ++round) {
    done(home, {"restart", "web"});
    done(home, {"flush", "web"});
    done(home, {"describe", "web"});
    const int pid = pid_of(home, "web");
    send_signal(pid, SIGKILL);
    REQUIRE(wait_for_other_pid(home, "web", pid));
  }
  REQUIRE(wait_until([&] { return count_open_descriptors(supervisor) <= before; }));
  REQUIRE(wait_until([&] { return count_open_descriptors(keeper) <= kept; }));
  kill_hard(supervisor);
  (void)new_supervisor(home, "web", supervisor);
  REQUIRE(wait_until([&] { return count_open_descriptors(supervisor_of(home, "web")) <= before + 1; }));
  REQUIRE(wait_until([&] { return count_open_descriptors(keeper) <= kept; }));
}

TEST_CASE("SUP4 memory is flat over a hundred thousand restarts", "[SUP4][slow]") {
  const TemporaryHome home;
  const auto restarts = [&] { return listed(home, "web").at("restarts").get<int>(); };
  start(home, "web", {"exit", "1"}, {"--backoff-first", "1ms", "--backoff-cap", "1ms"});
  REQUIRE(wait_until([&] { return restarts() >= 1000; }, 60s));
  const int supervisor = supervisor_of(home, "web");
  const int keeper = keeper_of(home, "web");
  const long long before = quiet_memory(supervisor, keeper);
  const int descriptors = count_open_descriptors(keeper);
  REQUIRE(wait_until([&] { return restarts() >= 101000; }, 500s));
  REQUIRE(supervisor_of(home, "web") == supervisor);
  const long long after = quiet_memory(supervisor, keeper);
  INFO("anonymous memory: " << before << " kB before, " << after << " kB after");
  REQUIRE(after - before <= 64);
  REQUIRE(count_open_descriptors(keeper) <= descriptors);
  REQUIRE(wait_until([&] { return count_open_descriptors(supervisor) < 40; }));
  done(home, {"stop", "web"});
}

TEST_CASE("SUP4 memory is flat over ten gigabytes of log", "[SUP4][slow]") {
  const TemporaryHome home;
  const auto path = [&](const char* file) { return (home.scratch() / file).string(); };
  const auto there = [](const std::string& file) { return std::filesystem::exists(file); };
  start(home, "web",
        {"blocks", "1000000", "100", "touch", path("begun"), "wait-for", path("go"), "blocks", "100000000", "100",
         "touch", path("written"), "wait"},
        {"--log-max-size", "4M", "--log-keep", "2"});
  REQUIRE(wait_until([&] { return there(path("begun")); }, 60s));
  const int supervisor = supervisor_of(home, "web");
  const int keeper = keeper_of(home, "web");
  const long long before = quiet_memory(supervisor, keeper);
  const int descriptors = count_open_descriptors(supervisor);
  write_file(path("go"), "");
  REQUIRE(wait_until([&] { return there(path("written")); }, 500s));
  REQUIRE(supervisor_of(home, "web") == supervisor);
  const long long after = quiet_memory(supervisor, keeper);
  INFO("anonymous memory: " << before << " kB before, " << after << " kB after");
  REQUIRE(after - before <= 64);
  REQUIRE(wait_until([&] { return count_open_descriptors(supervisor) <= descriptors; }));
  done(home, {"stop", "web"});
}

TEST_CASE("SUP4 no process wakes up while nothing happens", "[SUP4][slow]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  start(home, "waiting", {"exit", "1"}, {"--backoff-first", "1h", "--backoff-cap", "1h"});
  REQUIRE(wait_for_status(home, "waiting", "backoff"));
  std::vector<int> pids;
  for (const char* name : {"web", "waiting"}) {
    pids.push_back(keeper_of(home, name));
    pids.push_back(supervisor_of(home, name));
  }
  const auto all = [&] {
    std::vector<long long> switches;
    std::transform(pids.begin(), pids.end(), std::back_inserter(switches), switches_of);
    return switches;
  };
  // Settled once a whole second has passed without any (a run is confirmed after its minimum uptime).
  auto settled = all();
  REQUIRE(wait_until([&] {
    const auto before = all();
    const bool quiet = stays_true([&] { return all() == before; }, 1s);
    settled = all();
    return quiet;
  }));
  REQUIRE(stays_true([&] { return all() == settled; }, 60s));
}
