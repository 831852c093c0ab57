#include "supervisor/instance/instance.hpp"

#include <algorithm>

#include "app/environment.hpp"
#include "app/runnable.hpp"
#include "app/state_directory.hpp"
#include "platform/clock.hpp"
#include "platform/input_pipe.hpp"
#include "platform/signals.hpp"
#include "supervisor/log/event_log.hpp"
#include "supervisor/ports/passed_sockets.hpp"
#include "text/number.hpp"

namespace forever {
namespace {

constexpr int kDeepestChain = 1000;  // ancestors; a bound for a table that changes while it is read

// Whether the border is on the way from `pid` up to us: an app that another app has started is in the cgroup of that app.
bool is_beyond(const Border& ends, Pid pid) {
  Pid at = pid;
  for (int depth = 0; at > 1 && at != current_pid() && depth < kDeepestChain; ++depth) {
    const Pid parent = parent_of(at);
    if (ends(at, parent)) return true;
    at = parent;
  }
  return false;
}

// What the program sees on top of its snapshot.
std::vector<std::string> environment_for(const AppSpec& spec, const std::optional<Credentials>& user,
                                         const SpawnContext& context, const InstanceMarker& marker) {
  std::vector<std::string> environment = spec.environment;
  const auto set = [&](const std::string& assignment) { (void)set_environment(environment, assignment); };
  if (user) set_user(environment, *user, spec.given_environment);
  // As cd leaves it (POSIX, 8.3): the place as typed, links kept. Where the caller was before is no business of the program.
  if (spec.directory.starts_with('/')) set("PWD=" + spec.directory);
  std::erase_if(environment, [](const std::string& entry) { return entry.starts_with("OLDPWD="); });
  set("FOREVER_INSTANCE=" + std::to_string(marker.slot));
  set("FOREVER_INSTANCES=" + std::to_string(spec.instances));
  set("NODE_APP_INSTANCE=" + std::to_string(marker.slot));
  for (const std::string& name : spec.increment_env) {
    if (const auto number = whole_number<std::uint64_t>(variable_of(environment, name)))
      set(name + '=' + std::to_string(*number + marker.slot));
  }
  if (!marker.prefix.empty()) set(std::string{kMarkerVariable} + '=' + marker_with_tag(marker));
  if (!context.passed.empty()) {  // and LISTEN_PID, by spawn_held
    set("LISTEN_FDS=" + std::to_string(context.passed.size()));
    set("LISTEN_FDNAMES=" + names_of_passed(spec));
  }
  std::erase_if(environment, [](const std::string& entry) { return entry.starts_with("FOREVER_CHANGED="); });
  if (!context.changed.empty()) set("FOREVER_CHANGED=" + context.changed);
  if (!context.notify_socket.empty()) set("NOTIFY_SOCKET=" + context.notify_socket);
  return environment;
}

// The recorded limits, with what was asked for by name over them.
std::vector<ResourceLimit> limits_for(const AppSpec& spec) {
  std::vector<ResourceLimit> limits = spec.limits;
  if (spec.max_open_files == 0) return limits;
  std::erase_if(limits, [](const ResourceLimit& limit) { return limit.name == "NOFILE"; });
  limits.push_back({"NOFILE", spec.max_open_files, spec.max_open_files});
  return limits;
}

}  // namespace

std::optional<SpawnFailure> Instance::spawn(const AppSpec& spec, const SpawnContext& context) {
  failure_.reset();
  failed_stage_.clear();
  SpawnRequest request;
  if (!spec.user.empty() || !spec.group.empty()) {
    auto user = find_credentials(spec.user.empty() ? std::to_string(effective_uid()) : spec.user, spec.group);
    if (!user) return SpawnFailure{SpawnStage::user, user.error().code.value()};
    request.user = std::move(*user);
  }
  const std::string path = variable_of(spec.environment, "PATH");
  const ProgramLookup script = find_program(spec.script, spec.directory, path);
  request.argv = runnable_command(spec, script);
  const bool interpreted = request.argv.front() != spec.script;
  const ProgramLookup program = interpreted ? find_program(request.argv.front(), spec.directory, path) : script;
  if (program.path.empty()) return SpawnFailure{SpawnStage::exec, program.code};
  request.program = program.path;
  command_ = request.argv;
  command_.front() = program.path;
  const std::uint32_t user = request.user ? request.user->uid : effective_uid();
  const InstanceMarker marker = context.ours != nullptr
                                    ? context.ours->mark(context.app, slot_, generation_ + 1, user)
                                    : InstanceMarker{context.marker_prefix, slot_, generation_ + 1, {}};
  request.environment = environment_for(spec, request.user, context, marker);
  if (!marker.prefix.empty()) request.pid_variable = kLeaderVariable;
  request.directory = spec.directory;
  request.session = context.session;
  request.umask = spec.umask;
  request.limits = limits_for(spec);
  request.nice = spec.nice;
  request.out = context.out;
  request.err = context.err;
  request.inherit_stdin = context.inherit_stdin;
  if (spec.input && !context.directory.empty()) {
    request.input = input_path(context.directory, slot_);
    if (const Status made = make_input_pipe(request.input); !made)
      return SpawnFailure{SpawnStage::output, made.error().code.value()};
  }
  request.share_ports = spec.shares_ports();
  request.keeper = context.keeper;
  request.passed = context.passed;
  auto held = spawn_held(std::move(request));
  if (!held) return SpawnFailure{SpawnStage::fork, held.error().code.value()};
  process_ = held->id;
  ended_ = false;
  held_.emplace(std::move(*held));
  if (const auto failure = enter_cgroup_of_its_own(spec, context)) {
    held_.reset();  // it ends at its gate
    process_ = {};
    return failure;
  }
  parent_ = Parent::us;
  ++generation_;
  started_wall_ms_ = to_ms(wall_now());
  return std::nullopt;
}

// At the gate: what the program is and starts is in the group from its first instruction on.
std::optional<SpawnFailure> Instance::enter_cgroup_of_its_own(const AppSpec& spec, const SpawnContext& context) {
  if (!spec.cgroup.any()) return std::nullopt;
  auto made = context.cgroups.make(spec.cgroup, slot_, generation_ + 1);
  Status done = made ? enter_cgroup(*made, process_.pid) : Status{made.error()};
  if (done) {
    cgroup_ = std::move(*made);
    return std::nullopt;
  }
  log_event(EventLevel::error, done.error().message());
  if (made) remove_cgroup(*made);
  return SpawnFailure{SpawnStage::cgroup, done.error().code.value()};
}

void Instance::open_gate() noexcept {
  if (at_gate() && !held_->calls) forever::open_gate(*held_);
}

void Instance::adopt_record(const InstanceStatus& recorded) {
  generation_ = recorded.generation;
  started_wall_ms_ = recorded.started_wall_ms;
}

void Instance::adopt_process(const InstanceStatus& recorded, Parent parent) {
  adopt_record(recorded);
  process_ = recorded.process;
  ended_ = false;
  parent_ = parent;
}

void Instance::forget_process() noexcept {
  process_ = {};
  held_.reset();
  if (cgroup_.empty()) return;
  remove_cgroup(cgroup_);  // what a kill mode leaves alive keeps it, until the next run is made
  cgroup_.clear();
}

std::vector<ProcessId> Instance::members(const std::vector<Pid>& orphans, const Border& ends) const {
  std::vector<Pid> roots = orphans;
  const bool leads = process_.pid != 0 && !ended_ && presence(process_) == Presence::alive;
  if (leads) roots.push_back(process_.pid);
  std::vector<ProcessId> found;
  if (!cgroup_.empty()) {
    for (const Pid pid : cgroup_members(cgroup_)) {
      if (!is_beyond(ends, pid)) roots.push_back(pid);
    }
  }
  for (const Pid pid : tree_of(roots, ends)) {
    // Each check costs some microseconds, and a restart waits for them.
    const auto id = leads && pid == process_.pid ? std::optional{process_} : identify_living(pid);
    if (id) found.push_back(*id);
  }
  for (const ProcessId& id : remembered_) {
    if (presence(id) == Presence::alive && std::ranges::find(found, id) == found.end()) found.push_back(id);
  }
  return found;
}

bool Instance::owns_cgroup(const std::vector<ProcessId>& members) const {
  return std::ranges::all_of(cgroup_members(cgroup_), [&](Pid pid) {
    return std::ranges::find(members, pid, &ProcessId::pid) != members.end() || !identify_living(pid);
  });
}

void Instance::remember_tree(const Border& ends) {
  remembered_.clear();
  for (const Pid pid : tree_of(std::vector<Pid>{process_.pid}, ends)) {
    if (pid == process_.pid) continue;
    if (const auto id = identify(pid)) remembered_.push_back(*id);
  }
}

InstanceStatus Instance::status() const {
  InstanceStatus status;
  status.slot = slot_;
  status.role = role_;
  status.state = life_.state();
  if (status.state == InstanceState::stopping) status.after = life_.after();
  status.process = process_;
  status.generation = generation_;
  status.started_ms = to_ms(life_.started());
  status.started_wall_ms = started_wall_ms_;
  if (const auto kill = life_.kill_time()) {
    status.due_ms = to_ms(*kill);
  } else if (const auto due = life_.deadline(); due && life_.state() == InstanceState::backoff) {
    status.due_ms = to_ms(*due);
  }
  if (const auto settles = life_.settles()) status.settles_ms = to_ms(*settles);
  status.history = life_.history();
  return status;
}

void signal_target(const Instance& instance, StopTarget target, int signal, const std::vector<ProcessId>& members,
                   bool shared_group) {
  const ProcessId& leader = instance.process();
  const bool leader_known = leader.pid != 0 && !instance.life().leader_gone();
  switch (target) {
    case StopTarget::leader:
      if (leader_known) (void)send_signal(leader, signal).ok();
      return;
    case StopTarget::group:
      if (!shared_group && leader.pid != 0) {
        (void)send_signal_to_group(leader, signal).ok();
      } else if (leader_known) {
        (void)send_signal(leader, signal).ok();
      }
      return;
    case StopTarget::tree:
      if (signal == kKillSignal && !instance.cgroup().empty() && instance.owns_cgroup(members))
        kill_cgroup(instance.cgroup());
      if (!shared_group && leader.pid != 0) (void)send_signal_to_group(leader, signal).ok();
      for (const ProcessId& member : members) {
        if (shared_group || process_group_of(member.pid) != leader.pid) (void)send_signal(member, signal).ok();
      }
      return;
  }
}

}  // namespace forever
