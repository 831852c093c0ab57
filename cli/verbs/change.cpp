#include "cli/verbs/change.hpp"

#include "cli/app_environment.hpp"
#include "cli/apps/outcome.hpp"
#include "cli/apps/selection.hpp"
#include "cli/apps/stop_each.hpp"
#include "cli/apps_file/bring.hpp"
#include "cli/new_spec.hpp"
#include "client/launch.hpp"
#include "client/rename.hpp"
#include "client/view.hpp"
#include "platform/files.hpp"
#include "text/printable.hpp"

namespace forever::cli {
namespace {

// The app's spec with what was asked for on top.
std::variant<AppSpec, Failure> changed_spec(const StateDirectory& state, const Target& target,
                                            const AppRequest& request, bool update_env) {
  const auto wrong = [&](const std::string& why) {
    return Failure{ExitCode::failed, printable(target.name) + ": " + why};
  };
  auto spec = state.read_spec(target.name);
  if (!spec) return wrong(spec.error().message());
  if (request.has_arguments) spec->arguments = request.arguments;
  if (update_env) {
    if (const auto failure = renew_environment(*spec)) return wrong(failure->message);
  }
  if (const auto failure = lay_over(request, *spec)) return wrong(failure->message);
  if (const auto failure = check_watch_settings(request.settings, spec->watch)) return wrong(failure->message);
  if (const auto failure = check_spec(*spec)) return wrong(failure->message);
  if (request.name) spec->name = *request.name;
  return std::move(*spec);
}

// The one app that is meant, as a whole.
std::variant<Selection, Failure> find_one(const SelectorOptions& which) {
  auto found = find_apps(which.selectors, true);
  if (auto* failure = std::get_if<Failure>(&found)) return std::move(*failure);
  const Selection& selection = std::get<Selection>(found);
  if (selection.targets.size() == 1 && !selection.targets.front().slot) return found;
  return Failure{ExitCode::not_found, "one app gets a name, and " + std::to_string(selection.targets.size()) +
                                          (selection.targets.size() == 1 ? " instance is" : " are") + " meant"};
}

// What goes on calling it by its old name.
void tell_of_old_name(const StateDirectory& state, const std::string& old, const AppSpec& spec) {
  if (!spec.apps_file.empty())
    tell(printable(spec.apps_file) + " calls it " + printable(old) +
         " still; change it there, or `forever apply` starts another one");
  const auto saved = read_record(state.path() + "/saved.json");
  if (saved && saved->find("\"" + old + "\"") != std::string::npos)
    tell("the saved list calls it " + printable(old) + " still; `forever save` writes it again");
}

// `start`: whether it is started then, or stays as it was.
int give_name(const Selection& selection, const AppSpec& spec, bool start, const SelectorOptions& which) {
  const StateDirectory& state = selection.state;
  const Target& target = selection.targets.front();
  const auto answer = [&](Outcome outcome) { return answer_outcomes(state, {std::move(outcome)}, which); };
  const std::string& old = target.name;
  if (selection.view_of(target).foreign)
    return answer(failed(target, "is kept by another machine or container; nothing was touched"));
  if (exists(state.app_directory(spec.name)))
    return fail({ExitCode::failed, "the name '" + printable(spec.name) + "' is taken; `forever delete " +
                                       printable(spec.name) + "` frees it"},
                which.json, state.path());
  if (const auto failure = make_log_folders(spec)) return fail(*failure, which.json, state.path());
  std::vector<Outcome> stopped = stop_targets(selection, {false, which.quiet});
  if (!stopped.front().ok) return answer(std::move(stopped.front()));
  const auto renamed = rename_app(state, old, spec);
  if (!renamed) return answer(failed(target, "is stopped, and keeps its name: " + renamed.error().message()));
  if (!which.quiet && !which.json) tell_of_old_name(state, old, *renamed);
  const std::string words = head(*renamed) + " was " + printable(old);
  if (!start) return answer({renamed->name, true, words + "; it stays stopped"});
  const auto launched = launch_app(state, *renamed);
  if (!launched)
    return answer({renamed->name, false, words + ", and was not started again: " + launched.error().message()});
  if (!launched->already && !launched->report.started)
    return answer({renamed->name, false, words + ", and cannot be started: " + launched->report.reason});
  return answer(
      {renamed->name, true, words + "; a new name needs a new process: restarted" + pid_words(launched->report.pids)});
}

}  // namespace

bool asks_for_changes(const AppRequest& request) {
  return request.has_arguments || request.name || !request.environment.empty() || !request.environment_files.empty() ||
         !request.settings.empty();
}

int restart_changed(const SelectorOptions& which, const AppRequest& request, bool update_env) {
  auto found = request.name ? find_one(which) : find_apps(which.selectors, true);
  if (const auto* failure = std::get_if<Failure>(&found)) return fail(*failure, which.json);
  const Selection& selection = std::get<Selection>(found);
  std::vector<Wanted> apps;
  for (const Target& target : selection.targets) {
    if (target.slot)
      return fail({ExitCode::usage, words_for(target) +
                                        " is one of several instances; settings are the app's: forever restart " +
                                        printable(target.name)},
                  which.json, selection.state.path());
    auto spec = changed_spec(selection.state, target, request, update_env);
    if (const auto* failure = std::get_if<Failure>(&spec)) return fail(*failure, which.json, selection.state.path());
    const AppView& view = selection.view_of(target);
    if (request.name && *request.name != target.name) return give_name(selection, std::get<AppSpec>(spec), true, which);
    Wanted& one = apps.emplace_back();
    one.spec = std::move(std::get<AppSpec>(spec));
    one.known = true;
    one.ok = !view.foreign;
    one.step = view.foreign ? Step::leave : view.supervised ? Step::restart : Step::start;
    if (view.foreign) one.text = failed(target, "is kept by another machine or container; nothing was touched").text;
  }
  return answer_outcomes(selection.state, bring(selection.state, apps, {which.quiet, false, {}}), which);
}

int rename(const SelectorOptions& which, const std::string& name) {
  auto found = find_one(which);
  if (const auto* failure = std::get_if<Failure>(&found)) return fail(*failure, which.json);
  const Selection& selection = std::get<Selection>(found);
  const Target& target = selection.targets.front();
  auto spec = selection.state.read_spec(target.name);
  if (!spec) return fail({ExitCode::failed, spec.error().message()}, which.json, selection.state.path());
  const bool runs =
      is_kept(selection.view_of(target).state_word()) || selection.view_of(target).state_word() == "unsupervised";
  if (name == target.name)
    return fail({ExitCode::failed, "it is called " + printable(name) + " already"}, which.json, selection.state.path());
  spec->name = name;
  return give_name(selection, *spec, runs, which);
}

}  // namespace forever::cli
