#include "supervisor/supervision.hpp"

#include <algorithm>
#include <tuple>

#include "platform/files.hpp"
#include "platform/lock.hpp"
#include "platform/signals.hpp"
#include "supervisor/event_log.hpp"
#include "supervisor/tokens.hpp"
#include "supervisor/units.hpp"

namespace forever {
namespace {

constexpr Milliseconds kStatusRetry{1000};
constexpr Milliseconds kKeeperRetry{1000};
constexpr std::size_t kLastLines = 2048;  // bytes of a crash's last lines

void sooner(std::optional<Time>& soonest, const std::optional<Time>& candidate) {
  if (candidate && (!soonest || *candidate < *soonest)) soonest = candidate;
}

}  // namespace

Supervision::Supervision(EventLoop&& loop, Inheritance&& inheritance, const KeeperFace& face)
    : loop_(std::move(loop)),
      link_(std::move(inheritance.link)),
      held_(std::move(inheritance.held)),
      generation_(inheritance.generation),
      face_(face),
      state_(face.arguments.at(0)),
      name_(face.arguments.at(1)),
      fresh_(face.arguments.at(2) == "start" && inheritance.generation == 0),
      lost_(face.arguments.at(2) == "adopt"),
      outputs_(loop_, kOutToken, kErrToken),
      control_(loop_, kControlToken) {}

int Supervision::run() {
  for (;;) {
    settle();
    if (finished_) return 0;
    for (const LoopEvent& event : loop_.wait(next_deadline())) handle(event);
    tick(steady_now());
  }
}

std::optional<Time> Supervision::next_deadline() const {
  std::optional<Time> soonest = outputs_.deadline();
  for (const Instance& instance : instances_) sooner(soonest, instance.life().deadline());
  for (const Operating& operating : operating_) {
    if (operating.next_word != Time{}) sooner(soonest, operating.next_word);
  }
  sooner(soonest, triggers_.deadline(steady_now(), wall_now()));
  sooner(soonest, control_.deadline());
  sooner(soonest, status_retry_);
  sooner(soonest, keeper_retry_);
  return soonest;
}

void Supervision::handle(const LoopEvent& event) {
  switch (event.kind) {
    case LoopEvent::Kind::signal: handle_signal(event.signal); return;
    case LoopEvent::Kind::child_exited: process_ended(event.child, event.status); return;
    case LoopEvent::Kind::process_gone: process_ended(event.child, ExitStatus{}); return;
    case LoopEvent::Kind::writable:
    case LoopEvent::Kind::readable: break;
  }
  if (event.token == kLinkToken) {
    read_keeper();
  } else if (outputs_.owns(event.token)) {
    outputs_.readable(event.token, steady_now());
  } else if (control_.owns(event.token)) {
    for (const ControlServer::Request& request : control_.handle(event)) operate(request);
  } else if (event.token >= kReportToken && event.token - kReportToken < instances_.size()) {
    read_report(instances_[event.token - kReportToken]);
  }
}

void Supervision::handle_signal(int signal) {
  if (signal == kHangUpSignal) {
    refresh();
  } else if (signal == kTermSignal || signal == kInterruptSignal || signal == kQuitSignal) {
    log_later(EventLevel::info, signal_name(signal) + ": stopping");
    desired_ = Desired::stopped;
    plan_ = PlanStep::stopping;
    for (Instance& instance : instances_) advance(instance, event::Stop{});
  }
}

Instance* Supervision::instance_of(const ProcessId& id) {
  // Without a descriptor left the loop cannot read the start time of a child that has ended (it is 0 then); until the
  // reap its pid was nobody else's, so the number is enough.
  const auto found = std::ranges::find_if(instances_, [&](const Instance& instance) {
    const ProcessId process = instance.process();
    return process == id || (id.start_time == 0 && id.pid != 0 && process.pid == id.pid);
  });
  return found == instances_.end() || found->life().leader_gone() ? nullptr : &*found;
}

void Supervision::process_ended(const ProcessId& id, const ExitStatus& status) {
  if (Instance* const instance = instance_of(id)) {
    leader_ended(*instance, status);
  } else {
    check_trees();
  }
}

void Supervision::leader_ended(Instance& instance, ExitStatus status) {
  read_report(instance);
  close_report(instance);
  if (const auto failure = instance.take_failure()) {
    instance.set_start_known();
    advance(instance, event::SpawnFailed{{ExitStatus::Kind::not_started, failure->code, false}});
    return;
  }
  if (instance.parent() == Parent::nobody) loop_.unwatch_process(instance.process());
  advance(instance, event::LeaderExited{status, tree_empty(instance)});
}

void Supervision::read_report(Instance& instance) {
  const NativeHandle handle = instance.report();
  if (handle == kNoHandle) return;
  const ExecReport report = instance.peek_report();
  if (!report.known) return;
  close_report(instance);
  if (report.failure) {
    instance.note_failure(*report.failure);  // the process ends by itself; its exit completes the story
    return;
  }
  instance.set_start_known();
  advance(instance, event::ExecSucceeded{});
  log_later(EventLevel::info, "online, pid " + std::to_string(instance.process().pid));
}

void Supervision::close_report(Instance& instance) {
  if (instance.report() != kNoHandle) loop_.unwatch(instance.report());
  instance.close_report();
}

void Supervision::read_keeper() {
  ExitRecord record;
  for (;;) {
    switch (link_.receive(record)) {
      case KeeperLink::Receipt::nothing: return;
      case KeeperLink::Receipt::record:
        process_ended(record.id, record.status);
        (void)link_.acknowledge(record.id).ok();
        break;
      case KeeperLink::Receipt::keeper_gone: replace_keeper(); return;
    }
  }
}

void Supervision::replace_keeper() {
  log_later(EventLevel::warning, "the keeper is gone; taking its place");
  settle();  // what is at a gate must be let go: its gate closes with this image
  KeeperFace face{face_.title, face_.directory, {state_.path(), name_, "adopt"}, {}};
  outputs_.release_pipes(face.held);
  face.held.insert_or_assign("lock", std::move(lock_));
  // Without a control socket (its folder was deleted) there is none to carry over; a descriptor that is none would end every exec.
  if (Handle listener = control_.release_listener()) face.held.insert_or_assign("control", std::move(listener));
  if (report_) face.held.insert_or_assign("report", std::move(report_));
  const Error error = become_keeper(face);
  // Still here: no memory or no descriptor. Go on as we are, and try again.
  log_later(EventLevel::error, error.message());
  lock_ = std::move(face.held["lock"]);
  if (auto report = face.held.extract("report"); !report.empty()) report_ = std::move(report.mapped());
  if (auto control = face.held.extract("control"); !control.empty())
    (void)control_.serve(std::move(control.mapped())).ok();
  outputs_.take_pipes(face.held);
  loop_.unwatch(link_.native());
  keeper_ = {};  // its pid may be another's soon, whose children are none of ours
  keeper_retry_ = steady_now() + kKeeperRetry;
}

void Supervision::tick(Time now) {
  outputs_.pump(now);
  // Log lines that are lost are told where people look, at most as often as the writers try again.
  if (outputs_.dropped_bytes() != told_dropped_ && now >= dropped_due_) {
    told_dropped_ = outputs_.dropped_bytes();
    dropped_due_ = now + kStatusRetry;
    dirty_ = true;
  }
  if (outputs_.trouble() != told_trouble_) {
    told_trouble_ = outputs_.trouble();
    dirty_ = true;
  }
  for (Instance& instance : instances_) {
    if (const auto due = instance.life().deadline(); due && *due <= now) {
      check_trees();
      advance(instance, event::Tick{});
    }
  }
  control_.tick(now);
  if (triggers_.memory_due(now)) check_memory();
  if (triggers_.schedule_due(wall_now())) restart_by_schedule();
  if (status_retry_ && *status_retry_ <= now) dirty_ = true;
  if (keeper_retry_ && *keeper_retry_ <= now) {
    keeper_retry_.reset();
    replace_keeper();
  }
  give_progress(now);
}

void Supervision::check_memory() {
  for (Instance& instance : instances_) {
    if (instance.life().state() != InstanceState::online) continue;
    std::vector<Pid> roots = orphans_of(instance);
    roots.push_back(instance.process().pid);
    const std::uint64_t used = usage_of_trees(roots).memory_bytes;
    if (used <= spec_.max_memory) continue;
    log_later(EventLevel::warning,
              "memory " + format_size(used) + " is over " + format_size(spec_.max_memory) + ": restarting");
    advance(instance, event::Stop{Trigger::max_memory, true, false});
  }
}

void Supervision::restart_by_schedule() {
  log_later(EventLevel::info, "restarting by schedule");
  for (Instance& instance : instances_) {
    // A job that has run to its end is started; what runs is restarted; what was given up stays so.
    if (instance.life().state() == InstanceState::stopped) {
      advance(instance, event::Start{});
    } else {
      advance(instance, event::Stop{Trigger::cron, true, false});
    }
  }
}

void Supervision::check_trees() {
  for (Instance& instance : instances_) {
    if (instance.life().state() == InstanceState::stopping && instance.life().leader_gone() && tree_empty(instance)) {
      advance(instance, event::TreeEmpty{});
    }
  }
}

void Supervision::advance(Instance& instance, const LifecycleEvent& event) {
  const Time now = steady_now();
  if (std::holds_alternative<event::Stop>(event) && instance.parent() == Parent::nobody &&
      !instance.life().leader_gone()) {
    instance.remember_tree();
    for (const ProcessId& id : instance.remembered()) (void)loop_.watch_process(id, kProcessToken).ok();
  }
  const auto actions = instance.life().handle(event, now, chance_.next());
  dirty_ = true;
  // The fork first: the child prepares itself on another core while the rest is done; it cannot pass its gate before settle().
  std::optional<action::RecordExit> ended;
  bool spawn = false;
  for (const LifecycleAction& act : actions) {
    if (const auto* const exit = std::get_if<action::RecordExit>(&act)) ended = *exit;
    if (std::holds_alternative<action::Spawn>(act)) spawn = true;
  }
  const ProcessId old = instance.process();
  const std::string stage = instance.failed_stage();
  if (instance.life().leader_gone() && instance.life().state() != InstanceState::stopping) {
    pids_dirty_ = pids_dirty_ || instance.process().pid != 0;
    instance.forget_process();
  }
  std::optional<SpawnFailure> failed;
  if (spawn) failed = instance.spawn(spec_, spawn_context());
  if (ended) record_exit(instance, old, stage, *ended);
  for (const LifecycleAction& act : actions) {
    if (const auto* const signal = std::get_if<action::Signal>(&act)) {
      signal_members(instance, *signal);
    }
  }
  if (spawn) after_spawn(instance, failed);
}

void Supervision::after_spawn(Instance& instance, const std::optional<SpawnFailure>& failed) {
  pids_dirty_ = true;
  if (failed) {
    instance.note_failure(*failed);
    (void)instance.take_failure();
    instance.set_start_known();
    advance(instance, event::SpawnFailed{{ExitStatus::Kind::not_started, failed->code, false}});
    return;
  }
  if (!instance.command().empty()) command_ = instance.command();
  advance(instance, event::Spawned{});
  if (const auto watched = loop_.watch_readable(instance.report(), kReportToken + instance.slot()); !watched) {
    log_later(EventLevel::error, watched.error().message());  // its exit tells the same, later
  }
}

void Supervision::record_exit(const Instance& instance, const ProcessId& process, const std::string& stage,
                              const action::RecordExit& exit) {
  LastExit last;
  last.slot = instance.slot();
  last.pid = process.pid;
  last.at_ms = to_ms(wall_now());
  last.uptime = exit.uptime;
  last.status = exit.status;
  last.stage = exit.status.kind == ExitStatus::Kind::not_started ? stage : std::string{};
  last.trigger = to_string(exit.trigger);
  outputs_.pump(steady_now(), true);
  if (exit.trigger == Trigger::crash) last.last_lines = outputs_.last_lines(kLastLines);
  log_later(exit.trigger == Trigger::crash ? EventLevel::warning : EventLevel::info,
            "pid " + std::to_string(process.pid) + " " + describe_exit(exit.status, last.stage) + " after " +
                format_duration(exit.uptime) + " (" + last.trigger + ")");
  last_exits_.push_back(std::move(last));
  if (last_exits_.size() > kKeptExits) last_exits_.erase(last_exits_.begin());
}

// Processes that the kernel re-parented to us or to the keeper and that belong to `instance` by their marker. One that
// has none (it cleared its environment) belongs to whoever is being stopped, or to the first slot.
// The first supervisor of a new keeper is its only child: others come to it only when a supervisor dies.
std::vector<Pid> Supervision::orphans_of(const Instance& instance) const {
  std::vector<Pid> candidates =
      orphans_below(self_.pid, fresh_ ? 0 : keeper_.pid, [this](Pid pid) { return leads(pid); });
  if (lost_) {
    const std::string prefix = identity_ + '/' + name_;
    for_each_process([&](const ProcessEntry& entry) {
      const auto text = environment_of(entry.id.pid, kMarkerVariable);
      const auto marker = text ? marker_from(*text) : std::nullopt;
      if (marker && marker->prefix == prefix && !leads(entry.id.pid) &&
          std::ranges::find(candidates, entry.id.pid) == candidates.end()) {
        candidates.push_back(entry.id.pid);
      }
    });
  }
  if (instances_.size() > 1) std::erase_if(candidates, [&](Pid pid) { return !orphan_of_slot(pid, instance.slot()); });
  return candidates;
}

bool Supervision::leads(Pid pid) const {
  return std::ranges::any_of(
      instances_, [&](const Instance& other) { return other.process().pid == pid && !other.life().leader_gone(); });
}

void Supervision::signal_members(const Instance& instance, const action::Signal& signal) {
  const std::vector<ProcessId> members = instance.members(orphans_of(instance));
  signal_target(instance, signal.target, signal.signal, members, false);
  if (!lost_) return;
  // The end of what hangs below init is heard of through a pidfd only.
  for (const ProcessId& member : members) {
    if (member != instance.process() && parent_for(member) == Parent::nobody)
      (void)loop_.watch_process(member, kProcessToken).ok();
  }
}

bool Supervision::tree_empty(const Instance& instance) const {
  switch (spec_.stop.mode) {
    case KillMode::process: return true;
    case KillMode::group:
      return std::ranges::none_of(instance.members(orphans_of(instance)), [&](const ProcessId& member) {
        return process_group_of(member.pid) == instance.process().pid;
      });
    case KillMode::tree: return instance.members(orphans_of(instance)).empty();
  }
  return true;
}

void Supervision::settle() {
  if (plan_ != PlanStep::none && !under_way()) {
    plan_ = PlanStep::none;
    dirty_ = true;
  }
  collect_replies();
  prepare_start_report();
  const bool ends = nothing_left();
  if (ends) {
    finish();
  } else if (dirty_) {
    write_status();
  }
  for (Instance& instance : instances_) instance.open_gate();
  if (pids_dirty_ && !ends) write_pid_files();
  send_start_report();
  send_replies();
  for (const auto& [level, text] : lines_) log_event(level, text);
  lines_.clear();
}

bool Supervision::under_way() const {
  return std::ranges::any_of(instances_, [](const Instance& instance) {
    return instance.life().state() == InstanceState::stopping || instance.life().state() == InstanceState::starting;
  });
}

AppStatus Supervision::make_status() const {
  AppStatus status;
  status.name = spec_.name;
  status.id = spec_.id;
  status.app_namespace = spec_.app_namespace;
  static const std::string kOwnUser = user_name(effective_uid());  // a look into /etc/passwd, not one for each restart
  status.user = spec_.user.empty() ? kOwnUser : spec_.user;
  status.command = command_;
  status.directory = spec_.directory;
  std::tie(status.out_log, status.err_log) = log_paths(state_, spec_);
  status.desired = desired_;
  status.plan = plan_;
  status.keeper = keeper_;
  status.supervisor = self_;
  status.host = host_;
  for (const Instance& instance : instances_) status.instances.push_back(instance.status());
  status.last_exits = last_exits_;
  status.note = outputs_.trouble();
  status.pipe_capacity = outputs_.pipe_capacity();
  status.dropped_bytes = outputs_.dropped_bytes();
  return status;
}

void Supervision::write_status() {
  const auto written = state_.write_status(make_status());
  dirty_ = false;
  if (written) {
    status_retry_.reset();
    return;
  }
  if (!status_retry_) log_later(EventLevel::error, written.error().message());
  status_retry_ = steady_now() + kStatusRetry;
}

void Supervision::write_pid_files() {
  pids_dirty_ = false;
  for (const Instance& instance : instances_) {
    const std::string path = state_.pid_path(name_, instance.slot());
    if (instance.process().pid != 0) {
      (void)write_atomically(path, std::to_string(instance.process().pid) + '\n', Durability::rename_only).ok();
    } else {
      (void)remove_tree(path).ok();  // the number may be another's soon
    }
  }
}

bool Supervision::nothing_left() const {
  if (triggers_.has_schedule() && desired_ == Desired::online) return false;
  return std::ranges::all_of(instances_, [](const Instance& instance) {
    return instance.life().state() == InstanceState::stopped || instance.life().state() == InstanceState::errored;
  });
}

// The last act. Nothing of the state directory may be touched once the lock is free: it may be the next one's already.
void Supervision::finish() {
  outputs_.pump(steady_now(), true);
  for (const Instance& instance : instances_) (void)remove_tree(state_.pid_path(name_, instance.slot())).ok();
  keeper_ = {};
  self_ = {};
  plan_ = PlanStep::none;
  write_status();
  (void)remove_tree(state_.app_directory(name_) + "/control").ok();
  log_later(EventLevel::info, "nothing is left to supervise");
  (void)link_.finish().ok();
  unlock(lock_.get());
  finished_ = true;
}

}  // namespace forever
