#include "supervisor/succession/lost.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "app/ids.hpp"
#include "app/marker.hpp"
#include "platform/files.hpp"
#include "platform/output_pipe.hpp"
#include "platform/users.hpp"

namespace forever {
namespace {

// What lives of one process of a slot: itself, or what it has started and left behind.
struct Run {
  ProcessId process;  // itself; if it is gone: its pid, and the start of the oldest that it left
  bool leads = false;

  void take(const ProcessId& id) {
    // If no record names the leader it is the oldest.
    const Pid leader = leader_of(id.pid).value_or(id.pid);
    const bool is_leader = leader == id.pid;
    if (leads && !is_leader) return;
    if (process.pid != 0 && leads == is_leader && process.start_time <= id.start_time) return;
    process = {leader, id.start_time};
    leads = is_leader;
  }
};

// Until it is reaped, the start time of a leader that has ended is still known.
ProcessId gone_leader(const ProcessId& guess) {
  const auto there = identify(guess.pid);
  const bool is_it = there && there->start_time <= guess.start_time && presence(*there) == Presence::zombie;
  return is_it ? *there : guess;
}

InstanceStatus status_of(std::uint32_t slot, std::uint64_t generation, const Run& run) {
  InstanceStatus instance;
  instance.slot = slot;
  instance.state = InstanceState::online;
  instance.process = run.leads ? run.process : gone_leader(run.process);
  instance.generation = generation;
  const Milliseconds age = run.leads ? age_of(run.process) : Milliseconds{0};
  instance.started_ms = to_ms(steady_now() - age);
  instance.started_wall_ms = to_ms(wall_now() - age);
  return instance;
}

// Slot by slot, the newest first. A descendant of the keeper belongs to the app in any case; any other process only with a genuine
// mark.
std::vector<InstanceStatus> find_by_marker(const SupervisedApp& app) {
  const std::string prefix = app.ours->prefix_of(app.name);
  std::map<std::uint32_t, std::map<std::uint64_t, Run, std::greater<>>> runs;
  const auto consider = [&](const ProcessId& id, bool below_keeper) {
    const auto marker = below_keeper ? marker_of(id.pid) : app.ours->marker_of(id);
    if (!marker || marker->prefix != prefix || marker->slot >= kMostInstances) return;
    if (presence(id) == Presence::alive) runs[marker->slot][marker->generation].take(id);
  };
  for (const Pid pid : children_of(app.keeper.pid)) {
    if (const auto id = pid == app.self.pid ? std::nullopt : identify(pid)) consider(*id, true);
  }
  // After a keeper has died, its descendants have no parent of this app.
  if (app.generation == 0 || app.lost) for_each_process([&](const ProcessEntry& entry) { consider(entry.id, false); });
  std::vector<InstanceStatus> found;
  for (const auto& [slot, generations] : runs) {
    for (const auto& [generation, run] : generations) found.push_back(status_of(slot, generation, run));
  }
  return found;
}

const InstanceStatus* serving_in(const std::vector<InstanceStatus>& instances, std::uint32_t slot) {
  const auto found = std::ranges::find_if(
      instances, [&](const InstanceStatus& one) { return one.slot == slot && one.role == Role::serving; });
  return found == instances.end() ? nullptr : &*found;
}

}  // namespace

void recover_lost(const SupervisedApp& app, AppStatus& last) {
  if (app.fresh && app.generation == 0 && last.instances.empty()) return;
  const std::vector<InstanceStatus> recorded = last.instances;
  // That nothing runs is not looked into before a start by hand; a successor's record may be older than a full disk.
  const auto is_told = [&](std::uint32_t slot) {
    const InstanceStatus* const known = serving_in(recorded, slot);
    return known != nullptr && (presence(known->process) == Presence::alive ||
                                (known->process.pid == 0 && app.fresh && app.generation == 0));
  };
  bool all_told = true;
  for (std::uint32_t slot = 0; slot < app.spec.instances; ++slot) all_told = all_told && is_told(slot);
  if (all_told) return;
  std::optional<std::uint32_t> taken;  // the slot that has its own again
  for (InstanceStatus& found : find_by_marker(app)) {
    const InstanceStatus* const known = serving_in(recorded, found.slot);
    // What is older than the record a kill mode has left alone.
    const bool on_record = std::ranges::any_of(recorded, [&](const InstanceStatus& one) {
      return one.slot == found.slot && one.generation == found.generation;
    });
    if (on_record || is_told(found.slot) || (known != nullptr && known->generation > found.generation)) continue;
    if (taken == found.slot) {
      found.role = Role::retiring;
    } else {
      taken = found.slot;
      if (known != nullptr) {
        found.history = known->history;
        std::swap(last.instances[static_cast<std::size_t>(known - recorded.data())], found);
        if (found.process.pid == 0) continue;
        found.role = Role::retiring;
      }
    }
    last.instances.push_back(std::move(found));
  }
}

std::optional<AppStatus> status_from_kernel(const SupervisedApp& app) {
  AppStatus status;
  for (InstanceStatus& found : find_by_marker(app)) {
    if (serving_in(status.instances, found.slot) != nullptr) found.role = Role::retiring;
    status.instances.push_back(std::move(found));
  }
  if (status.instances.empty()) return std::nullopt;
  status.name = app.name;
  // Whether other claims still hold is not for us to say.
  if (const auto id = claim_id(app.state, app.name, [](const std::string&) { return true; })) status.id = *id;
  status.app_namespace = "default";
  status.out_log = app.state.out_log_path(app.name);
  status.err_log = app.state.err_log_path(app.name);
  status.host = app.host;
  status.desired = Desired::online;
  const auto leader = std::ranges::find_if(
      status.instances, [](const InstanceStatus& one) { return presence(one.process) == Presence::alive; });
  if (leader == status.instances.end()) return status;
  const Pid pid = leader->process.pid;
  if (const auto facts = facts_of("/proc/" + std::to_string(pid))) status.user = user_name(facts->owner);
  status.command = arguments_of(pid);
  status.directory = directory_of(pid);
  const auto out = hold_fifo_of(pid, 1), err = hold_fifo_of(pid, 2);
  const bool merged = out && err && facts_of(out->get()).value().inode == facts_of(err->get()).value().inode;
  if (merged) status.err_log.clear();
  return status;
}

}  // namespace forever
