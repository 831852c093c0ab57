// The life of one instance: states, what each waits for, what may interrupt it. Pure: (state, event, now) -> (state, actions).
//
//   stopped   nothing runs. Waits for a start (or a restart by command).
//   starting  a process is to be forked, is held at the gate, or exec has not reported. Waits for the report. stop interrupts: kill
//             at once, no grace period before exec (no program could use it).
//   online    exec succeeded. Waits for the process's end, or a stop.
//   stopping  a stop plan is walked. Waits until leader and rest are gone; then stopped, or starting if a start or restart
//             was asked for meanwhile. Another stop, start or restart only changes what comes after; `force` hastens.
//   backoff   ended too soon too often. Waits for a deadline. start, restart: at once, the consecutive failures cleared (start
//             clears the restarts too, restart is one more of them); stop: stopped at once.
//   errored   failed too often (max restarts). Waits for a start or restart by command; stop makes it stopped.
//
// When the leader of an online instance ends by itself, what it left behind is stopped by the same plan (state stopping,
// after() `policy`), so that generations never overlap and ports are free; most leave nothing behind, and go straight on to
// the restart. What is "the rest" depends on KillMode: of `process` there is none; of `group` it cannot be distinguished from what left the
// group, so one round of KILL is its end; of `tree` it is waited for however long it takes.
//
// Automatic restarts (max_memory, cron, health) act on an online instance only: they never start one that is stopped or errored,
// and never undo a stop in progress. A change of watched files (watch) undoes no stop either, but starts an instance that has ended,
// is in back-off or is errored, since the change may fix it. An event that is late or impossible in a state changes nothing.
// One piece: the story of the states belongs to the types that tell it.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "app/settings.hpp"
#include "app/state.hpp"
#include "platform/clock.hpp"
#include "platform/exit_status.hpp"
#include "supervisor/decide/stop_plan.hpp"

namespace forever {

namespace event {
struct Start {};    // by hand: bypasses back-off, clears both counts
struct Spawned {};  // the process exists, at the gate
struct SpawnFailed {
  ExitStatus status;
};  // fork failed, or the strip / exec did; the process (if any) is reaped.
    // Instead of LeaderExited, never beside it
struct ExecSucceeded {};
// `tree_empty`: nothing is left of what the KillMode names (group: no member of the group; tree: nothing at all; process: unused).
struct LeaderExited {
  ExitStatus status;
  bool tree_empty = true;
};
struct TreeEmpty {};  // after LeaderExited with something left: now nothing is
// Trigger::restart, max_memory, cron, watch and health come with `again`.
struct Stop {
  Trigger trigger = Trigger::stop;
  bool again = false;
  bool force = false;
};
struct Tick {};  // a deadline may have come
}  // namespace event
using LifecycleEvent = std::variant<event::Start, event::Spawned, event::SpawnFailed, event::ExecSucceeded,
                                    event::LeaderExited, event::TreeEmpty, event::Stop, event::Tick>;

namespace action {
struct Spawn {};  // start the next generation
struct Signal {
  StopTarget target = StopTarget::leader;
  int signal = 15;
};
struct RecordExit {
  ExitStatus status;
  Trigger trigger = Trigger::exit;
  Milliseconds uptime{0};
};
}  // namespace action
using LifecycleAction = std::variant<action::Spawn, action::Signal, action::RecordExit>;

class Lifecycle {
 public:
  using Actions = std::vector<LifecycleAction>;

  Lifecycle(const RestartPolicy& restart, const StopSettings& stop) : restart_(restart), stop_(stop) {}

  // What an adopter continues from; the first Tick or event after it acts.
  // starting: taken for online (a process that never passed the gate ends by itself, and exec's report is lost).
  // stopping: the plan starts again, towards `after`; `leader_gone`: its end was recorded already, only its rest is left.
  // backoff: until `due`, at once without one. `started`: when the present run began, for its uptime.
  void adopt(InstanceState state, RestartHistory history, Time started, std::optional<Time> due,
             AfterStop after = AfterStop::stay, bool leader_gone = false);

