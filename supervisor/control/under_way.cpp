#include "supervisor/control/under_way.hpp"

#include <algorithm>

namespace forever {

UnderWay what_runs(const SupervisedApp& app, const Roster& roster, const Reload& reload) {
  const auto any = [&](auto is) { return std::ranges::any_of(roster, is); };
  if (app.desired == Desired::stopped) return UnderWay::stopping;
  if (app.leaving) return UnderWay::upgrading;
  if (reload.under_way()) return UnderWay::reloading;
  if (app.plan == PlanStep::restarting) return UnderWay::restarting;
  if (any([](const Instance& one) { return one.role() == Role::retiring; })) return UnderWay::scaling;
  if (any([](const Instance& one) { return one.life().state() == InstanceState::starting; })) return UnderWay::starting;
  return UnderWay::nothing;
}

}  // namespace forever
