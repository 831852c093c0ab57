// What the verbs do with an apps file.
#include "cli/apps_file/apply.hpp"

#include <algorithm>

#include "cli/apps/json.hpp"
#include "cli/apps_file/apply_plan.hpp"
#include "cli/apps_file/bring.hpp"
#include "client/view.hpp"
#include "platform/files.hpp"
#include "text/json_text.hpp"
#include "text/printable.hpp"

namespace forever::cli {
namespace {

bool runs(const AppView& view) { return is_kept(view.state_word()); }

Outcome stranger(const std::string& name) {
  return {name, false, printable(name) + " is kept by another machine or container; nothing was touched"};
}

std::string id_words(const AppSpec& spec) { return printable(spec.name) + " (id " + std::to_string(spec.id) + ")"; }

void leave(Wanted& app, bool ok, std::string text) {
  app.step = Step::leave;
  app.ok = ok;
  app.text = std::move(text);
}

Step step_for(Way way) {
  switch (way) {
    case Way::restart: return Step::restart;
    case Way::reload: return Step::reload;
    case Way::scale: return Step::scale;
  }
  return Step::restart;
}

// What is asked of one app: nothing of one that another machine keeps.
const AppView* view_of(const Views& views, Wanted& app) {
  const auto found = views.find(app.spec.name);
  if (found == views.end() || !app.known) return nullptr;
  if (found->second.foreign) leave(app, false, stranger(app.spec.name).text);
  return &found->second;
}

SelectorOptions answer_of(bool json, bool quiet) {
  SelectorOptions options;
  options.json = json;
  options.quiet = quiet;
  return options;
}

std::vector<std::string> recorded_declaration(const StateDirectory& state, const std::string& name) {
  const auto spec = state.read_spec(name);
  return spec ? spec->declared : std::vector<std::string>{};
}

// Whether a record that cannot be read, a newer forever's, tells of this file all the same.
bool record_names(const StateDirectory& state, const std::string& name, const std::string& apps_file) {
  std::string quoted = "\"";
  (void)append_json_escaped(quoted, apps_file);
  const auto text = read_record(state.spec_path(name));
  return text && text->find(quoted + '"') != std::string::npos;
}

// Options beside an apps file that would have to be said in it.
bool has_settings(const AppRequest& request) {
  return request.has_arguments || request.name || !request.environment.empty() || !request.environment_files.empty() ||
         !request.settings.empty();
}

}  // namespace

int start_apps_file(const StateDirectory& state, const Start& command) {
  if (has_settings(command.app)) {
    return fail({ExitCode::usage,
                 "the settings of an app stand in the apps file; beside it there are --only, "
                 "--env-name, --wait, --json and --quiet"},
                command.json);
  }
  const auto source = read_apps(command.app.program, command.environment_name, command.only);
  if (const auto* failure = std::get_if<Failure>(&source)) return fail(*failure, command.json, state.path());
  auto wanted = wanted_apps(state, std::get<AppsSource>(source));
  if (const auto* failure = std::get_if<Failure>(&wanted)) return fail(*failure, command.json, state.path());
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
          id_words(app.spec) + " is " + word + " already" +
              (other ? "; the file says otherwise than at its start, `forever apply` carries that out" : ""));
  }
  const auto outcomes = bring(state, apps, {command.quiet, command.wait, command.wait_time});
  return answer_outcomes(state, outcomes, answer_of(command.json, command.quiet));
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
  const auto source = read_apps(which.selectors.front(), which.environment_name, which.only);
  if (const auto* failure = std::get_if<Failure>(&source)) return fail(*failure, which.json, state.path());
  auto wanted = wanted_apps(state, std::get<AppsSource>(source));
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

