// send: a line to the program's standard input, past its supervisor.
#include "cli/verbs/send.hpp"

#include <cerrno>

#include "cli/apps/outcome.hpp"
#include "cli/apps/selection.hpp"
#include "client/view.hpp"
#include "platform/input_pipe.hpp"

namespace forever::cli {
namespace {

// Past the supervisor, straight into what the program reads.
Outcome write_line(const StateDirectory& state, const AppView& view, const Target& target, const std::string& line) {
  const std::string who = words_for(target);
  const auto spec = state.read_spec(target.name);
  if (!spec) return {target.name, false, spec.error().message()};
  if (!spec->input)
    return {target.name, false,
            who + " reads no input; `forever stop " + target.name + "`, then `forever start " + target.name +
                " --stdin` gives it one"};
  std::size_t reached = 0;
  for (const InstanceStatus& instance : view.status.instances) {
    if (target.slot && *target.slot != instance.slot) continue;
    const Status written = write_input(input_path(state.app_directory(target.name), instance.slot), line);
    if (written) {
      ++reached;
    } else if (written.error().code.value() == EAGAIN) {
      return {target.name, false, who + " does not read its input, which is full; nothing was written"};
    } else if (written.error().code.value() != ENXIO && written.error().code.value() != ENOENT) {
      return {target.name, false, who + ": " + written.error().message()};
    }
  }
  if (reached == 0) return {target.name, false, who + " is not running"};
  return {target.name, true, who + " got the line" + (reached > 1 ? ", in all instances" : "")};
}

}  // namespace

int send(const Send& command) {
  const std::string line = command.line + "\n";
  if (line.size() > kLongestInput)
    return fail({ExitCode::usage, "a line has " + std::to_string(kLongestInput - 1) + " bytes at most"},
                command.which.json);
  auto found = find_apps(command.which.selectors, true);
  if (const auto* failure = std::get_if<Failure>(&found)) return fail(*failure, command.which.json);
  const Selection& selection = std::get<Selection>(found);
  std::vector<Outcome> outcomes;
  for (const Target& target : selection.targets)
    outcomes.push_back(write_line(selection.state, selection.view_of(target), target, line));
  return answer_outcomes(selection.state, outcomes, command.which);
}

}  // namespace forever::cli
