// Stopping is data: who gets which signal, and how long to wait before the next step. Always ends in kill. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "app/settings.hpp"
#include "platform/clock.hpp"

namespace forever {

// Which processes get a step's signal, each exactly once:
// leader: the instance's own process, if it still is there.
// group:  every member of the leader's process group (the leader too; members that outlived it as well).
// tree:   the group by one group signal, and every other process of the tree (descendants of leader, supervisor and keeper that
//         belong to the instance) whose process group is not the leader's by a signal of its own. So a daemonised grandchild can end
//         orderly too, and no process gets TERM twice. A leader that has not made its group yet is signalled as a process.
enum class StopTarget : std::uint8_t { leader, group, tree };
struct StopStep {
  StopTarget target = StopTarget::leader;
  int signal = 15;
  Milliseconds patience{0};  // until the next step, unless all targets are gone before
  friend bool operator==(const StopStep&, const StopStep&) = default;
};
using StopPlan = std::vector<StopStep>;

// The polite signal to all that the mode names, the grace, then KILL to the same. What outlives the leader keeps the rest of
// the grace. `force`: KILL at once.
[[nodiscard]] StopPlan make_stop_plan(const StopSettings& settings, bool force = false);
// For a process that may not have exec'ed yet: KILL to the leader itself (it may have no group yet), then to all that the mode names.
[[nodiscard]] StopPlan make_kill_plan(KillMode mode);

// A kill may race with a fork, so the last step is repeated until its targets are gone.
inline constexpr Milliseconds kKillRepeat{100};

// Walks a plan. The caller carries out each step that `next` returns and passes it the time.
class StopWalk {
 public:
  StopWalk() = default;
  StopWalk(StopPlan plan, Time now);
  // The step that is due at `now`, if any; call until it returns nothing.
  [[nodiscard]] std::optional<StopStep> next(Time now);
  // When `next` will have something again; after the last step, kKillRepeat later. Nothing for an empty plan.
  [[nodiscard]] std::optional<Time> deadline() const;
  [[nodiscard]] bool killing() const noexcept;          // the last step, KILL, has been taken
  [[nodiscard]] std::optional<Time> kill_time() const;  // when KILL comes, for "KILL in 7 s"; nothing once it came
  void hasten(Time now);                                // skip to KILL (stop --force, a second Ctrl-C)

 private:
  StopPlan plan_;
  std::size_t step_ = 0;  // the step that is due at due_; plan_.size(): the last one again
  Time due_{};
};

}  // namespace forever
