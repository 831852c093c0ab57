// Plans for stopping and the walk along them; see stop_plan.hpp.
#include "supervisor/decide/stop_plan.hpp"

namespace forever {

namespace {

constexpr int kKillSignal = 9;  // SIGKILL has this number on every system that has signals (signal(7))

StopTarget target_of(KillMode mode) noexcept {
  switch (mode) {
    case KillMode::process: return StopTarget::leader;
    case KillMode::group: return StopTarget::group;
    case KillMode::tree: return StopTarget::tree;
  }
  return StopTarget::tree;
}

}  // namespace

StopPlan make_stop_plan(const StopSettings& settings, bool force) {
  const StopTarget target = target_of(settings.mode);
  const StopStep kill{target, kKillSignal, kKillRepeat};
  if (force || settings.signal == kKillSignal) return {kill};
  return {{target, settings.signal, settings.timeout}, kill};
}

StopPlan make_kill_plan(KillMode mode) {
  return {{StopTarget::leader, kKillSignal, Milliseconds{0}}, {target_of(mode), kKillSignal, kKillRepeat}};
}

StopWalk::StopWalk(StopPlan plan, Time now) : plan_(std::move(plan)), due_(now) {}

std::optional<StopStep> StopWalk::next(Time now) {
  if (plan_.empty() || now < due_) return std::nullopt;
  const bool repeat = step_ >= plan_.size();
  const StopStep step = repeat ? plan_.back() : plan_[step_];
  const bool last = repeat || step_ + 1 == plan_.size();
  due_ = now + (last ? kKillRepeat : step.patience);
  if (!repeat) ++step_;
  return step;
}

std::optional<Time> StopWalk::deadline() const {
  if (plan_.empty()) return std::nullopt;
  return due_;
}

bool StopWalk::killing() const noexcept { return !plan_.empty() && step_ >= plan_.size(); }

std::optional<Time> StopWalk::kill_time() const {
  if (plan_.empty() || killing()) return std::nullopt;
  Time when = due_;
  for (std::size_t step = step_; step + 1 < plan_.size(); ++step) when += plan_[step].patience;
  return when;
}

void StopWalk::hasten(Time now) {
  if (plan_.empty() || killing()) return;
  step_ = plan_.size() - 1;
  due_ = now;
}

}  // namespace forever
