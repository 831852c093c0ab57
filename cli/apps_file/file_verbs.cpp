// What the verbs do with an apps file.
#include "cli/apps_file/file_verbs.hpp"

#include <algorithm>

#include "cli/apps/json.hpp"
#include "cli/apps_file/bring.hpp"
#include "cli/terminal/print.hpp"
#include "client/caller.hpp"
#include "client/view.hpp"
#include "platform/files.hpp"
#include "text/printable.hpp"

namespace forever::cli {
namespace {

Outcome stranger(const std::string& name) {
  return {name, false, printable(name) + " is supervised by another machine or container; nothing was changed"};
}

std::vector<std::string> recorded_declaration(const StateDirectory& state, const std::string& name) {
  const auto spec = state.read_spec(name);
  return spec ? spec->declared : std::vector<std::string>{};
}

// Options next to an apps file that belong in the file.
bool has_settings(const AppRequest& request) {
  return request.has_arguments || request.name || !request.environment.empty() || !request.environment_files.empty() ||
         !request.settings.empty();
}

}  // namespace

std::string id_words(const AppSpec& spec) { return printable(spec.name) + " (id " + std::to_string(spec.id) + ")"; }

void leave(Wanted& app, bool ok, std::string text) {
  app.step = Step::leave;
  app.ok = ok;
  app.text = std::move(text);
}

const AppView* view_of(const Views& views, Wanted& app) {
  const auto found = views.find(app.spec.name);
  if (found == views.end() || !app.known) return nullptr;
  if (found->second.foreign) leave(app, false, stranger(app.spec.name).text);
  return &found->second;
}

int start_apps_file(const StateDirectory& state, const AppRequest& request, const SelectorOptions& which,
                    const BringHow& how) {
  if (has_settings(request)) {
    return fail({ExitCode::usage,
                 "the settings of an app belong in the apps file; the command line takes only --only, "
                 "--env-name, --wait, --json and --quiet"},
                which.json);
  }
  auto wanted = wanted_apps(state, request.program, which);
  if (const auto* failure = std::get_if<Failure>(&wanted)) return fail(*failure, which.json, state.path());
  auto& apps = std::get<std::vector<Wanted>>(wanted);
  const Views views = views_by_name(state);
  for (Wanted& app : apps) {
    if (app.ok) app.step = Step::start;
    const AppView* view = view_of(views, app);
    if (view == nullptr || app.step == Step::leave || !view->supervised) continue;
    const std::string word = view->state_word();
    app.step = Step::restart;
    if (!is_up(word)) continue;
    const bool other = recorded_declaration(state, app.spec.name) != app.spec.declared;
    leave(app, true,
          id_words(app.spec) + " is already " + word +
              (other ? "; the file has changed since its start; `forever apply` applies the change" : ""));
  }
  const auto outcomes = bring(state, apps, how);
  return answer_outcomes(state, outcomes, which);
}

std::variant<bool, Failure> is_one_apps_file(const std::vector<std::string>& words, std::string_view verb) {
  if (std::none_of(words.begin(), words.end(), names_apps_file)) return false;
  auto opened = open_state(false);
  if (auto* failure = std::get_if<Failure>(&opened)) return std::move(*failure);
  const auto is_file = [&](const std::string& word) { return is_apps_file(std::get<StateDirectory>(opened), word); };
  if (std::none_of(words.begin(), words.end(), is_file)) return false;
  if (words.size() == 1) return true;
  return Failure{ExitCode::usage, std::string{verb} + " takes either one apps file or apps, not both"};
}

int restart_apps_file(const SelectorOptions& which, Step step) {
  auto opened = open_state(true);
  if (const auto* failure = std::get_if<Failure>(&opened)) return fail(*failure, which.json);
  const StateDirectory& state = std::get<StateDirectory>(opened);
  auto wanted = wanted_apps(state, which.selectors.front(), which);
  if (const auto* failure = std::get_if<Failure>(&wanted)) return fail(*failure, which.json, state.path());
  auto& apps = std::get<std::vector<Wanted>>(wanted);
  const Views views = views_by_name(state);
  for (Wanted& app : apps) {
    app.step = Step::start;
    const AppView* view = view_of(views, app);
    if (view != nullptr && app.ok && view->supervised) app.step = step;
    if (!app.ok) app.step = Step::leave;
  }
  return answer_outcomes(state, bring(state, apps, {which.quiet, false, {}}), which);
}

std::variant<Selection, Failure> find_with_files(const SelectorOptions& which, FromFiles& files) {
  auto found = apps_of_files(which);
  if (auto* failure = std::get_if<Failure>(&found)) return *failure;
  files = std::move(std::get<FromFiles>(found));
  if (!files.nothing) return find_apps(files.selectors, false);
  auto state = open_state(false);
  if (auto* failure = std::get_if<Failure>(&state)) return *failure;
  if (!which.json && !which.quiet) tell("none of these apps has a record");
  return Selection{std::get<StateDirectory>(state), {}, {}};
}

std::vector<Outcome> stop_in_order(const Selection& selection, const StopHow& how, const FromFiles& files) {
  std::map<std::size_t, Selection, std::greater<>> waves;
  // The app that has run this command is the last of all.
  const auto caller = calling_app(selection.state);
  const auto wave_of = [&](const std::string& name) {
    const auto found = files.order.find(name);
    return name == caller ? 0 : 1 + (found == files.order.end() ? 0 : found->second);
  };
  for (const AppView& view : selection.views)
    waves.try_emplace(wave_of(view.name), Selection{selection.state, {}, {}}).first->second.views.push_back(view);
  for (const Target& target : selection.targets) waves.at(wave_of(target.name)).targets.push_back(target);
  std::vector<Outcome> all;
  for (const auto& [number, wave] : waves) {
    auto outcomes = stop_targets(wave, how);
    std::move(outcomes.begin(), outcomes.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace forever::cli
