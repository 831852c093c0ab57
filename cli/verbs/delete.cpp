// delete: what runs of the apps is stopped, and nothing of them stays on record.
#include "cli/verbs/delete.hpp"

#include "cli/grammar/verb.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "app/ids.hpp"
#include "app/other_apps.hpp"
#include "app/watchers.hpp"
#include "cli/apps/json.hpp"
#include "cli/apps/outcome.hpp"
#include "cli/apps_file/file_verbs.hpp"
#include "client/view.hpp"
#include "platform/local_socket.hpp"
#include "platform/signals.hpp"
#include "platform/users.hpp"

namespace forever::cli {

namespace {

constexpr Milliseconds kEndPatience{5000};
constexpr Milliseconds kEndLook{5};

// Kills keeper, supervisor and instances of an app that could not be stopped, as far as the record tells of them and nothing speaks
// against it. Returns what could not be checked, in words behind "deleted".
std::string end_by_force(const StateDirectory& state, const std::string& name) {
  const AppView view = view_app(state, name, false);
  if (view.foreign) return "; whether it still runs on another machine or in another container could not be checked";
  const Ours ours{state};
  const AppStatus& status = view.status;
  const std::array<Pid, 2> watchers{status.supervisor.pid, status.keeper.pid};
  std::vector<ProcessId> all;
  for (const InstanceStatus& instance : status.instances) {
    const auto user = find_credentials(status.user, {});
    const bool believed =
        instance.process.pid != 0 && presence(instance.process) == Presence::alive &&
        ours.may_be_instance(name, instance.slot, instance.process, watchers, user ? user->uid : effective_uid());
    if (!believed || status.host != host_id()) continue;
    for (const Pid pid : tree_of(std::array{instance.process.pid}, other_app_begins)) {
      if (const auto id = identify_living(pid)) all.push_back(*id);
    }
  }
  std::vector<ProcessId> ends;
  for (const ProcessId& id : {status.keeper, status.supervisor}) {
    if (may_watch(state, name, id)) ends.push_back(id);
  }
  ends.insert(ends.end(), all.begin(), all.end());
  for (const ProcessId& id : ends) (void)send_signal(id, kKillSignal).ok();
  const Time deadline = steady_now() + kEndPatience;
  const auto lives = [](const ProcessId& id) { return presence(id) == Presence::alive; };
  while (std::ranges::any_of(ends, lives) && steady_now() < deadline) (void)wait_readable({}, kEndLook);
  if (std::ranges::any_of(ends, lives)) return "; some of its processes could not be ended";
  return view.supervised && ends.empty() ? "; who holds its lock could not be found out" : "";
}

constexpr Option kDeleteOptions[] = {
    {{"--keep-logs", ValueKind::none, "", "Keeps the log files. Logs outside the state directory are never removed."},
     turn_on<&Delete::keep_logs>},
    {{"-f,--force", ValueKind::none, "",
      "Ends the app without asking it, and removes its record even if its supervisor does not answer or another "
      "machine or "
      "container keeps it; says what it could not check."},
     turn_on<&Delete::force>},
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
  std::vector<Outcome> outcomes = stop_in_order(selection, {force, which.quiet, true}, files);
  std::map<std::string, const Target*> targets;
  for (const Target& target : selection.targets) targets.emplace(target.name, &target);
  std::map<std::string, std::string> unchecked;
  std::vector<Outcome> forced;
  for (Outcome& outcome : outcomes) {
    if (outcome.ok || !force) continue;
    unchecked[outcome.name] = end_by_force(selection.state, outcome.name);
    const Status removed = selection.state.remove_app(outcome.name, !keep_logs);  // even if its lock is held
    forced.push_back({outcome.name, removed.ok(), removed ? std::string{} : removed.error().message()});
    if (removed) release_ids(selection.state, {outcome.name});
  }
  std::erase_if(outcomes, [&](const Outcome& outcome) { return unchecked.contains(outcome.name); });
  for (Outcome& outcome : outcomes) {
    if (outcome.ok) continue;
    // A record that cannot be read, or names an unrelated process, is removed as well, if nothing is supervised under its name.
    const AppView view = view_app(selection.state, outcome.name, false);
    outcome.ok = !view.supervised && !view.foreign && view.state_word() != "unsupervised";
  }
  forget(selection.state, outcomes, !keep_logs);
  outcomes.insert(outcomes.end(), forced.begin(), forced.end());
  outcomes.insert(outcomes.end(), kept.begin(), kept.end());
  std::vector<std::string> deleted;
  std::string error;
  for (Outcome& outcome : outcomes) {
    if (outcome.ok) outcome.text = words_for(*targets.at(outcome.name)) + " deleted" + unchecked[outcome.name];
    if (outcome.ok) deleted.push_back(outcome.name);
    if (!outcome.ok) error += (error.empty() ? "" : "; ") + outcome.text;
  }
  if (!which.json) return answer_outcomes(selection.state, outcomes, which);
  if (!error.empty()) complain(error);
  return print(json_deleted(selection.state.path(), deleted, error),
               to_int(error.empty() ? ExitCode::ok : ExitCode::failed));
}

}  // namespace forever::cli
