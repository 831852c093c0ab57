// Carries out a plan, and records the results of its commands.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "test/chaos/plan.hpp"
#include "test/chaos/world.hpp"
#include "test/support/home.hpp"

namespace forever::chaos {

struct Done {
  Words words;
  int app = 0;
  bool killed = false;  // halfway, by the plan
  test::Clock::time_point begin;
  test::Clock::time_point end;
  test::Result result;
};

struct Happened {
  std::vector<Done> commands;
  std::vector<std::string> violations;  // seen while it went on
  std::set<int> killed;                 // apps whose keeper or supervisor, or both, were killed or asked to end
  std::set<int> asked;                  // apps whose keeper or supervisor was asked to end
  std::set<int> damaged;                // apps whose files were damaged
  std::set<int> logs_lost;  // apps of whose lines some may be missing: their logs were removed, or the disk was full
};

struct Stage {
  const test::TemporaryHome& home;
  const World& world;
  const std::vector<App>& apps;
  std::string binary;
  test::Milliseconds patience;  // for each command
  std::filesystem::path date;   // what a binary with a faked clock reads
  bool own_disk = false;        // the state directory is a file system of its own, which may be filled
};

// `forever WORDS` of this stage.
[[nodiscard]] test::Command command_for(const Stage& stage, const Words& words, int app = 0);

// Until all commands have ended, all processes run again, and the disk has room again.
[[nodiscard]] Happened carry_out(const Stage& stage, const Plan& plan);

// What is wrong with how a command has ended, whatever it was asked to do; empty: nothing.
[[nodiscard]] std::string fault_of(const Done& done);

}  // namespace forever::chaos
