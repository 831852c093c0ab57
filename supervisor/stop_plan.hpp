// Stopping is data: who gets which signal, and how long to wait before the next step. Always ends in kill. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/clock.hpp"

namespace forever {

// process: only the leader is signalled and waited for; its descendants are left alone.
// group:   the process group; what left it (setsid) is left alone.
// tree:    everything: the group, then what subreapers still hold.
enum class KillMode : std::uint8_t { process, group, tree };

struct StopSettings {
  int signal = 15;                // SIGTERM
  Milliseconds timeout{10000};    // grace until KILL
  KillMode mode = KillMode::tree;
  friend bool operator==(const StopSettings&, const StopSettings&) = default;
};

enum class StopTarget : std::uint8_t { leader, group, tree };
struct StopStep {
  StopTarget target = StopTarget::leader;
  int signal = 15;
  Milliseconds patience{0};       // until the next step, unless all targets are gone before
  friend bool operator==(const StopStep&, const StopStep&) = default;
};
using StopPlan = std::vector<StopStep>;

// Grace first to the leader's group (leader alone for `process`), then to what is left of the tree once the leader is gone,
// then KILL to all that the mode names. `force`: KILL at once.
[[nodiscard]] StopPlan make_stop_plan(const StopSettings& settings, bool force = false);

// Walks a plan. The caller carries out each step that `next` returns and tells it the time.
class StopWalk {
 public:
  StopWalk() = default;
  StopWalk(StopPlan plan, Time now);
  // The step that is due at `now`, if any; call until it returns nothing.
  [[nodiscard]] std::optional<StopStep> next(Time now);
  // When `next` will have something again; nothing after the last step (which is repeated every 100 ms: a kill
  // may race with a fork, so the tree is killed until it is empty).
  [[nodiscard]] std::optional<Time> deadline() const;
  [[nodiscard]] bool killing() const noexcept;               // the KILL step has been reached
  [[nodiscard]] std::optional<Time> kill_time() const;       // when KILL comes, for "KILL in 7 s"
  void hasten(Time now);                                     // skip to KILL (stop --force, a second Ctrl-C)

 private:
  StopPlan plan_;
  std::size_t step_ = 0;
  Time due_{};
  bool begun_ = false;
};

[[nodiscard]] const char* to_string(KillMode mode) noexcept;
[[nodiscard]] std::optional<KillMode> kill_mode_from(const std::string& word) noexcept;

}  // namespace forever