  // `chance` in [0, 1) is the jitter's. Returns what is to be done, in order.
  [[nodiscard]] Actions handle(const LifecycleEvent& event, Time now, double chance);

  // New settings hold from the next decision on.
  void set_policies(const RestartPolicy& restart, const StopSettings& stop);
  void clear_history() noexcept { history_ = {}; }
  // It has been ready since then, as far as it reports: from now on its run counts.
  void note_ready(Time since) noexcept;

  [[nodiscard]] InstanceState state() const noexcept { return state_; }
  [[nodiscard]] const RestartHistory& history() const noexcept { return history_; }
  [[nodiscard]] std::optional<Time> deadline() const;  // when a Tick is due
  // Online in a crash loop (restart_policy.hpp): when it will have run for long enough to be out of it, unless it ends before.
  [[nodiscard]] std::optional<Time> settles() const;
  [[nodiscard]] Time started() const noexcept { return started_; }
  [[nodiscard]] bool leader_gone() const noexcept { return leader_gone_; }
  [[nodiscard]] std::optional<Time> kill_time() const {
    return state_ == InstanceState::stopping ? walk_.kill_time() : std::nullopt;
  }
  [[nodiscard]] AfterStop after() const noexcept { return after_; }
  // Nothing of it runs, or what runs is being stopped for good.
  [[nodiscard]] bool leads_to_rest() const noexcept {
    return at_rest(state_) || (state_ == InstanceState::stopping && after_ == AfterStop::stay);
  }
  // A stop is under way that leads to a new start.
  [[nodiscard]] bool again() const noexcept {
    return state_ == InstanceState::stopping && (after_ == AfterStop::start || after_ == AfterStop::restart);
  }

 private:
  Actions on(const event::Start&, Time now, double chance);
  Actions on(const event::Spawned&, Time now, double chance);
  Actions on(const event::SpawnFailed& failed, Time now, double chance);
  Actions on(const event::ExecSucceeded&, Time now, double chance);
  Actions on(const event::LeaderExited& exited, Time now, double chance);
  Actions on(const event::TreeEmpty&, Time now, double chance);
  Actions on(const event::Stop& stop, Time now, double chance);
  Actions on(const event::Tick&, Time now, double chance);

  Actions spawn();
  Actions restart_now();
  Actions end_run(const ExitStatus& status, Time now);  // records it
  Actions ended_by_itself(const event::LeaderExited& exited, Time now, double chance);
  Actions conclude(Time now, double chance);  // leader and rest are gone
  Actions decide(Time now, double chance);    // by the restart policy
  Actions walk(Time now);                     // the steps that are due
  Actions stop_more(const event::Stop& stop, Time now);
  [[nodiscard]] bool waits_for_rest_at(Time now) const;  // at a Tick, the leader being gone
  [[nodiscard]] Time of_use_since() const;               // the present run, or the last one
  [[nodiscard]] bool waits_for_rest(bool tree_empty) const noexcept {
    return !tree_empty && stop_.mode != KillMode::process;
  }

  RestartPolicy restart_;
  StopSettings stop_;
  InstanceState state_ = InstanceState::stopped;
  RestartHistory history_;
  Time started_{};
  std::optional<Time> ready_;            // since when it is ready
  std::optional<Time> due_;              // backoff: when it ends
  StopWalk walk_;                        // stopping: how far it is
  Trigger trigger_ = Trigger::exit;      // stopping: why
  AfterStop after_ = AfterStop::policy;  // stopping: what comes then
  bool spawning_ = false;                // Spawn was asked for and neither Spawned nor SpawnFailed has come
  bool leader_gone_ = true;
  ExitStatus last_;  // of the leader, while its rest is being stopped
  Milliseconds last_uptime_{0}, last_of_use_{0};
};

}  // namespace forever
