// save and resurrect: which apps there are to be, across a reboot.
//
// The list of `save` is what `resurrect` brings back. Without one it takes what `stopall --until-resurrect` has noted at
// a shutdown, else what is on record as wanted online, so that after a power cut, too, all is as it was.
#include "cli/boot/save.hpp"

#include <algorithm>
#include <set>

#include "app/saved_list.hpp"
#include "cli/apps_file/bring.hpp"
#include "cli/grammar/verb.hpp"
#include "cli/new_spec.hpp"
#include "client/view.hpp"
#include "platform/files.hpp"
#include "text/printable.hpp"

namespace forever::cli {
namespace {

std::string saved_path(const StateDirectory& state) { return state.path() + "/saved.json"; }
std::string noted_path(const StateDirectory& state) { return state.path() + "/until-resurrect.json"; }

Result<std::vector<SavedApp>> read_list(const std::string& path) {
  const auto text = read_record(path, std::size_t{256} << 20U);
  if (!text) return text.error();
  return saved_from_json(*text, path);
}

// Whether it is meant to run: what runs, and what ran when the machine went down.
bool wanted_online(const AppView& view) {
  // One that has ended for good, by its restart policy, has had its run.
  const auto& instances = view.status.instances;
  const bool ended =
      !instances.empty() && std::all_of(instances.begin(), instances.end(), [](const InstanceStatus& one) {
        return one.state == InstanceState::stopped || one.state == InstanceState::errored;
      });
  return view.status.desired == Desired::online && !ended;
}

// All recorded apps. An unreadable record is reported and left out.
std::vector<SavedApp> all_on_record(const StateDirectory& state, const std::vector<AppView>& views, bool& whole) {
  std::vector<SavedApp> apps;
  for (const AppView& view : views) {
    auto spec = state.read_spec(view.name);
    if (spec) {
      apps.push_back({std::move(*spec), wanted_online(view)});
    } else {
      complain(view.name + " is left out: " + spec.error().message());
      whole = false;
    }
  }
  std::sort(apps.begin(), apps.end(), [](const SavedApp& a, const SavedApp& b) { return a.spec.id < b.spec.id; });
  return apps;
}

struct Found {
  std::vector<SavedApp> apps;
  std::string error;  // of a list that could not be read; the record has been taken in its place
  bool noted = false;
};

Found list_to_resurrect(const StateDirectory& state, const std::vector<AppView>& views) {
  Found found;
  for (const std::string& path : {saved_path(state), noted_path(state)}) {
    if (!exists(path)) continue;
    auto list = read_list(path);
    if (list) {
      found.apps = std::move(*list);
      found.noted = path == noted_path(state);
      return found;
    }
    found.error = list.error().message();
    complain(found.error);
    complain("its record is used instead");
    break;
  }
  bool whole = true;
  found.apps = all_on_record(state, views, whole);
  if (!whole && found.error.empty()) found.error = "not all records could be read";
  return found;
}

// Apps come after those they depend on. A circle, which no apps file can have, is cut where it is found.
void put_in_order(std::vector<Wanted>& apps) {
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < apps.size(); ++i) places.emplace(apps[i].spec.name, i);
  std::vector<std::size_t> order;
  std::vector<char> seen(apps.size(), 0);
  std::vector<std::size_t> way;
  for (std::size_t first = 0; first < apps.size(); ++first) {
    if (seen[first] == 0) way.push_back(first);
    while (!way.empty()) {
      const std::size_t at = way.back();
      if (seen[at] == 2) {
        way.pop_back();
        continue;
      }
      if (seen[at] == 1) {
        seen[at] = 2;
        order.push_back(at);
        way.pop_back();
        continue;
      }
      seen[at] = 1;
      for (const std::string& name : apps[at].depends_on) {
        const auto place = places.find(name);
        if (place != places.end() && seen[place->second] == 0) way.push_back(place->second);
      }
    }
  }
  std::vector<Wanted> sorted;
  std::set<std::string> before;
  for (const std::size_t i : order) {
    std::erase_if(apps[i].depends_on, [&](const std::string& name) { return !before.contains(name); });
    before.insert(apps[i].spec.name);
    sorted.push_back(std::move(apps[i]));
  }
  apps = std::move(sorted);
}

std::vector<Wanted> steps_for(const StateDirectory& state, const std::vector<SavedApp>& apps,
                              const std::vector<AppView>& views) {
  std::vector<Wanted> wanted;
  for (const SavedApp& app : apps) {
    Wanted one{app.spec, app.spec.depends_on, Step::start, {}, true, false};
    const std::string name = printable(app.spec.name);
    const auto leave = [&](bool ok, const std::string& text) {
      one.step = Step::leave;
      one.ok = ok;
      one.text = text;
    };
    if (const auto recorded = state.read_spec(app.spec.name)) {
      one.known = true;
      one.spec.id = recorded->id;
    }
    const auto view =
        std::find_if(views.begin(), views.end(), [&](const AppView& v) { return v.name == app.spec.name; });
    const std::string word = view == views.end() ? "" : view->state_word();
    if (view != views.end() && view->foreign) {
      leave(false, name + " is supervised by another machine or container; nothing was changed");
    } else if (is_kept(word)) {
      leave(true, name + " is already " + word);
    } else if (!app.online) {
      leave(true, name + " stays stopped");
    } else if (view != views.end() && view->supervised) {
      one.step = Step::restart;
    } else if (auto failure = check_spec(one.spec)) {
      leave(false, name + ": " + failure->message);
    }
    wanted.push_back(std::move(one));
  }
  put_in_order(wanted);
  return wanted;
}

constexpr Option kSaveOptions[] = {
    kQuiet,
};
constexpr OptionGroup kSaveGroups[] = {{"Options", kSaveOptions}};

}  // namespace

