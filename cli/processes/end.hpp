// Ends the selected processes: apps through their supervisors, since they would be restarted; others by signal.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/processes/occupants.hpp"

namespace forever::cli {

struct EndingHow {
  std::optional<int> signal;  // nothing: TERM, and KILL for what is left after `patience`
  Milliseconds patience{10000};
  bool quiet = false;  // no lines about what is under way
};

struct Ending {
  std::vector<std::string> done;    // "web stopped", "pid 4711 (node, user www) ended"
  std::vector<std::string> failed;  // what could not be ended, and why
};

// Apps are stopped by their own stop plan, or with KILL if that is the signal, and stay on record. `gone` returns whether a process that
// belongs to no app no longer matters; it is called until it is true or the patience is over. The ancestors of this command
// (the shell, the terminal) are not signalled.
[[nodiscard]] Ending end_occupants(const std::vector<Occupant>& occupants, const EndingHow& how,
                                   const std::function<bool(const Occupant&)>& gone);

}  // namespace forever::cli
