#include "supervisor/instance/carry_out.hpp"

#include "app/marker.hpp"
#include "platform/signals.hpp"
#include "supervisor/instance/events.hpp"
#include "supervisor/tokens.hpp"
#include "text/units.hpp"

namespace forever {
namespace {

constexpr std::size_t kLastLines = 2048;  // bytes of a crash's last lines

// Whether it was the kernel that ended it, since its cgroup had no memory left.
bool over_memory_limit(const Instance& instance, const action::RecordExit& exit) {
  return exit.trigger == Trigger::crash && exit.status.kind == ExitStatus::Kind::signalled &&
         exit.status.code == kKillSignal && !instance.cgroup().empty() && cgroup_memory_kills(instance.cgroup()) > 0;
}

// An instance on its way out, or not in yet, is never started again by a request for all instances of the app.
LifecycleEvent allowed(const Instance& instance, LifecycleEvent event) {
  if (instance.role() == Role::serving) return event;
  if (std::holds_alternative<event::Start>(event)) return event::Tick{};
  if (auto* const stop = std::get_if<event::Stop>(&event)) stop->again = false;
  return event;
}

}  // namespace

void CarryOut::advance(Instance& instance, const LifecycleEvent& asked) {
  const LifecycleEvent event = allowed(instance, asked);
  const Time now = steady_now();
  if (std::holds_alternative<event::Stop>(event) && instance.parent() == Parent::nobody &&
      !instance.life().leader_gone()) {
    instance.remember_tree(trees_.border());
    for (const ProcessId& id : instance.remembered()) (void)loop_.watch_process(id, kProcessToken).ok();
  }
  const auto actions = instance.life().handle(event, now, chance_.next());
  app_.dirty = true;
  // The fork first: the child prepares itself on another core while the rest is done; it cannot pass its gate before settle().
  std::optional<action::RecordExit> ended;
  bool spawn = false;
  for (const LifecycleAction& act : actions) {
    if (const auto* const exit = std::get_if<action::RecordExit>(&act)) ended = *exit;
    if (std::holds_alternative<action::Spawn>(act)) spawn = true;
  }
  if (ended && over_memory_limit(instance, *ended)) ended->trigger = Trigger::cgroup_memory;
  const ProcessId old = instance.process();
  const std::string stage = instance.failed_stage();
  if (instance.life().leader_gone() && instance.life().state() != InstanceState::stopping) {
    app_.pids_dirty = app_.pids_dirty || instance.process().pid != 0;
    instance.forget_process();
  }
  if (ended) ports_.process_ended(link_, instance.key());
  if (ended) notices_.process_ended(link_, instance.key());
  std::optional<LifecycleEvent> spawned;
  if (spawn) spawned = spawn_next(instance);
  if (ended) record_exit(instance, old, stage, *ended);
  for (const LifecycleAction& act : actions) {
    if (const auto* const signal = std::get_if<action::Signal>(&act)) {
      signal_members(instance, *signal);
    }
  }
  if (!spawned) return;
  life_begins_.insert_or_assign(instance.key(), outputs_.mark());  // it waits at its gate, and has written nothing yet
  app_.pids_dirty = true;
  if (!instance.command().empty()) app_.command = instance.command();
  advance(instance, *spawned);
}

// The program's sockets first: without them it is not started.
LifecycleEvent CarryOut::spawn_next(Instance& instance) {
  // One number for each process that a slot has ever had, though two of them may live side by side.
  for (const Instance& other : roster_) {
    if (other.slot() == instance.slot()) instance.count_from(other.generation());
  }
  const auto refused = [&](const Error& error) {
    app_.log_later(EventLevel::error, error.message());
    return not_spawned(instance, {SpawnStage::sockets, error.code.value()});
  };
  // What it does not share it has to itself: a socket that its predecessor left with us would be in its way.
  if (!app_.spec.shares_ports()) ports_.release(link_, instance.key());
  if (const Status opened = passed_.open(link_, app_.spec); !opened) return refused(opened.error());
  SpawnContext context = spawn_context(instance.slot());
  context.passed = passed_.handles();
  if (app_.spec.ready_when() == ReadyWhen::notify) {
    auto name = notices_.open(
        instance.key(),
        "@forever/" + marker_text({context.marker_prefix, instance.slot(), instance.generation() + 1, {}}));
    if (!name) return refused(name.error());
    context.notify_socket = std::move(*name);
  }
  const LifecycleEvent event = spawn_event(loop_, instance, app_.spec, context, kReportToken + instance.key());
  if (instance.process().pid != 0)
    notices_.process_started(link_, instance.key(), instance.slot(), instance.process().pid);
  return event;
}

std::optional<Outputs::Mark> CarryOut::begin_of_life(const Instance& instance) const {
  const auto found = life_begins_.find(instance.key());
  return found == life_begins_.end() ? std::nullopt : std::optional{found->second};
}

void CarryOut::record_exit(const Instance& instance, const ProcessId& process, const std::string& stage,
                           const action::RecordExit& exit) {
  LastExit last = last_exit(instance, process, stage, exit);
  outputs_.pump(steady_now(), true);
  const bool crashed = exit.trigger == Trigger::crash || exit.trigger == Trigger::cgroup_memory;
  if (crashed || !app_.spec.on_exit.command.empty())
    last.last_lines = outputs_.last_lines(kLastLines, begin_of_life(instance));
  attendance_.tell_exit(instance, last, outputs_.err(instance.slot()));
  if (!crashed) last.last_lines.clear();
  app_.log_later(crashed ? EventLevel::warning : EventLevel::info,
                 "pid " + std::to_string(process.pid) + " " + describe_exit(exit.status, last.stage) + " after " +
                     format_duration(exit.uptime) + " (" + last.trigger + ")");
  app_.last_exits.push_back(std::move(last));
  if (app_.last_exits.size() > kKeptExits) app_.last_exits.erase(app_.last_exits.begin());
}

void CarryOut::signal_members(const Instance& instance, const action::Signal& signal) {
  const std::vector<ProcessId> members = trees_.members(instance);
  signal_target(instance, signal.target, signal.signal, members, false);
  if (!app_.lost) return;
  // The end of what hangs below init is heard of through a pidfd only.
  for (const ProcessId& member : members) {
    if (member != instance.process() && trees_.parent_for(member) == Parent::nobody)
      (void)loop_.watch_process(member, kProcessToken).ok();
  }
}

void CarryOut::leave_to_end(Instance& instance, Role role) {
  RestartPolicy never = app_.spec.restart;
  never.on = RestartOn::never;
  instance.set_role(role);
  instance.life().set_policies(never, app_.spec.stop);
}

SpawnContext CarryOut::spawn_context(std::uint32_t slot) const {
  SpawnContext context;
  context.out = outputs_.out(slot);
  context.err = outputs_.err(slot);
  context.directory = app_.state.app_directory(app_.name);
  context.ours = &*app_.ours;
  context.app = app_.name;
  context.marker_prefix = app_.ours->prefix_of(app_.name);
  context.keeper = app_.keeper.pid;
  context.changed = app_.changed;
  if (app_.spec.cgroup.any()) context.cgroups = Cgroups{context.marker_prefix};
  return context;
}

void CarryOut::read_report(Instance& instance) {
  if (Handle calls = calls_of(loop_, instance))
    ports_.process_started(link_, instance.key(), instance.slot(), instance.process().pid, std::move(calls));
  const auto executed = report_event(loop_, instance);
  if (!executed) return;
  advance(instance, *executed);
  app_.log_later(EventLevel::info, "online, pid " + std::to_string(instance.process().pid));
}

void CarryOut::leader_ended(Instance& instance, ExitStatus status) {
  instance.mark_ended();
  read_report(instance);
  const LifecycleEvent ended = end_event(loop_, instance, status, trees_.empty(instance));
  if (instance.parent() == Parent::nobody) loop_.unwatch_process(instance.process());
  advance(instance, ended);
}

void CarryOut::look_at_trees() {
  for (Instance& instance : roster_) {
    if (instance.life().state() == InstanceState::stopping && instance.life().leader_gone() && trees_.empty(instance)) {
      advance(instance, event::TreeEmpty{});
    }
  }
}

std::optional<Time> CarryOut::due(Time) const {
  std::optional<Time> soonest;
  for (const Instance& instance : roster_) sooner(soonest, instance.life().deadline());
  return soonest;
}

void CarryOut::tick(Time now) {
  for (Instance& instance : roster_) {
    if (!is_due(instance.life().deadline(), now)) continue;
    look_at_trees();
    advance(instance, event::Tick{});
  }
}

}  // namespace forever
