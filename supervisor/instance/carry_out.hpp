// Carries out what lifecycles decide: starts processes, sends signals, records ends; and passes to lifecycles the events of their
// processes.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "platform/event_loop.hpp"
#include "supervisor/decide/chance.hpp"
#include "supervisor/decide/due.hpp"
#include "supervisor/holdings.hpp"
#include "supervisor/instance/health_and_hooks.hpp"
#include "supervisor/instance/roster.hpp"
#include "supervisor/instance/trees.hpp"
#include "supervisor/supervised_app.hpp"

namespace forever {

class CarryOut : public Timed {
 public:
  CarryOut(EventLoop& loop, SupervisedApp& app, Roster& roster, const Trees& trees, Holdings& holdings,
           HealthAndHooks& attendance)
      : loop_(loop),
        app_(app),
        roster_(roster),
        trees_(trees),
        attendance_(attendance),
        link_(holdings.link),
        outputs_(holdings.outputs),
        ports_(holdings.ports),
        passed_(holdings.passed),
        notices_(holdings.notices) {}

  // Passes the event to the instance's lifecycle, and carries out the decision. A started process waits at its gate afterwards.
  void advance(Instance& instance, const LifecycleEvent& event);
  // Exec's report, if it is there by now, and the listener of its port filter.
  void read_report(Instance& instance);
  void leader_ended(Instance& instance, ExitStatus status);
  // What is being stopped and has lost its leader may have ended as a whole.
  void look_at_trees();
  // From now on its end is final.
  void leave_to_end(Instance& instance, Role role);
  // What lifecycles wait for.
  [[nodiscard]] std::optional<Time> due(Time now) const override;
  void tick(Time now) override;
  // It is removed from the roster.
  void forget(const Instance& instance) { life_begins_.erase(instance.key()); }

 private:
  [[nodiscard]] LifecycleEvent spawn_next(Instance& instance);
  [[nodiscard]] SpawnContext spawn_context(std::uint32_t slot) const;
  void record_exit(const Instance& instance, const ProcessId& process, const std::string& stage,
                   const action::RecordExit& exit);
  [[nodiscard]] std::optional<Outputs::Mark> begin_of_life(const Instance& instance) const;
  void signal_members(const Instance& instance, const action::Signal& signal);

  EventLoop& loop_;
  SupervisedApp& app_;
  Roster& roster_;
  const Trees& trees_;
  HealthAndHooks& attendance_;
  KeeperLink& link_;
  Outputs& outputs_;
  SharedPorts& ports_;
  PassedSockets& passed_;
  Notices& notices_;
  Chance chance_;
  // By the key of the instance: where the lines of its present process begin.
  std::map<std::uint32_t, Outputs::Mark> life_begins_;
};

}  // namespace forever