Status note_until_resurrect(const StateDirectory& state) {
  std::vector<AppView> views = view_apps(state, true);
  bool whole = true;
  const auto apps = all_on_record(state, views, whole);
  return write_atomically(noted_path(state), saved_to_json(apps), Durability::synced);
}

constinit const Verb kSaveVerb{
    .name = "save",
    .family = family::kBoot,
    .operands = "[OPTION]...",
    .summary = "save the list of apps for resurrect",
    .text =
        "Saves all recorded apps, their settings and whether they are online, to saved.json in the state "
        "directory. If the existing list cannot be read, reports this and does not overwrite it.",
    .examples = "forever save",
    .groups = kSaveGroups,
    .begin = begin<Save>,
};
constinit const Verb kResurrectVerb{
    .name = "resurrect",
    .family = family::kBoot,
    .operands = "[OPTION]...",
    .summary = "start the apps that were online at the last save",
    .text =
        "Brings back the apps of the last `forever save`: starts those that were online unless they are running, "
        "and records the others. Without a saved list it starts the apps that were online when the machine went down.",
    .examples = "forever resurrect",
    .groups = kAnswerGroups,
    .begin = begin<Resurrect>,
};

std::optional<UsageError> Save::take(Operands& operands) { return take_none(operands, "save"); }

int Save::carry_out() const {
  auto opened = open_state(true);
  if (const auto* failure = std::get_if<Failure>(&opened)) return fail(*failure, false);
  const StateDirectory& state = std::get<StateDirectory>(opened);
  const std::string path = saved_path(state);
  // An unreadable list may be the only copy of a user's list.
  if (exists(path)) {
    if (const auto old = read_list(path); !old) return fail({ExitCode::failed, old.error().message()}, false);
  }
  std::vector<AppView> views = view_apps(state, true);
  tell_adoptions(views);
  bool whole = true;
  const auto apps = all_on_record(state, views, whole);
  if (const Status written = write_atomically(path, saved_to_json(apps), Durability::synced); !written)
    return fail({ExitCode::failed, written.error().message()}, false);
  const int code = to_int(whole ? ExitCode::ok : ExitCode::failed);
  if (which.quiet) return code;
  return print(std::to_string(apps.size()) + (apps.size() == 1 ? " app" : " apps") + " saved to " + printable(path) +
                   "; `forever resurrect` starts those that are online\n",
               code);
}

std::optional<UsageError> Resurrect::take(Operands& operands) { return take_none(operands, "resurrect"); }

int Resurrect::carry_out() const {
  auto opened = open_state(true);
  if (const auto* failure = std::get_if<Failure>(&opened)) return fail(*failure, which.json);
  const StateDirectory& state = std::get<StateDirectory>(opened);
  const std::vector<AppView> views = view_apps(state, true);
  tell_adoptions(views);
  const Found found = list_to_resurrect(state, views);
  std::vector<Wanted> wanted = steps_for(state, found.apps, views);
  const auto outcomes = bring(state, wanted, {which.quiet, false, {}});
  // What was to stay stopped and was not on record is put there, so that it can be started by its name.
  for (const Wanted& one : wanted) {
    if (one.step == Step::leave && one.ok && !one.known && !exists(state.spec_path(one.spec.name))) {
      if (state.make_app_directory(one.spec.name).ok()) (void)state.write_spec(one.spec).ok();
    }
  }
  const bool well = std::all_of(outcomes.begin(), outcomes.end(), [](const Outcome& outcome) { return outcome.ok; });
  if (found.noted && well) (void)remove_tree(noted_path(state)).ok();
  const int code = answer_outcomes(state, outcomes, which);
  return code == 0 && !found.error.empty() ? to_int(ExitCode::failed) : code;
}

}  // namespace forever::cli
