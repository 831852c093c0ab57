// The life of one instance: states, what each waits for, what may interrupt it. Pure: (state, event, now) -> (state, actions).
//
//   stopped   nothing runs. Waits for a start.
//   starting  forked, held at the gate or before exec's report. Waits for the report. stop interrupts: kill at once, no grace
//             before exec (nobody is there to use it).
//   online    exec succeeded. Waits for the process's end, or a stop.
//   stopping  a stop plan is walked. Waits until leader and tree are gone; then stopped, or starting if a restart was
//             asked (`again`). Another stop or restart only changes what comes after; `force` hastens.
//   backoff   ended too soon too often. Waits for a deadline. start, restart: at once; stop: stopped at once.
//   errored   given up (max restarts). Waits for a start or restart by hand.
//
// When the leader of an online instance ends by itself, what it left behind is stopped by the same plan
// (state stopping with cause `crash`), so that generations never overlap and ports are free; most leave nothing
// behind, and go straight on to the restart.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "platform/clock.hpp"
#include "platform/exit_status.hpp"
#include "supervisor/restart_policy.hpp"
#include "supervisor/stop_plan.hpp"

namespace forever {

enum class InstanceState : std::uint8_t { starting, online, stopping, stopped, backoff, errored };
[[nodiscard]] const char* to_string(InstanceState state) noexcept;
[[nodiscard]] std::optional<InstanceState> instance_state_from(const std::string& word) noexcept;

// Why a run ended or is being ended; also the word in `describe`.
enum class Trigger : std::uint8_t { exit, stop, restart, max_memory, cron };
[[nodiscard]] const char* to_string(Trigger trigger) noexcept;

namespace event {
struct Start {};                                           // by hand: bypasses back-off, clears the counts
struct Spawned {};                                         // the process exists, at the gate
struct SpawnFailed { ExitStatus status; };                 // fork failed, or the strip / exec did; the process (if any) is reaped
struct ExecSucceeded {};
struct LeaderExited { ExitStatus status; bool tree_empty = true; };
struct TreeEmpty {};                                       // after LeaderExited with descendants left: now none is
struct Stop { Trigger trigger = Trigger::stop; bool again = false; bool force = false; };
struct Tick {};                                            // a deadline may have come
}  // namespace event
using LifecycleEvent = std::variant<event::Start, event::Spawned, event::SpawnFailed, event::ExecSucceeded, event::LeaderExited,
                                    event::TreeEmpty, event::Stop, event::Tick>;

namespace action {
struct Spawn {};                                           // start the next generation
struct Signal { StopTarget target = StopTarget::leader; int signal = 15; };
struct RecordExit { ExitStatus status; Trigger trigger = Trigger::exit; Milliseconds uptime{0}; };
}  // namespace action
using LifecycleAction = std::variant<action::Spawn, action::Signal, action::RecordExit>;

class Lifecycle {
 public:
  Lifecycle(const RestartPolicy& restart, const StopSettings& stop) : restart_(restart), stop_(stop) {}

  // What an adopter continues from. The walk of a stop that was under way begins anew.
  void adopt(InstanceState state, RestartHistory history, Time started, std::optional<Time> due) noexcept;

  // `chance` in [0, 1) is the jitter's. Returns what is to be done, in order.
  [[nodiscard]] std::vector<LifecycleAction> handle(const LifecycleEvent& event, Time now, double chance);

  [[nodiscard]] InstanceState state() const noexcept { return state_; }
  [[nodiscard]] const RestartHistory& history() const noexcept { return history_; }
  [[nodiscard]] std::optional<Time> deadline() const;      // when a Tick is due
  [[nodiscard]] Time started() const noexcept { return started_; }
  [[nodiscard]] bool leader_gone() const noexcept { return leader_gone_; }
  [[nodiscard]] std::optional<Time> kill_time() const { return state_ == InstanceState::stopping ? walk_.kill_time() : std::nullopt; }
  [[nodiscard]] bool again() const noexcept { return again_; }

 private:
  RestartPolicy restart_;
  StopSettings stop_;
  InstanceState state_ = InstanceState::stopped;
  RestartHistory history_;
  Time started_{};
  std::optional<Time> due_;
  StopWalk walk_;
  Trigger trigger_ = Trigger::exit;
  bool again_ = false;          // stopping leads to a new start
  bool by_hand_ = false;        // stopping was asked for, so the policy is not consulted
  bool leader_gone_ = true;
  bool executed_ = false;       // this generation got past exec
  ExitStatus last_;             // of the leader, while the rest of its tree is being stopped
  Milliseconds last_uptime_{0};
};

}  // namespace forever
