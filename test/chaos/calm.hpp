// What must hold once a round is over and nothing is under way any more.
#pragma once

#include <string>
#include <vector>

#include "test/chaos/act.hpp"
#include "test/chaos/model.hpp"

namespace forever::chaos {

struct Calm {
  std::vector<std::string> faults;  // empty: all is as it must be
  std::vector<Wanted> observed;     // of each app, as `list` tells
  std::string list;                 // what `list --json` printed
  std::vector<Process> processes;
};

// Asks `list`, the kernel and the ports.
[[nodiscard]] Calm look_at_calm(const Stage& stage, const Model& model);

}  // namespace forever::chaos
