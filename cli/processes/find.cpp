// find: the processes that run a program, and how to be rid of them.
#include "cli/processes/find.hpp"

#include "cli/grammar/verb.hpp"

#include <algorithm>

#include "cli/processes/held.hpp"
#include "cli/terminal/print.hpp"
#include "client/view.hpp"

namespace forever::cli {

constinit const Verb kFindVerb{
    .name = "find",
    .family = family::kLooking,
    .operands = "PROGRAM... [OPTION]...",
    .summary = "find the processes of a program",
    .text =
        "Shows every process that runs PROGRAM, supervised or not: by the name of its file, the name it was called by, "
        "or, "
        "with a / in it, its path. Exit code 1 if there is none.",
    .examples =
        "forever find node\n"
        "forever find node --kill\tend all of them",
    .groups = kReachGroups,
    .begin = begin<Find>,
};

std::optional<UsageError> Find::take(Operands& operands) {
  if (auto error = take_some(which, operands, "find", "the name of a program, such as node")) return error;
  for (const std::string& name : which.selectors) {
    if (name.empty()) return UsageError{"the program's name is empty"};
  }
  return std::nullopt;
}

int Find::carry_out() const {
  auto opened = open_state(false);
  if (const auto* failure = std::get_if<Failure>(&opened)) return fail(*failure, which.json);
  const StateDirectory& state = std::get<StateDirectory>(opened);
  const std::vector<AppView> views = view_apps(state, false);
  Held held;
  for (const std::string& name : which.selectors) {
    for (const ProgramFacts& program : programs_called(name)) {
      const bool known = std::any_of(held.occupants.begin(), held.occupants.end(),
                                     [&](const Occupant& other) { return other.program.id == program.id; });
      if (known || program.id.pid == current_pid()) continue;
      if (auto occupant = occupant_of(views, program.id.pid)) held.occupants.push_back(std::move(*occupant));
    }
  }
  std::sort(held.occupants.begin(), held.occupants.end(),
            [](const Occupant& a, const Occupant& b) { return a.program.id.pid < b.program.id.pid; });
  const std::string none = "no process is called " + joined(which.selectors);
  if (!kill || held.occupants.empty()) return show(held, none, state, which);
  const Ending ending =
      end_occupants(held.occupants, {signal, Milliseconds{10000}, which.quiet}, [](const Occupant&) { return false; });
  return answer_ending(ending, {}, state, which);
}

}  // namespace forever::cli
