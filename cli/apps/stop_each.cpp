// Stopping apps, whatever has become of them.
#include "cli/apps/stop_each.hpp"

#include <algorithm>

#include "app/ids.hpp"
#include "cli/apps/json.hpp"
#include "client/ask.hpp"
#include "client/launch_lock.hpp"
#include "client/view.hpp"
#include "text/printable.hpp"

namespace forever::cli {
namespace {

bool errored(const AppStatus& status) {
  return std::any_of(status.instances.begin(), status.instances.end(),
                     [](const InstanceStatus& instance) { return instance.state == InstanceState::errored; });
}

// The pid on record that now is somebody else's; 0 if there is none.
Pid stranger_in(const AppView& view) {
  for (const InstanceStatus& instance : view.status.instances) {
    const Pid pid = instance.process.pid;
    if (pid > 0 && presence(instance.process) == Presence::gone && identify(pid)) return pid;
  }
  return 0;
}

// Writes that the app is to be stopped (and, with `clear`, that nothing of it runs) unless somebody supervises it meanwhile.
Status record_stop(const StateDirectory& state, AppStatus status, bool clear) {
  Traces traces{state};
  const auto lock = lock_for_launch(state, status.name, host_id(), clear ? nullptr : &traces);
  if (!lock) return lock.error();
  if (!*lock) return Done{};
  status.desired = Desired::stopped;
  status.plan = clear ? PlanStep::none : PlanStep::stopping;
  for (InstanceStatus& instance : status.instances) {
    if (!clear) continue;
    instance.state = InstanceState::stopped;
    instance.process = {};
  }
  return state.write_status(status);
}

Outcome failed(const Target& target, const std::string& why) {
  return {target.name, false, words_for(target) + ": " + why};
}

// What can be said of a target without asking a supervisor; nothing if one is to be asked.
std::optional<Outcome> settle(const StateDirectory& state, const Target& target, AppView view) {
  if (view.supervised) return std::nullopt;
  if (view.foreign) return failed(target, "is kept by another machine or container; nothing was touched");
  // A lost status tells nothing, so whatever lives is looked for.
  if (view.status.host == HostId{}) view = view_app(state, target.name, true);
  if (view.supervised) return std::nullopt;
  if (!view.trouble.empty()) return failed(target, view.trouble);
  if (at_rest(view.status) || view.rebooted) {
    if (!at_rest(view.status) || errored(view.status)) {
      view.status.name = target.name;
      if (const Status done = record_stop(state, view.status, true); !done)
        return failed(target, done.error().message());
    }
    return Outcome{target.name, true, words_for(target) + " is stopped already"};
  }
  // It was left behind by a supervisor that is gone: the next one finds `stopped` on record and finishes the work.
  const Pid stranger = stranger_in(view);
  if (const Status done = record_stop(state, view.status, false); !done) return failed(target, done.error().message());
  view = view_app(state, target.name, true);
  if (!view.trouble.empty()) return failed(target, view.trouble);
  if (stranger == 0) return std::nullopt;
  (void)ask_supervisors(state, {{target.name, {Operation::stop, {}, 0, false, {}}}}, {});
  return failed(target, "pid " + std::to_string(stranger) +
                            " belongs to another program now; it was left alone, and the record was put right");
}

}  // namespace

std::string pid_words(const std::vector<Pid>& pids) {
  std::string words;
  for (const Pid pid : pids) {
    if (pid > 0) words += (words.empty() ? ", pid " : ", ") + std::to_string(pid);
  }
  return words;
}

std::string words_for(const Target& target) {
  std::string words = printable(target.name);
  if (target.slot) words += " slot " + std::to_string(*target.slot);
  const bool by_name = target.matched.starts_with("name ") || target.matched == "all";
  return by_name || target.matched.empty() ? words : words + " (" + printable(target.matched) + ")";
}

std::vector<Outcome> stop_targets(const Selection& selection, const StopHow& how) {
  std::vector<Outcome> outcomes(selection.targets.size());
  std::vector<ControlTarget> asked;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < selection.targets.size(); ++i) {
    const Target& target = selection.targets[i];
    if (auto settled = settle(selection.state, target, selection.view_of(target))) {
      outcomes[i] = std::move(*settled);
      continue;
    }
    ControlRequest request{Operation::stop, target.slot, 0, how.force, {}};
    asked.push_back({target.name, std::move(request)});
    places.push_back(i);
  }
  const auto progress = [&](const std::string&, const std::string& text) {
    if (!how.quiet) tell(text);
  };
  if (asked.empty()) return outcomes;
  auto replies = ask_supervisors(selection.state, asked, progress);
  for (std::size_t i = 0; i < replies.size(); ++i) {
    const Target& target = selection.targets[places[i]];
    Outcome& outcome = outcomes[places[i]];
    if (!replies[i]) {
      outcome = failed(target, replies[i].error().message());
    } else if (!replies[i]->ok) {
      outcome = failed(target, replies[i]->text);
    } else {
      outcome = {target.name, true, words_for(target) + " stopped"};
    }
  }
  return outcomes;
}

std::vector<Outcome> set_newer_aside(Selection& selection) {
  std::vector<Outcome> kept;
  const StateDirectory& state = selection.state;
  std::erase_if(selection.targets, [&](const Target& target) {
    const auto spec = state.read_spec(target.name);
    const auto status = state.read_status(target.name);
    const Error* const error = !spec && is_of_newer_format(spec.error())       ? &spec.error()
                               : !status && is_of_newer_format(status.error()) ? &status.error()
                                                                               : nullptr;
    if (error == nullptr) return false;
    kept.push_back(failed(target, error->message() + "; delete it by the newer one, or remove the folder " +
                                      state.app_directory(target.name)));
    return true;
  });
  return kept;
}

void forget(const StateDirectory& state, std::vector<Outcome>& outcomes, bool logs_too) {
  std::vector<std::string> names;
  for (const Outcome& outcome : outcomes) {
    if (outcome.ok) names.push_back(outcome.name);
  }
  const std::vector<Status> removed = state.remove_apps(names, logs_too);
  for (std::size_t i = names.size(); i-- > 0;) {
    if (!removed[i]) names.erase(names.begin() + static_cast<std::ptrdiff_t>(i));
  }
  release_ids(state, names);
  auto next = removed.begin();
  for (Outcome& outcome : outcomes) {
    if (!outcome.ok) continue;
    if (!*next) outcome = {outcome.name, false, next->error().message()};
    ++next;
  }
}

int answer_outcomes(const StateDirectory& state, const std::vector<Outcome>& outcomes, const SelectorOptions& options) {
  std::string done, error;
  for (const Outcome& outcome : outcomes) {
    if (outcome.ok) {
      done += outcome.text + "\n";
    } else {
      complain(outcome.text);
      error += (error.empty() ? "" : "; ") + outcome.text;
    }
  }
  const int code = to_int(error.empty() ? ExitCode::ok : ExitCode::failed);
  if (options.json) {
    std::vector<AppLook> looks;
    const Time now = steady_now();
    for (const Outcome& outcome : outcomes) {
      if (looks.empty() || looks.back().view.name != outcome.name)
        looks.push_back(look_at(view_app(state, outcome.name, false), now));
    }
    return print(json_list(state.path(), looks, error), code);
  }
  if (outcomes.empty()) done = "no apps in " + printable(state.path()) + "\n";
  return options.quiet ? code : print(done, code);
}

}  // namespace forever::cli
