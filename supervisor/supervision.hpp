// One app under supervision: everything the supervisor process has, and what it does with it.
//
// Every turn of the loop is: wait; take what happened (events change lifecycles, and collect what is to be done); tick;
// settle (the status goes on record, only then gates are opened and answers sent). So intent is on record before the act.
// supervision.cpp is the loop, carry_out.cpp what the lifecycles' decisions come to, adoption.cpp how it begins or goes on after
// a predecessor, health_and_hooks.cpp health and hooks, requests.cpp what clients ask for, own_files.cpp its own files.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "platform/event_loop.hpp"
#include "platform/keeper.hpp"
#include "platform/reserve.hpp"
#include "supervisor/watch/watching.hpp"

#include "supervisor/control/requests.hpp"

namespace forever {

class Supervision {
 public:
  Supervision(EventLoop&& loop, Inheritance&& inheritance, const KeeperFace& face);

  // adoption.cpp
  // Reads spec and status, takes over what lives, starts what should. The Error: there is nothing to supervise.
  [[nodiscard]] Status begin();

  // After a failed begin(): reports to the client that waits for a first start. A successor would fail as well, so none is started.
  void give_up(const Error& error);
  // Until all is stopped. Returns the exit code.
  [[nodiscard]] int run();

 private:
  // supervision.cpp
  [[nodiscard]] std::optional<Time> next_deadline() const;
  void handle(const LoopEvent& event);
  void handle_signal(int signal);
  void process_ended(const ProcessId& id, const ExitStatus& status);
  void tick(Time now);
  void end_rest(Time now);
  void forget_retired();
  void settle();
  void open_gates();
  [[nodiscard]] bool nothing_left() const;
  [[nodiscard]] bool may_leave() const;
  [[nodiscard]] std::uint32_t program_uid() const;

  // keeper.cpp
  void read_keeper();
  void replace_keeper();
  void acknowledge_records();

  void finish();

  // adoption.cpp
  void read_records();
  void await_records(const AppStatus& last);
  void resume(const AppStatus& last);
  void recover_lost(AppStatus& last);
  void disown_strangers(AppStatus& last);
  void take_over(Instance& instance, const InstanceStatus& recorded);
  void go_on_stopping(Instance& instance, AfterStop after, bool alive);
  void adopt_leaving(const InstanceStatus& recorded);
  void end_of_adopted(const ProcessId& process);
  [[nodiscard]] std::vector<InstanceStatus> find_by_marker() const;
  [[nodiscard]] std::optional<AppStatus> status_from_kernel() const;
  void prepare_start_report();
  void send_start_report();
  [[nodiscard]] Status adopt_passed(const AppStatus& last);
  void adopt_ports(const AppStatus& last);

  EventLoop loop_;
  const KeeperFace& face_;
  SupervisedApp app_;
  Holdings holdings_;
  KeeperLink& link_ = holdings_.link;
  HeldHandles& held_ = holdings_.held;
  Outputs& outputs_ = holdings_.outputs;
  SharedPorts& ports_ = holdings_.ports;
  PassedSockets& passed_ = holdings_.passed;
  Notices& notices_ = holdings_.notices;
  Roster roster_;
  HealthAndHooks attendance_{app_, roster_, &holdings_.ports};
  ControlServer control_;
  Trees trees_{app_, roster_, attendance_.commands(), control_};
  CarryOut carry_out_{loop_, app_, roster_, trees_, holdings_, attendance_};
  Serving serving_{app_, roster_, trees_, holdings_};
  Reload reload_;
  Draining draining_{app_, roster_, trees_, serving_, carry_out_, holdings_, reload_};
  Reloading reloading_{app_, roster_, serving_, carry_out_, draining_, holdings_, reload_};
  Watching watching_;
  PresentStatus present_{app_, roster_, serving_, holdings_, watching_};
  Answers answers_{app_, roster_, holdings_, control_, reload_, draining_, reloading_};
  UnaskedRestarts unasked_{app_, roster_, trees_, carry_out_, reload_, reloading_, answers_, watching_};
  AppFiles files_{app_, roster_, holdings_, present_, control_};
  Operations operations_{app_, roster_, trees_, carry_out_, draining_, unasked_, files_, holdings_};
  Requests requests_{app_, roster_, holdings_, present_, reload_, reloading_, operations_, answers_, files_};
  std::vector<ExitRecord> records_;        // of processes that ended while there was no supervisor
  std::optional<Time> records_patience_;   // until when the keeper's records are waited for, in all
  std::vector<ProcessId> unacknowledged_;  // whose ends are not on record yet
  std::string start_report_;
  Handle report_;
  std::uint64_t told_dropped_ = 0;  // what the status on record says of lost log lines
  std::string told_trouble_;
  Time dropped_due_{};
  // Until when a restarted program has the processor to itself; then exec's report, its pid file and the event log.
  std::optional<Time> chores_due_;
  std::optional<Time> keeper_retry_;
  SpareHandles spares_;
  bool finished_ = false;
};

}  // namespace forever
