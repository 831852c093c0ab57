// How port and find answer: the processes that were found, or the results of ending them.
#pragma once

#include <string>
#include <vector>

#include "app/state_directory.hpp"
#include "cli/grammar/option.hpp"
#include "cli/processes/end.hpp"
#include "cli/processes/occupants.hpp"

namespace forever::cli {

struct Held {
  std::vector<Occupant> occupants;
  std::vector<PortUse> unseen;
};

// Ends what is found, or shows it.
struct Reach : Command {
  bool kill = false;
  std::optional<int> signal;  // --kill SIGNAL
};
extern const OptionGroup kReachGroups[1];

// `none` is the message if there is nothing to show.
[[nodiscard]] int show(const Held& held, const std::string& none, const StateDirectory& state,
                       const SelectorOptions& options);
[[nodiscard]] int answer_ending(const Ending& ending, const Held& left, const StateDirectory& state,
                                const SelectorOptions& options);
[[nodiscard]] std::string joined(const std::vector<std::string>& parts);

}  // namespace forever::cli
