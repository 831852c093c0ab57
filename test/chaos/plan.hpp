// What is done to the apps in one round. It follows from seed and round alone, never from what happened before: the same
// seed gives the same actions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "test/chaos/kinds.hpp"

namespace forever::chaos {

enum class What { command, half_command, signal, suspend, damage, touch, fill_disk, move_clock };
enum class Role {
  instance,
  descendants,
  supervisor,
  keeper,
  both,
  all
};  // both: keeper and supervisor; all: the instance too
enum class Harm { remove, truncate, garbage, folder, fifo, dangling_link, endless_link, another_apps };

struct Step {
  What what = What::command;
  int at_ms = 0;  // from the round's begin
  int app = 0;
  Words words;  // of a command; "START" stands for the whole command that began the app
  Role role = Role::instance;
  int slot = 0;
  int signal = 0;
  int duration_ms = 0;  // suspend, fill_disk; half_command: until it is killed
  Words files;          // damage: below the state directory, NAME for the app's name; none: all of it
  Harm harm = Harm::remove;
  std::uint64_t noise = 0;  // what garbage is made of
  int seconds = 0;          // move_clock
};

struct Plan {
  bool revive = true;       // first starts what does not run
  std::vector<Step> steps;  // by time
};

[[nodiscard]] Plan plan_round(std::uint64_t seed, int round, const std::vector<App>& apps);
// The file of that app, NAME standing for its name.
[[nodiscard]] std::string filled_in(std::string file, const std::string& name);
// One line, such as "at 120 ms: KILL to the supervisor of forker".
[[nodiscard]] std::string text_of(const Step& step, const std::vector<App>& apps);

}  // namespace forever::chaos
