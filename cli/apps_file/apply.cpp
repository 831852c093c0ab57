// apply: what runs is made to be what an apps file says.
#include <algorithm>

#include "cli/apps/json.hpp"
#include "cli/apps_file/apply_plan.hpp"
#include "cli/apps_file/file_verbs.hpp"
#include "cli/grammar/verb.hpp"
#include "cli/terminal/print.hpp"
#include "client/caller.hpp"
#include "client/view.hpp"
#include "platform/files.hpp"
#include "text/json_text.hpp"
#include "text/printable.hpp"

namespace forever::cli {
namespace {

struct Apply final : Command {
  std::string file;  // an apps file
  bool dry_run = false, wait = false;
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};

constexpr Option kApplyOptions[] = {
    {{"--dry-run", ValueKind::none, "", "Prints what would be done, and does nothing."}, turn_on<&Apply::dry_run>},
    kOnly,
    kEnvironmentName,
    {{"--wait", ValueKind::none, "", "Returns only when each started app is ready."}, turn_on<&Apply::wait>},
    kJson,
    kQuiet,
};
constexpr OptionGroup kApplyGroups[] = {{"Options", kApplyOptions}};

bool runs(const AppView& view) { return is_kept(view.state_word()); }

Step step_for(Way way) {
  switch (way) {
    case Way::restart: return Step::restart;
    case Way::reload: return Step::reload;
    case Way::scale: return Step::scale;
  }
  return Step::restart;
}

// Whether a record that cannot be read, a newer forever's, names this file nevertheless.
bool record_names(const StateDirectory& state, const std::string& name, const std::string& apps_file) {
  std::string quoted = "\"";
  (void)append_json_escaped(quoted, apps_file);
  const auto text = read_record(state.spec_path(name));
  return text && text->find(quoted + '"') != std::string::npos;
}

}  // namespace

constinit const Verb kApplyVerb{
    .name = "apply",
    .family = family::kRunning,
    .operands = "FILE [OPTION]...",
    .summary = "bring the running apps in line with an apps file",
    .text =
        "Compares FILE with the recorded apps: starts apps that are new or not running, restarts only those that have "
        "changed, and deletes those that came from this file and are no longer in it (their logs stay). The plan "
        "is printed first.\n"
        "FILE is an apps file as for `forever start`.",
    .examples =
        "forever apply apps.json --dry-run\twhat would be done\n"
        "forever apply apps.json",
    .groups = kApplyGroups,
    .kind = OperandKind::file,
    .begin = begin<Apply>,
};

std::optional<UsageError> Apply::take(Operands& operands) {
  join(operands);
  if (operands.words.size() != 1) return missing("apply", "one apps file");
  file = std::move(operands.words.front());
  return std::nullopt;
}

namespace {

// What is on record of the apps, to be compared with the file. `left`: records that cannot be read, of apps that came from this file.
std::map<std::string, OnRecord> records_to_compare(const StateDirectory& state, const Views& views,
                                                   const std::vector<Wanted>& apps, const std::string& file, bool all,
                                                   std::vector<Outcome>& left) {
  std::map<std::string, OnRecord> recorded;
  for (const auto& [name, view] : views) {
    auto spec = state.read_spec(name);
    if (spec) {
      recorded.emplace(name, OnRecord{std::move(*spec), runs(view)});
    } else if (all && record_names(state, name, file)) {
      left.push_back({name, false, printable(name) + ": " + spec.error().message()});
    }
  }
  for (const Wanted& app : apps) {
    if (app.ok) continue;
    // Nothing can be compared, and nothing is changed.
    recorded.insert_or_assign(app.spec.name, OnRecord{app.spec, true});
    std::erase_if(left, [&](const Outcome& outcome) { return outcome.name == app.spec.name; });
  }
  return recorded;
}

}  // namespace

int Apply::carry_out() const {
  auto opened = open_state(!dry_run);
  if (const auto* failure = std::get_if<Failure>(&opened)) return fail(*failure, which.json);
  const StateDirectory& state = std::get<StateDirectory>(opened);
  const auto source = read_apps(file, which.environment_name, which.only);
  if (const auto* failure = std::get_if<Failure>(&source)) return fail(*failure, which.json, state.path());
  auto wanted = wanted_apps(state, std::get<AppsSource>(source));
  if (const auto* failure = std::get_if<Failure>(&wanted)) return fail(*failure, which.json, state.path());
  auto& apps = std::get<std::vector<Wanted>>(wanted);
  const Views views = views_by_name(state);
  const std::string& path = std::get<AppsSource>(source).path;
  std::vector<Outcome> left;
  const auto recorded = records_to_compare(state, views, apps, path, which.only.empty(), left);
  std::vector<AppSpec> specs;
  specs.reserve(apps.size());
  for (const Wanted& app : apps) specs.push_back(app.spec);
  const auto plan = plan_apply(specs, recorded, path, !which.only.empty());
  if (dry_run || (!which.json && !which.quiet)) {
    if (const int code = print(describe_plan(plan)); code != 0 || dry_run) return code;
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
  std::vector<Outcome> ended;
  const auto end_gone = [&] {
    for (Outcome& outcome : set_newer_aside(gone)) left.push_back(std::move(outcome));
    if (!gone.targets.empty()) ended = stop_targets(gone, {false, which.quiet, true});
    gone.targets.clear();
  };
  // The app that has run this command goes last, whatever is done to it.
  const auto caller = calling_app(state);
  if (std::ranges::any_of(apps, [&](const Wanted& app) { return app.spec.name == caller && app.step != Step::leave; }))
    end_gone();
  auto outcomes = bring(state, apps, {which.quiet, wait, {}});
  if (!which.json) {  // what is unchanged has been counted
    std::erase_if(outcomes,
                  [](const Outcome& outcome) { return outcome.ok && outcome.text.ends_with(" is unchanged"); });
  }
  end_gone();
  outcomes.insert(outcomes.end(), left.begin(), left.end());
  forget(state, ended, false);
  for (Outcome& outcome : ended) {
    if (outcome.ok) outcome.text = printable(outcome.name) + " deleted";
    if (!which.json || !outcome.ok) outcomes.push_back(std::move(outcome));
  }
  if (outcomes.empty()) return to_int(ExitCode::ok);
  return answer_outcomes(state, outcomes, which);
}

}  // namespace forever::cli
