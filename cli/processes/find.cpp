// find: the processes that run a program, and how to be rid of them.
#include "cli/processes/find.hpp"

#include <algorithm>

#include "cli/processes/held.hpp"
#include "cli/terminal/print.hpp"
#include "client/view.hpp"

namespace forever::cli {

int find(const Find& command) {
  auto opened = open_state(false);
  if (const auto* failure = std::get_if<Failure>(&opened)) return fail(*failure, command.which.json);
  const StateDirectory& state = std::get<StateDirectory>(opened);
  const std::vector<AppView> views = view_apps(state, false);
  Held held;
  for (const std::string& name : command.which.selectors) {
    for (const ProgramFacts& program : programs_called(name)) {
      const bool known = std::any_of(held.occupants.begin(), held.occupants.end(),
                                     [&](const Occupant& other) { return other.program.id == program.id; });
      if (known || program.id.pid == current_pid()) continue;
      if (auto occupant = occupant_of(views, program.id.pid)) held.occupants.push_back(std::move(*occupant));
    }
  }
  std::sort(held.occupants.begin(), held.occupants.end(),
            [](const Occupant& a, const Occupant& b) { return a.program.id.pid < b.program.id.pid; });
  const std::string none = "no process is called " + joined(command.which.selectors);
  if (!command.kill || held.occupants.empty()) return show(held, none, state, command.which);
  const Ending ending = end_occupants(held.occupants, {command.signal, Milliseconds{10000}, command.which.quiet},
                                      [](const Occupant&) { return false; });
  return answer_ending(ending, {}, state, command.which);
}

}  // namespace forever::cli
