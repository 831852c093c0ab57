// stop, restart, delete and their forms for all apps.
#include <algorithm>
#include <map>

#include "cli/apps/json.hpp"
#include "cli/apps/stop_each.hpp"
#include "cli/apps_file/apply.hpp"
#include "cli/apps_file/source.hpp"
#include "cli/boot/saving.hpp"
#include "cli/carry_out.hpp"
#include "cli/terminal/print.hpp"
#include "client/ask.hpp"
#include "client/launch.hpp"
#include "client/view.hpp"
#include "platform/environment.hpp"

namespace forever::cli {
namespace {

Outcome failed(const Target& target, const std::string& why) {
  return {target.name, false, words_for(target) + ": " + why};
}

// An app that is not supervised is started as it was; nothing where a supervisor is to be asked.
std::optional<Outcome> start_again(const StateDirectory& state, const Target& target, const AppView& view,
                                   bool update_env) {
  if (view.foreign) return failed(target, "is kept by another machine or container; nothing was touched");
  if (view.supervised) return std::nullopt;
  auto spec = state.read_spec(target.name);
  if (!spec) return failed(target, spec.error().message());
  if (update_env) spec->environment = environment_snapshot();
  const auto launched = launch_app(state, *spec);
  if (!launched) return failed(target, launched.error().message());
  if (launched->already) return std::nullopt;
  if (!launched->report.started) return failed(target, "cannot be started: " + launched->report.reason);
  return Outcome{target.name, true, words_for(target) + " started" + pid_words(launched->report.pids)};
}

Result<ControlRequest> restart_request(const StateDirectory& state, const Target& target, bool update_env) {
  ControlRequest request{Operation::restart, target.slot, 0, false, {}};
  if (!update_env) return request;
  auto spec = state.read_spec(target.name);
  if (!spec) return spec.error();
  spec->environment = environment_snapshot();
  request.new_spec = spec_to_json(*spec);
  return request;
}

std::vector<Outcome> restart_targets(const Selection& selection, const Restart& command) {
  std::vector<Outcome> outcomes(selection.targets.size());
  std::vector<ControlTarget> asked;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < selection.targets.size(); ++i) {
    const Target& target = selection.targets[i];
    const AppView& view = selection.view_of(target);
    if (!view.supervised) {
      if (auto started = start_again(selection.state, target, view, command.update_env)) {
        outcomes[i] = std::move(*started);
        continue;
      }
    }
    auto request = restart_request(selection.state, target, command.update_env);
    if (!request) {
      outcomes[i] = failed(target, request.error().message());
      continue;
    }
    asked.push_back({target.name, std::move(*request)});
    places.push_back(i);
  }
  if (asked.empty()) return outcomes;
  const auto progress = [&](const std::string&, const std::string& text) {
    if (!command.which.quiet) tell(text);
  };
  auto replies = ask_supervisors(selection.state, asked, progress);
  for (std::size_t i = 0; i < replies.size(); ++i) {
    const Target& target = selection.targets[places[i]];
    Outcome& outcome = outcomes[places[i]];
    if (!replies[i]) {
      // It may have been stopped while it was asked; then it is started, as what was stopped before.
      const AppView now = view_app(selection.state, target.name, true);
      auto started = now.supervised ? std::nullopt : start_again(selection.state, target, now, command.update_env);
      outcome = started ? std::move(*started) : failed(target, replies[i].error().message());
    } else if (!replies[i]->ok) {
      outcome = failed(target, replies[i]->text);
    } else {
      outcome = {target.name, true, words_for(target) + " restarted" + pid_words(replies[i]->pids)};
    }
  }
  return outcomes;
}

// The apps that are meant, files among the operands included. `nothing` is set where there is nothing to do.
std::variant<Selection, Failure> find_with_files(const SelectorOptions& which, FromFiles& files) {
  auto found = apps_of_files(which);
  if (auto* failure = std::get_if<Failure>(&found)) return *failure;
  files = std::move(std::get<FromFiles>(found));
  if (!files.nothing) return find_apps(files.selectors, false);
  auto state = open_state(false);
  if (auto* failure = std::get_if<Failure>(&state)) return *failure;
  if (!which.json && !which.quiet) tell("none of these apps is on record");
  return Selection{std::get<StateDirectory>(state), {}, {}};
}

}  // namespace

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

int restart(const Restart& command) {
  const auto file = is_one_apps_file(command.which.selectors, "restart");
  if (const auto* failure = std::get_if<Failure>(&file)) return fail(*failure, command.which.json);
  if (std::get<bool>(file)) return restart_apps_file(command.which, Step::restart);
  auto found = find_apps(command.which.selectors, true);  // what lives, or is left of it, is not started beside
  if (const auto* failure = std::get_if<Failure>(&found)) return fail(*failure, command.which.json);
  const Selection& selection = std::get<Selection>(found);
  return answer_outcomes(selection.state, restart_targets(selection, command), command.which);
}

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
