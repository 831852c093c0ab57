// delete: what runs of the apps is stopped, and nothing of them stays on record.
#include "cli/verbs/delete.hpp"

#include "cli/grammar/verb.hpp"

#include <map>

#include "cli/apps/json.hpp"
#include "cli/apps/outcome.hpp"
#include "cli/apps_file/file_verbs.hpp"
#include "client/view.hpp"

namespace forever::cli {

namespace {

constexpr Option kDeleteOptions[] = {
    {{"-f,--force", ValueKind::none, "", "Sends KILL at once."}, turn_on<&Delete::force>},
    {{"--keep-logs", ValueKind::none, "", "Keeps the log files. Logs outside the state directory are never removed."},
     turn_on<&Delete::keep_logs>},
    kOnly,
    kEnvironmentName,
    kJson,
    kQuiet,
};
constexpr OptionGroup kDeleteGroups[] = {{"Options", kDeleteOptions}};

}  // namespace

constinit const Verb kDeleteVerb{
    .name = "delete",
    .aliases = "del rm",
    .family = family::kEnding,
    .operands = "APP... [OPTION]...",
    .summary = "stop an app and remove its record",
    .text = "Stops the app and removes its record and its logs from the state directory.",
    .examples =
        "forever delete web\n"
        "forever delete all --keep-logs",
    .groups = kDeleteGroups,
    .kind = OperandKind::app,
    .begin = begin<Delete>,
};

std::optional<UsageError> Delete::take(Operands& operands) { return take_some(which, operands, "delete", kAnApp); }

int Delete::carry_out() const {
  FromFiles files;
  auto found = find_with_files(which, files);
  if (const auto* failure = std::get_if<Failure>(&found)) return fail(*failure, which.json);
  Selection& selection = std::get<Selection>(found);
  for (const Target& target : selection.targets) {
    if (!target.slot) continue;
    return fail(
        {ExitCode::not_found,
         words_for(target) + " is one of several instances; delete acts on the app: forever delete " + target.name},
        which.json, selection.state.path());
  }
  if (files.nothing && !which.json) return to_int(ExitCode::ok);
  const std::vector<Outcome> kept = set_newer_aside(selection);
  std::vector<Outcome> outcomes = stop_in_order(selection, {force, which.quiet}, files);
  std::map<std::string, const Target*> targets;
  for (const Target& target : selection.targets) targets.emplace(target.name, &target);
  for (Outcome& outcome : outcomes) {
    if (outcome.ok) continue;
    // A record that cannot be read, or names an unrelated process, is removed as well, if nothing is supervised under its name.
    const AppView view = view_app(selection.state, outcome.name, false);
    outcome.ok = !view.supervised && !view.foreign && view.state_word() != "unsupervised";
  }
  forget(selection.state, outcomes, !keep_logs);
  outcomes.insert(outcomes.end(), kept.begin(), kept.end());
  std::vector<std::string> deleted;
  std::string error;
  for (Outcome& outcome : outcomes) {
    if (outcome.ok) outcome.text = words_for(*targets.at(outcome.name)) + " deleted";
    if (outcome.ok) deleted.push_back(outcome.name);
    if (!outcome.ok) error += (error.empty() ? "" : "; ") + outcome.text;
  }
  if (!which.json) return answer_outcomes(selection.state, outcomes, which);
  if (!error.empty()) complain(error);
  return print(json_deleted(selection.state.path(), deleted, error),
               to_int(error.empty() ? ExitCode::ok : ExitCode::failed));
}

}  // namespace forever::cli
