// BACK: what restarting without end costs, by Linux' own account.
#include <unistd.h>

#include <sstream>

#include "test/e2e/apps.hpp"

using namespace forever::test;

namespace {

// Processor time of one process in clock ticks (proc(5), utime and stime).
long ticks_of(int pid) {
  const std::string text = read_file("/proc/" + std::to_string(pid) + "/stat");
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  long user = 0;
  long system = 0;
  fields >> user >> system;
  return user + system;
}

}  // namespace

TEST_CASE("BACK1 an app that exits at once costs less than one percent of a processor", "[BACK1][slow]") {
  const TemporaryHome home;
  start(home, "web", {"exit", "1"});
  REQUIRE(wait_until([&] { return listed(home, "web").at("failures") >= 8; }, 60s));
  const int supervisor = supervisor_of(home, "web");
  const int keeper = keeper_of(home, "web");
  const long before = ticks_of(supervisor) + ticks_of(keeper);
  const auto begin = Clock::now();
  REQUIRE(wait_until([&] { return Clock::now() - begin >= 20s; }, 30s));
  REQUIRE(supervisor_of(home, "web") == supervisor);
  const long spent = ticks_of(supervisor) + ticks_of(keeper) - before;
  REQUIRE(spent <= 20 * sysconf(_SC_CLK_TCK) / 100);
}
