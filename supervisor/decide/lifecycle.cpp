// The state x event table of one instance; lifecycle.hpp explains the states.
#include "supervisor/decide/lifecycle.hpp"

#include <algorithm>
#include <iterator>

#include "supervisor/decide/restart_policy.hpp"

namespace forever {

namespace {

void append(std::vector<LifecycleAction>& to, std::vector<LifecycleAction> more) {
  std::move(more.begin(), more.end(), std::back_inserter(to));
}

bool automatic(Trigger trigger) noexcept {
  switch (trigger) {
    case Trigger::max_memory:
    case Trigger::cron:
    case Trigger::health: return true;
    case Trigger::exit:
    case Trigger::crash:
    case Trigger::stop:
    case Trigger::restart:
    case Trigger::reload:
    case Trigger::watch:
    case Trigger::cgroup_memory: return false;
  }
  return false;
}

bool is_for_illness(Trigger trigger) noexcept { return trigger == Trigger::health || trigger == Trigger::max_memory; }

bool permanent(const ExitStatus& status) noexcept {
  return status.kind == ExitStatus::Kind::not_started && is_permanent_exec_error(static_cast<int>(status.code));
}

}  // namespace

void Lifecycle::adopt(InstanceState state, RestartHistory history, Time started, std::optional<Time> due,
                      AfterStop after, bool leader_gone) {
  const bool runs = state == InstanceState::starting || state == InstanceState::online;
  state_ = runs ? InstanceState::online : state;
  history_ = history;
  started_ = started;
  ready_.reset();
  due_.reset();
  walk_ = {};
  after_ = AfterStop::policy;
  trigger_ = Trigger::exit;
  spawning_ = false;
  leader_gone_ = !runs;
  last_ = {};
  last_uptime_ = last_of_use_ = Milliseconds{0};
  if (state == InstanceState::backoff) due_ = due.value_or(Time{});
  if (state == InstanceState::stopping) {
    leader_gone_ = leader_gone;
    after_ = after;
    trigger_ = after == AfterStop::stay     ? Trigger::stop
               : after == AfterStop::policy ? Trigger::crash
                                            : Trigger::restart;
    walk_ = StopWalk{make_stop_plan(stop_), Time{}};
  }
}

Lifecycle::Actions Lifecycle::handle(const LifecycleEvent& event, Time now, double chance) {
  return std::visit([&](const auto& what) { return on(what, now, chance); }, event);
}

void Lifecycle::set_policies(const RestartPolicy& restart, const StopSettings& stop) {
  restart_ = restart;
  stop_ = stop;
}

void Lifecycle::note_ready(Time since) noexcept {
  if (!ready_ && !leader_gone_) ready_ = std::max(since, started_);
}

// A program that does not become ready within its time counts as one that does not report readiness.
Time Lifecycle::of_use_since() const {
  if (ready_) return *ready_;
  return restart_.ready_within ? started_ + *restart_.ready_within : started_;
}

std::optional<Time> Lifecycle::settles() const {
  const auto after = state_ == InstanceState::online ? settles_after(restart_, history_) : std::nullopt;
  return after ? std::optional{of_use_since() + *after} : std::nullopt;
}

std::optional<Time> Lifecycle::deadline() const {
  switch (state_) {
    case InstanceState::backoff: return due_;
    case InstanceState::stopping: return walk_.deadline();
    case InstanceState::starting:
    case InstanceState::online:
    case InstanceState::stopped:
    case InstanceState::errored: return std::nullopt;
  }
  return std::nullopt;
}

Lifecycle::Actions Lifecycle::on(const event::Start&, Time, double) {
  switch (state_) {
    case InstanceState::starting:
    case InstanceState::online: return {};
    case InstanceState::stopping: after_ = AfterStop::start; return {};
    case InstanceState::stopped:
    case InstanceState::backoff:
    case InstanceState::errored: history_ = {}; return spawn();
  }
  return {};
}

Lifecycle::Actions Lifecycle::on(const event::Spawned&, Time now, double) {
  if (!spawning_) return {};
  spawning_ = false;
  leader_gone_ = false;
  started_ = now;
  ready_.reset();
  if (state_ != InstanceState::stopping) return {};
  // A stop came between the decision to fork and the fork.
  walk_ = StopWalk{make_kill_plan(stop_.mode), now};
  return walk(now);
}

Lifecycle::Actions Lifecycle::on(const event::SpawnFailed& failed, Time now, double chance) {
  switch (state_) {
    case InstanceState::starting:
    case InstanceState::online: return ended_by_itself({failed.status, true}, now, chance);
    case InstanceState::stopping: {
      if (leader_gone_ && !spawning_) return {};
      Actions actions = end_run(failed.status, now);
      append(actions, conclude(now, chance));
      return actions;
    }
    case InstanceState::stopped:
    case InstanceState::backoff:
    case InstanceState::errored: return {};
  }
  return {};
}

Lifecycle::Actions Lifecycle::on(const event::ExecSucceeded&, Time, double) {
  if (state_ == InstanceState::starting && !spawning_) state_ = InstanceState::online;
  return {};
}

Lifecycle::Actions Lifecycle::on(const event::LeaderExited& exited, Time now, double chance) {
  if (leader_gone_) return {};
  switch (state_) {
    case InstanceState::starting:
    case InstanceState::online: return ended_by_itself(exited, now, chance);
    case InstanceState::stopping: {
      Actions actions = end_run(exited.status, now);
      if (!waits_for_rest(exited.tree_empty)) append(actions, conclude(now, chance));
      return actions;
    }
    case InstanceState::stopped:
    case InstanceState::backoff:
    case InstanceState::errored: return {};
  }
  return {};
}

Lifecycle::Actions Lifecycle::on(const event::TreeEmpty&, Time now, double chance) {
  if (state_ != InstanceState::stopping || !leader_gone_ || spawning_) return {};
  return conclude(now, chance);
}

Lifecycle::Actions Lifecycle::on(const event::Stop& stop, Time now, double) {
  if (automatic(stop.trigger) && state_ != InstanceState::online) return {};
  const bool decided = state_ == InstanceState::stopping && after_ != AfterStop::policy;
  if (stop.trigger == Trigger::watch && decided) return {};
  switch (state_) {
    case InstanceState::starting:
    case InstanceState::online: {
      const bool executed = state_ == InstanceState::online;
      state_ = InstanceState::stopping;
      trigger_ = stop.trigger;
      after_ = stop.again ? AfterStop::restart : AfterStop::stay;
      walk_ = {};
      if (spawning_) return {};  // there is no process to signal yet; see Spawned
      walk_ = StopWalk{executed ? make_stop_plan(stop_, stop.force) : make_kill_plan(stop_.mode), now};
      return walk(now);
    }
    case InstanceState::stopping: return stop_more(stop, now);
    case InstanceState::stopped:
    case InstanceState::backoff:
    case InstanceState::errored:
      forgive(history_);
      if (stop.again) return restart_now();
      state_ = InstanceState::stopped;
      due_.reset();
      return {};
  }
  return {};
}

Lifecycle::Actions Lifecycle::on(const event::Tick&, Time now, double chance) {
  switch (state_) {
    case InstanceState::backoff:
      if (due_ && now < *due_) return {};
      return restart_now();
    case InstanceState::stopping:
      if (leader_gone_ && !spawning_ && !waits_for_rest_at(now)) return conclude(now, chance);
      return walk(now);
    case InstanceState::starting:
    case InstanceState::online:
    case InstanceState::stopped:
    case InstanceState::errored: return {};
  }
  return {};
}

bool Lifecycle::waits_for_rest_at(Time now) const {
  switch (stop_.mode) {
    case KillMode::process: return false;
    case KillMode::group: return !walk_.killing() || now < walk_.deadline().value_or(now);
    case KillMode::tree: return true;
  }
  return true;
}

Lifecycle::Actions Lifecycle::spawn() {
  state_ = InstanceState::starting;
  due_.reset();
  walk_ = {};
  trigger_ = Trigger::exit;
  after_ = AfterStop::policy;
  spawning_ = true;
  leader_gone_ = true;
  return {action::Spawn{}};
}

Lifecycle::Actions Lifecycle::restart_now() {
  ++history_.restarts;
  return spawn();
}

Lifecycle::Actions Lifecycle::end_run(const ExitStatus& status, Time now) {
  last_ = status;
  // What never was spawned has no beginning.
  const bool ran = !spawning_ && status.kind != ExitStatus::Kind::not_started;
  const auto until_now = [&](Time since) {
    return ran ? std::max(std::chrono::duration_cast<Milliseconds>(now - since), Milliseconds{0}) : Milliseconds{0};
  };
  last_uptime_ = until_now(started_);
  last_of_use_ = until_now(of_use_since());
  spawning_ = false;
  leader_gone_ = true;
  return {action::RecordExit{status, trigger_, last_uptime_}};
}

Lifecycle::Actions Lifecycle::ended_by_itself(const event::LeaderExited& exited, Time now, double chance) {
  trigger_ = exited.status.success() ? Trigger::exit : Trigger::crash;
  after_ = AfterStop::policy;
  Actions actions = end_run(exited.status, now);
  if (waits_for_rest(exited.tree_empty)) {
    state_ = InstanceState::stopping;
    walk_ = StopWalk{make_stop_plan(stop_), now};
    append(actions, walk(now));
  } else {
    append(actions, conclude(now, chance));
  }
  return actions;
}

Lifecycle::Actions Lifecycle::conclude(Time now, double chance) {
  walk_ = {};
  switch (after_) {
    case AfterStop::stay:
      forgive(history_);
      state_ = InstanceState::stopped;
      return {};
    case AfterStop::start: history_ = {}; return spawn();
    case AfterStop::restart:
      if (is_for_illness(trigger_)) return decide(now, chance);
      // A schedule knows nothing of what the app does in between.
      if (trigger_ != Trigger::cron) forgive(history_);
      return restart_now();
    case AfterStop::policy: return decide(now, chance);
  }
  return {};
}

Lifecycle::Actions Lifecycle::decide(Time now, double chance) {
  const EndedRun run{last_, last_uptime_, last_of_use_, permanent(last_), is_for_illness(trigger_)};
  const Decision decision = decide_restart(restart_, history_, run, chance);
  history_ = decision.history;
  switch (decision.verdict) {
    case Verdict::restart:
      if (decision.delay <= Milliseconds{0}) return restart_now();
      state_ = InstanceState::backoff;
      due_ = now + decision.delay;
      return {};
    case Verdict::finished: state_ = InstanceState::stopped; return {};
    case Verdict::give_up: state_ = InstanceState::errored; return {};
  }
  return {};
}

Lifecycle::Actions Lifecycle::walk(Time now) {
  Actions actions;
  while (const std::optional<StopStep> step = walk_.next(now))
    actions.emplace_back(action::Signal{step->target, step->signal});
  return actions;
}

Lifecycle::Actions Lifecycle::stop_more(const event::Stop& stop, Time now) {
  after_ = stop.again ? AfterStop::restart : AfterStop::stay;
  trigger_ = stop.trigger;
  if (stop.force) walk_.hasten(now);
  return walk(now);
}

}  // namespace forever
