// Which processes belong to which instance: its leader, what descends from that, and the orphans that the kernel gave to the supervisor
// or its keeper. Asks the kernel, and changes nothing.
#pragma once

#include <vector>

#include "supervisor/control/server.hpp"
#include "supervisor/instance/roster.hpp"
#include "supervisor/instance/side_commands.hpp"
#include "supervisor/supervised_app.hpp"

namespace forever {

class Trees {
 public:
  Trees(const SupervisedApp& app, const Roster& roster, const SideCommands& side, const ControlServer& control)
      : app_(app), roster_(roster), side_(side), control_(control) {}

  // Processes that the kernel re-parented to us or to the keeper and that belong to `instance` by their marker. One that has none (it
  // cleared its environment) belongs to the instance that is being stopped, or to the first slot.
  [[nodiscard]] std::vector<Pid> orphans_of(const Instance& instance) const;
  [[nodiscard]] std::vector<ProcessId> members(const Instance& instance) const;
  [[nodiscard]] std::vector<Pid> pids(const Instance& instance) const;
  // Whether nothing is left of what the app's KillMode names.
  [[nodiscard]] bool empty(const Instance& instance) const;
  // Where the tree of an instance ends.
  [[nodiscard]] Border border() const;
  // Who reaps that process.
  [[nodiscard]] Parent parent_for(const ProcessId& id) const;

 private:
  // A command of ours that an instance has run is left alone until it has its answer: who restarts all apps from inside one of them.
  [[nodiscard]] bool stands_apart(Pid pid) const { return control_.answer_awaited_by(pid); }
  [[nodiscard]] bool leads(Pid pid) const { return side_.runs(pid) || roster_.leads(pid); }
  [[nodiscard]] bool belongs_to(Pid orphan, const Instance& instance) const;

  const SupervisedApp& app_;
  const Roster& roster_;
  const SideCommands& side_;
  const ControlServer& control_;
};

}  // namespace forever
