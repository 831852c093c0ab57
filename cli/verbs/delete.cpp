// delete: what runs of the apps is stopped, and nothing of them stays on record.
#include "cli/verbs/delete.hpp"

#include <map>

#include "cli/apps/json.hpp"
#include "cli/apps/outcome.hpp"
#include "cli/apps_file/apply.hpp"
#include "client/view.hpp"

namespace forever::cli {

int remove(const Delete& command) {
  FromFiles files;
  auto found = find_with_files(command.which, files);
  if (const auto* failure = std::get_if<Failure>(&found)) return fail(*failure, command.which.json);
  Selection& selection = std::get<Selection>(found);
  for (const Target& target : selection.targets) {
    if (!target.slot) continue;
    return fail(
        {ExitCode::not_found,
         words_for(target) + " is one of several instances; delete takes the app: forever delete " + target.name},
        command.which.json, selection.state.path());
  }
  if (files.nothing && !command.which.json) return to_int(ExitCode::ok);
  const std::vector<Outcome> kept = set_newer_aside(selection);
  std::vector<Outcome> outcomes = stop_in_order(selection, {false, command.which.quiet}, files);
  std::map<std::string, const Target*> targets;
  for (const Target& target : selection.targets) targets.emplace(target.name, &target);
  for (Outcome& outcome : outcomes) {
    if (outcome.ok) continue;
    // A record that cannot be read, or tells of a stranger, goes all the same, once nothing is supervised under its name.
    const AppView view = view_app(selection.state, outcome.name, false);
    outcome.ok = !view.supervised && !view.foreign && view.state_word() != "unsupervised";
  }
  forget(selection.state, outcomes, !command.keep_logs);
  outcomes.insert(outcomes.end(), kept.begin(), kept.end());
  std::vector<std::string> deleted;
  std::string error;
  for (Outcome& outcome : outcomes) {
    if (outcome.ok) outcome.text = words_for(*targets.at(outcome.name)) + " deleted";
    if (outcome.ok) deleted.push_back(outcome.name);
    if (!outcome.ok) error += (error.empty() ? "" : "; ") + outcome.text;
  }
  if (!command.which.json) return answer_outcomes(selection.state, outcomes, command.which);
  if (!error.empty()) complain(error);
  return print(json_deleted(selection.state.path(), deleted, error),
               to_int(error.empty() ? ExitCode::ok : ExitCode::failed));
}

}  // namespace forever::cli
