// What the decisions of lifecycles come to: processes started and signalled, trees looked at, exits recorded.
#include <algorithm>
#include <tuple>

#include "app/log_paths.hpp"
#include "app/marker.hpp"
#include "app/other_apps.hpp"
#include "platform/files.hpp"
#include "platform/lock.hpp"
#include "platform/signals.hpp"
#include "platform/users.hpp"
#include "supervisor/instance/events.hpp"
#include "supervisor/instance/health_and_hooks.hpp"
#include "supervisor/supervision.hpp"
#include "supervisor/tokens.hpp"
#include "text/units.hpp"

namespace forever {
namespace {

constexpr Milliseconds kFinishPatience{1000};  // for a keeper that is suspended or starved
constexpr std::size_t kLastLines = 2048;       // bytes of a crash's last lines

// Whether it was the kernel that ended it, since its cgroup had no memory left.
bool over_memory_limit(const Instance& instance, const action::RecordExit& exit) {
  return exit.trigger == Trigger::crash && exit.status.kind == ExitStatus::Kind::signalled &&
         exit.status.code == kKillSignal && !instance.cgroup().empty() && cgroup_memory_kills(instance.cgroup()) > 0;
}

// What is on its way out, or not in yet, is never started again, whoever asks for all instances of the app.
LifecycleEvent allowed(const Instance& instance, LifecycleEvent event) {
  if (instance.role() == Role::serving) return event;
  if (std::holds_alternative<event::Start>(event)) return event::Tick{};
  if (auto* const stop = std::get_if<event::Stop>(&event)) stop->again = false;
  return event;
}

}  // namespace

void Supervision::advance(Instance& instance, const LifecycleEvent& asked) {
  const LifecycleEvent event = allowed(instance, asked);
  const Time now = steady_now();
  if (std::holds_alternative<event::Stop>(event) && instance.parent() == Parent::nobody &&
      !instance.life().leader_gone()) {
    instance.remember_tree(border());
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
  life_begins_.insert_or_assign(instance.key(), outputs_.mark());  // it stands at its gate, and has written nothing yet
  app_.pids_dirty = true;
  if (!instance.command().empty()) app_.command = instance.command();
  advance(instance, *spawned);
}

// The program's sockets first: without them it is not started.
LifecycleEvent Supervision::spawn_next(Instance& instance) {
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
  SpawnContext context = spawn_context();
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

std::optional<Outputs::Mark> Supervision::begin_of_life(const Instance& instance) const {
  const auto found = life_begins_.find(instance.key());
  return found == life_begins_.end() ? std::nullopt : std::optional{found->second};
}

void Supervision::record_exit(const Instance& instance, const ProcessId& process, const std::string& stage,
                              const action::RecordExit& exit) {
  LastExit last = last_exit(instance, process, stage, exit);
  outputs_.pump(steady_now(), true);
  const bool crashed = exit.trigger == Trigger::crash || exit.trigger == Trigger::cgroup_memory;
  if (crashed || !app_.spec.on_exit.command.empty())
    last.last_lines = outputs_.last_lines(kLastLines, begin_of_life(instance));
  tell_exit(instance, last);
  if (!crashed) last.last_lines.clear();
  app_.log_later(crashed ? EventLevel::warning : EventLevel::info,
                 "pid " + std::to_string(process.pid) + " " + describe_exit(exit.status, last.stage) + " after " +
                     format_duration(exit.uptime) + " (" + last.trigger + ")");
  app_.last_exits.push_back(std::move(last));
  if (app_.last_exits.size() > kKeptExits) app_.last_exits.erase(app_.last_exits.begin());
}

// Processes that the kernel re-parented to us or to the keeper and that belong to `instance` by their marker. One that
// has none (it cleared its environment) belongs to whoever is being stopped, or to the first slot.
// The first supervisor of a new keeper is its only child: others come to it only when a supervisor dies.
std::vector<Pid> Supervision::orphans_of(const Instance& instance) const {
  std::vector<Pid> candidates = orphans_below(app_.self.pid, app_.fresh ? 0 : app_.keeper.pid, [this](Pid pid) {
    return leads(pid) || stands_apart(pid) || watches_over_an_app(pid) || is_of_another_app(*app_.ours, app_.name, pid);
  });
  if (app_.lost) {
    const std::string prefix = app_.ours->prefix_of(app_.name);
    for_each_process([&](const ProcessEntry& entry) {
      const auto marker = app_.ours->marker_of_descendant(entry.id);
      if (marker && marker->prefix == prefix && !leads(entry.id.pid) && !stands_apart(entry.id.pid) &&
          std::ranges::find(candidates, entry.id.pid) == candidates.end()) {
        candidates.push_back(entry.id.pid);
      }
    });
  }
  if (roster_.size() > 1) std::erase_if(candidates, [&](Pid pid) { return !belongs_to(pid, instance); });
  return candidates;
}

// Where several processes share a slot, an orphan is of the newest generation that was there when it was forked.
bool Supervision::belongs_to(Pid orphan, const Instance& instance) const {
  if (!orphan_of_slot(orphan, instance.slot())) return false;
  const auto marker = marker_of(orphan);
  const std::uint64_t born = marker ? marker->generation : 0;
  const Instance* owner = nullptr;  // or else the oldest
  for (const Instance& other : roster_) {
    if (other.slot() != instance.slot()) continue;
    const bool closer =
        owner == nullptr ||
        (other.generation() <= born ? owner->generation() > born || other.generation() > owner->generation()
                                    : owner->generation() > born && other.generation() < owner->generation());
    if (closer) owner = &other;
  }
  return owner == &instance;
}

// A command of ours that an instance has run is left alone until it has its answer: who restarts all apps from inside one of them.
bool Supervision::stands_apart(Pid pid) const { return control_.answer_awaited_by(pid); }

Border Supervision::border() const {
  return [this](Pid pid, Pid parent) { return stands_apart(pid) || other_app_begins(pid, parent); };
}

std::vector<ProcessId> Supervision::members_of(const Instance& instance) const {
  return instance.members(orphans_of(instance), border());
}

bool Supervision::leads(Pid pid) const { return side_.runs(pid) || roster_.leads(pid); }

void Supervision::signal_members(const Instance& instance, const action::Signal& signal) {
  const std::vector<ProcessId> members = members_of(instance);
  signal_target(instance, signal.target, signal.signal, members, false);
  if (!app_.lost) return;
  // The end of what hangs below init is heard of through a pidfd only.
  for (const ProcessId& member : members) {
    if (member != instance.process() && parent_for(member) == Parent::nobody)
      (void)loop_.watch_process(member, kProcessToken).ok();
  }
}

bool Supervision::tree_empty(const Instance& instance) const {
  switch (app_.spec.stop.mode) {
    case KillMode::process: return true;
    case KillMode::group:
      return std::ranges::none_of(members_of(instance), [&](const ProcessId& member) {
        return process_group_of(member.pid) == instance.process().pid;
      });
    case KillMode::tree: return members_of(instance).empty();
  }
  return true;
}

AppStatus Supervision::make_status() const {
  AppStatus status;
  status.name = app_.spec.name;
  status.id = app_.spec.id;
  status.app_namespace = app_.spec.app_namespace;
  static const std::string kOwnUser = user_name(effective_uid());  // a look into /etc/passwd, not one for each restart
  status.spec_lost = app_.spec_lost;
  status.user = app_.spec.user.empty() ? kOwnUser : app_.spec.user;
  status.command = app_.command;
  status.directory = app_.spec.directory;
  std::tie(status.out_log, status.err_log) = log_paths(app_.state, app_.spec);
  status.desired = app_.desired;
  status.plan = app_.plan;
  status.keeper = app_.keeper;
  status.supervisor = app_.self;
  status.program_version = FOREVER_VERSION;
  status.host = app_.host;
  for (const Instance& instance : roster_) {
    status.instances.push_back(instance.status());
    const Notice& notice = notices_.of(instance.key());
    status.instances.back().ready = is_ready(instance);
    status.instances.back().says = notice.says;
  }
  status.ports = ports_.records();
  status.last_exits = app_.last_exits;
  status.watching = app_.spec.watch.on;
  status.note = trouble();
  status.watched = watching_.extent();
  status.pipe_capacity = outputs_.pipe_capacity();
  status.dropped_bytes = outputs_.dropped_bytes();
  return status;
}

// The last act. Nothing of the state directory may be touched once the lock is free: it may be the next one's already.
void Supervision::finish() {
  side_.end_looks();
  outputs_.pump(steady_now(), true);
  ports_.release_all(link_);
  passed_.close_all(link_);
  for (const Instance& instance : roster_) (void)remove_tree(app_.state.pid_path(app_.name, instance.slot())).ok();
  app_.keeper = {};
  app_.self = {};
  app_.plan = PlanStep::none;
  write_status();
  (void)remove_tree(app_.state.app_directory(app_.name) + "/control").ok();
  app_.log_later(EventLevel::info, "nothing is left to supervise");
  outputs_.close_logs();  // the next start may look whether somebody writes to them
  // Whoever hears that it is stopped finds its ports free, the keeper's copies closed as well.
  if (app_.spec.may_overlap()) {
    link_.finish_and_wait(kFinishPatience);
  } else {
    (void)link_.finish().ok();
  }
  unlock(lock_.get());
  finished_ = true;
}

}  // namespace forever
