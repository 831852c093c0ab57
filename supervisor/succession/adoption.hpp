// How a supervisor begins: a fresh start, or going on where a predecessor was interrupted. It reads the records, takes over what lives,
// and starts what should.
#pragma once

#include <optional>
#include <vector>

#include "platform/event_loop.hpp"
#include "supervisor/control/unasked_restarts.hpp"
#include "supervisor/holdings.hpp"
#include "supervisor/instance/carry_out.hpp"
#include "supervisor/succession/app_files.hpp"
#include "supervisor/succession/keeper_side.hpp"
#include "supervisor/supervised_app.hpp"

namespace forever {

class Adoption {
 public:
  Adoption(EventLoop& loop, SupervisedApp& app, Roster& roster, const Trees& trees, CarryOut& carry_out,
           Draining& draining, UnaskedRestarts& unasked, Holdings& holdings, AppFiles& files, KeeperSide& keeper)
      : loop_(loop),
        app_(app),
        roster_(roster),
        trees_(trees),
        carry_out_(carry_out),
        draining_(draining),
        unasked_(unasked),
        link_(holdings.link),
        held_(holdings.held),
        outputs_(holdings.outputs),
        ports_(holdings.ports),
        passed_(holdings.passed),
        notices_(holdings.notices),
        files_(files),
        keeper_(keeper) {}

  // The Error: there is nothing to supervise.
  [[nodiscard]] Status begin();

 private:
  [[nodiscard]] Status read_spec_and_status(std::optional<AppStatus>& recorded);
  void read_records();
  void await_records(const AppStatus& last);
  void disown_strangers(AppStatus& last);
  [[nodiscard]] Status adopt_passed(const AppStatus& last);
  void resume(const AppStatus& last);
  void resume(Instance& instance, const InstanceStatus* recorded, const AppStatus& last);
  void take_over(Instance& instance, const InstanceStatus& recorded);
  void go_on_stopping(Instance& instance, AfterStop after, bool alive);
  void adopt_leaving(const InstanceStatus& recorded);
  void end_of_adopted(const ProcessId& process);
  void adopt_ports(const AppStatus& last);

  EventLoop& loop_;
  SupervisedApp& app_;
  Roster& roster_;
  const Trees& trees_;
  CarryOut& carry_out_;
  Draining& draining_;
  UnaskedRestarts& unasked_;
  KeeperLink& link_;
  HeldHandles& held_;
  Outputs& outputs_;
  SharedPorts& ports_;
  PassedSockets& passed_;
  Notices& notices_;
  AppFiles& files_;
  KeeperSide& keeper_;
  std::vector<ExitRecord> records_;       // of processes that ended while there was no supervisor
  std::optional<Time> records_patience_;  // until when the keeper's records are waited for, in all
};

}  // namespace forever
