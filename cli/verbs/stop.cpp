// stop, and stopall.
#include "cli/verbs/stop.hpp"

#include "cli/apps/outcome.hpp"
#include "cli/apps_file/apply.hpp"
#include "cli/boot/save.hpp"
#include "cli/terminal/print.hpp"

namespace forever::cli {

int stop(const Stop& command) {
  if (command.until_resurrect) {
    const auto opened = open_state(true);
    if (const auto* failure = std::get_if<Failure>(&opened)) return fail(*failure, command.which.json);
    if (const Status noted = note_until_resurrect(std::get<StateDirectory>(opened)); !noted)
      return fail({ExitCode::failed, noted.error().message() + "; nothing was stopped"}, command.which.json);
  }
  FromFiles files;
  auto found = find_with_files(command.which, files);
  if (const auto* failure = std::get_if<Failure>(&found)) return fail(*failure, command.which.json);
  const Selection& selection = std::get<Selection>(found);
  if (files.nothing && !command.which.json) return to_int(ExitCode::ok);
  return answer_outcomes(selection.state, stop_in_order(selection, {command.force, command.which.quiet}, files),
                         command.which);
}

}  // namespace forever::cli
