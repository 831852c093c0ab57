// One app under supervision: the parts that a supervisor is made of, and the loop that drives them.
//
// Every turn of the loop is: wait; take what happened (events change lifecycles, and collect what is to be done); tick each part;
// settle (the status goes on record, only then gates are opened and answers sent). So intent is on record before the act.
#pragma once

#include <array>

#include "platform/reserve.hpp"
#include "supervisor/control/requests.hpp"
#include "supervisor/instance/gates.hpp"
#include "supervisor/succession/keeper_side.hpp"
#include "supervisor/succession/start_reporting.hpp"

namespace forever {

class Supervision {
 public:
  Supervision(EventLoop&& loop, Inheritance&& inheritance, const KeeperFace& face);

  // Reads spec and status, takes over what lives, starts what should. The Error: there is nothing to supervise.
  [[nodiscard]] Status begin();
  // After a failed begin(): reports it to the command line, if one waits.
  void give_up(const Error& error) { report_.give_up(error); }
  // Until all is stopped. Returns the exit code.
  [[nodiscard]] int run();

 private:
  // In the order in which they do what is due.
  [[nodiscard]] std::array<Timed*, 12> parts() noexcept;
  [[nodiscard]] std::optional<Time> next_deadline(Time now);
  void handle(const LoopEvent& event);
  void handle_signal(int signal);
  void read_keeper();
  void replace_keeper();
  void process_ended(const ProcessId& id, const ExitStatus& status);
  void tick(Time now);
  void look_for_deleted(Time now);
  void forget_retired();
  void settle();
  void finish();
  [[nodiscard]] bool nothing_left() const;
  [[nodiscard]] bool may_leave() const;

  EventLoop loop_;
  SupervisedApp app_;
  Holdings holdings_;
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
  StartReporting report_{app_, roster_, carry_out_, files_, holdings_.link};
  KeeperSide keeper_;
  Gates gates_{loop_, roster_};
  SpareHandles spares_;
  bool finished_ = false;
};

}  // namespace forever