int apply(const Apply& command) {
  auto opened = open_state(!command.dry_run);
  if (const auto* failure = std::get_if<Failure>(&opened)) return fail(*failure, command.json);
  const StateDirectory& state = std::get<StateDirectory>(opened);
  const auto source = read_apps(command.file, command.environment_name, command.only);
  if (const auto* failure = std::get_if<Failure>(&source)) return fail(*failure, command.json, state.path());
  auto wanted = wanted_apps(state, std::get<AppsSource>(source));
  if (const auto* failure = std::get_if<Failure>(&wanted)) return fail(*failure, command.json, state.path());
  auto& apps = std::get<std::vector<Wanted>>(wanted);
  const Views views = views_by_name(state);
  std::map<std::string, OnRecord> recorded;
  std::vector<Outcome> left;
  for (const auto& [name, view] : views) {
    auto spec = state.read_spec(name);
    if (spec) {
      recorded.emplace(name, OnRecord{std::move(*spec), runs(view)});
    } else if (command.only.empty() && record_names(state, name, std::get<AppsSource>(source).path)) {
      left.push_back({name, false, printable(name) + ": " + spec.error().message()});
    }
  }
  std::vector<AppSpec> specs;
  specs.reserve(apps.size());
  for (const Wanted& app : apps) {
    specs.push_back(app.spec);
    if (app.ok) continue;
    // Nothing can be compared, and nothing is changed.
    recorded.insert_or_assign(app.spec.name, OnRecord{app.spec, true});
    std::erase_if(left, [&](const Outcome& outcome) { return outcome.name == app.spec.name; });
  }
  const auto plan = plan_apply(specs, recorded, std::get<AppsSource>(source).path, !command.only.empty());
  if (command.dry_run || (!command.json && !command.quiet)) {
    if (const int code = print(describe_plan(plan)); code != 0 || command.dry_run) return code;
  }

  Selection gone{state, {}, {}};
  for (std::size_t i = 0; i < plan.size(); ++i) {
    if (plan[i].change == Change::gone) {
      gone.views.push_back(views.at(plan[i].name));
      gone.targets.push_back({plan[i].name, {}, "name " + plan[i].name});
      continue;
    }
    const AppView* view = view_of(views, apps[i]);
    if (!apps[i].ok) continue;
    if (plan[i].change == Change::same) {
      leave(apps[i], true, id_words(apps[i].spec) + " is unchanged");
    } else {
      apps[i].step = view == nullptr || !view->supervised ? Step::start : step_for(plan[i].way);
    }
  }
  auto outcomes = bring(state, apps, {command.quiet, command.wait, {}});
  if (!command.json) {  // what is unchanged has been counted
    std::erase_if(outcomes,
                  [](const Outcome& outcome) { return outcome.ok && outcome.text.ends_with(" is unchanged"); });
  }
  for (Outcome& outcome : set_newer_aside(gone)) left.push_back(std::move(outcome));
  outcomes.insert(outcomes.end(), left.begin(), left.end());
  std::vector<Outcome> ended;
  if (!gone.targets.empty()) ended = stop_targets(gone, {false, command.quiet});
  forget(state, ended, false);
  for (Outcome& outcome : ended) {
    if (outcome.ok) outcome.text = printable(outcome.name) + " stopped and forgotten";
    if (!command.json || !outcome.ok) outcomes.push_back(std::move(outcome));
  }
  if (outcomes.empty()) return to_int(ExitCode::ok);
  return answer_outcomes(state, outcomes, answer_of(command.json, command.quiet));
}

std::variant<FromFiles, Failure> apps_of_files(const SelectorOptions& options) {
  FromFiles found;
  const auto any = std::any_of(options.selectors.begin(), options.selectors.end(), names_apps_file);
  if (!any) {
    found.selectors = options.selectors;
    return found;
  }
  auto opened = open_state(false);
  if (auto* failure = std::get_if<Failure>(&opened)) return *failure;
  const StateDirectory& state = std::get<StateDirectory>(opened);
  for (const std::string& word : options.selectors) {
    if (!is_apps_file(state, word)) {
      found.selectors.push_back(word);
      continue;
    }
    const auto source = read_apps(word, options.environment_name, options.only, false);
    if (const auto* failure = std::get_if<Failure>(&source)) return *failure;
    for (const AppEntry& app : std::get<AppsSource>(source).file.apps) {
      const std::string& name = *app.request.name;
      std::size_t wave = 0;
      for (const std::string& other : app.depends_on) wave = std::max(wave, found.order[other] + 1);
      found.order[name] = wave;
      if (exists(state.app_directory(name))) found.selectors.push_back("name:" + name);
    }
  }
  found.nothing = found.selectors.empty();
  return found;
}

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

std::vector<Outcome> stop_in_order(const Selection& selection, const StopHow& how, const FromFiles& files) {
  std::map<std::size_t, Selection, std::greater<>> waves;
  const auto wave_of = [&](const std::string& name) {
    const auto found = files.order.find(name);
    return found == files.order.end() ? 0 : found->second;
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

int init(const Init& command) {
  const std::string path = absolute_path(command.file);
  if (exists(path)) return fail({ExitCode::failed, command.file + " exists already; nothing was written"}, false);
  if (const Status written = write_atomically(path, example_apps_file(), Durability::synced); !written)
    return fail({ExitCode::failed, written.error().message()}, false);
  return print(printable(command.file) + " written; edit it, then: forever start " + printable(command.file) + "\n");
}

}  // namespace forever::cli
