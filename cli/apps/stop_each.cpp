// Stopping apps, whatever has become of them.
#include "cli/apps/stop_each.hpp"

#include <algorithm>

#include "app/ids.hpp"
#include "cli/apps/ask_each.hpp"
#include "client/ask.hpp"
#include "client/launch_lock.hpp"
#include "client/view.hpp"
#include "platform/files.hpp"

namespace forever::cli {
namespace {

bool errored(const AppStatus& status) {
  return std::any_of(status.instances.begin(), status.instances.end(),
                     [](const InstanceStatus& instance) { return instance.state == InstanceState::errored; });
}

// The recorded pid that now belongs to another process; 0 if there is none.
Pid stranger_in(const AppView& view) {
  for (const InstanceStatus& instance : view.status.instances) {
    const Pid pid = instance.process.pid;
    if (pid > 0 && presence(instance.process) == Presence::gone && identify(pid)) return pid;
  }
  return 0;
}

// Records that the app is to be stopped (and, with `clear`, that nothing of it runs) unless it is supervised meanwhile.
Status record_stop(const StateDirectory& state, AppStatus status, bool clear) {
  Traces traces{state};
  const auto lock = lock_for_launch(state, status.name, host_id(), clear ? nullptr : &traces);
  if (!lock) return lock.error();
  if (!*lock || !exists(state.app_directory(status.name))) return Done{};  // or deleted by now
  status.desired = Desired::stopped;
  status.plan = clear ? PlanStep::none : PlanStep::stopping;
  for (InstanceStatus& instance : status.instances) {
    if (!clear) continue;
    instance.state = InstanceState::stopped;
    instance.process = {};
  }
  return state.write_status(status);
}

// The outcome for a target that needs no supervisor; nothing if its supervisor must be asked.
std::optional<Outcome> settle(const StateDirectory& state, const Target& target, AppView view) {
  if (view.supervised) return std::nullopt;
  if (view.foreign) return failed(target, "is supervised by another machine or container; nothing was changed");
  // The status is lost, so running processes are searched.
  if (view.status.host == HostId{}) view = view_app(state, target.name, true);
  if (view.supervised) return std::nullopt;
  if (!view.trouble.empty()) return failed(target, view.trouble);
  if (at_rest(view.status) || view.rebooted) {
    if (!at_rest(view.status) || errored(view.status)) {
      view.status.name = target.name;
      if (const Status done = record_stop(state, view.status, true); !done)
        return failed(target, done.error().message());
    }
    return Outcome{target.name, true, words_for(target) + " is already stopped"};
  }
  // It was left behind by a supervisor that is gone: the next one finds `stopped` on record and finishes the work.
  const Pid stranger = stranger_in(view);
  if (const Status done = record_stop(state, view.status, false); !done) return failed(target, done.error().message());
  view = view_app(state, target.name, true);
  if (!view.trouble.empty()) return failed(target, view.trouble);
  if (stranger == 0) return std::nullopt;
  (void)ask_supervisors(state, {{target.name, {.operation = Operation::stop}}}, {});
  return failed(target, "pid " + std::to_string(stranger) +
                            " now belongs to another program; it was not signalled, and the record was corrected");
}

}  // namespace

std::vector<Outcome> stop_targets(const Selection& selection, const StopHow& how) {
  Asking asking;
  asking.request = [&](const Selection& all, const Target& target) -> std::variant<ControlRequest, Outcome> {
    if (auto settled = settle(all.state, target, all.view_of(target))) return std::move(*settled);
    return ControlRequest{.operation = Operation::stop, .slot = target.slot, .force = how.force, .forget = how.forget};
  };
  asking.done = [](const ControlReply&) { return std::string{" stopped"}; };
  asking.progress = true;
  return ask_targets(selection, asking, how.quiet);
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
    kept.push_back(failed(target, error->message() + "; delete it with the newer version, or remove the directory " +
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

}  // namespace forever::cli
