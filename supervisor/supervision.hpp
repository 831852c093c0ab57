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

#include "app/watchers.hpp"
#include "platform/event_loop.hpp"
#include "platform/keeper.hpp"
#include "platform/reserve.hpp"
#include "supervisor/control/reloading.hpp"
#include "supervisor/control/server.hpp"
#include "supervisor/control/under_way.hpp"
#include "supervisor/decide/stance.hpp"
#include "supervisor/decide/triggers.hpp"
#include "supervisor/instance/carry_out.hpp"
#include "supervisor/ports/serving.hpp"
#include "supervisor/present_status.hpp"
#include "supervisor/supervised_app.hpp"
#include "supervisor/watch/watching.hpp"

namespace forever {

class Supervision {
 public:
  Supervision(EventLoop&& loop, Inheritance&& inheritance, const KeeperFace& face);

  // adoption.cpp
  // Reads spec and status, takes over what lives, starts what should. The Error: there is nothing to supervise.
  [[nodiscard]] Status begin();

  // After a failed begin(): tells whoever waits for a first start. A successor would fare no better, so none is made.
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
  void look_for_deleted(Time now);
  void check_memory();
  void restart_by_schedule();
  void restart_by_watch(const std::string& why);
  void go_on_restarting();
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
  void open_control();
  void prepare_start_report();
  void send_start_report();
  [[nodiscard]] Status adopt_passed(const AppStatus& last);
  void adopt_ports(const AppStatus& last);
  void begin_watching();

  // stance.cpp
  [[nodiscard]] LockFound find_lock();
  [[nodiscard]] bool holds_lock();
  [[nodiscard]] bool await_lock();
  [[nodiscard]] std::vector<Watcher> other_watchers() const;
  void call_others(const std::vector<Watcher>& others) const;
  void step_down(const std::vector<Watcher>& others);

  // own_files.cpp
  void watch_files();
  [[nodiscard]] bool files_are_there() const;
  void refresh();
  void write_files_again();
  void write_status();
  [[nodiscard]] Status record_spec(const AppSpec& spec);
  void hold_spec();
  [[nodiscard]] Result<AppSpec> held_spec();
  void write_pid_files();

  static constexpr const char* kSpecCopy = "spec";  // what the keeper holds
  struct Awaited {
    bool doubtful = false;  // it has failed lately: it is looked at for a while
  };
  struct Operating {
    ControlServer::Client client = 0;
    ControlRequest request;
    Incoming incoming = Incoming::start;
    bool begun = false;
    std::uint32_t first_slot = 0;  // the answer is about this one and those above
    Time since{};
    Time next_word{};
    bool answered = false;
    std::map<std::uint32_t, Awaited> awaited{};  // start and restart: by the key of the instance
  };
  // requests.cpp
  void operate(const ControlServer::Request& asked);
  void begin_waiting();
  void begin_operating(Operating& operating);
  void carry_out(Operating& operating, UnderWay running);
  void answer(Operating& operating, const Status& done, std::string text = {});
  void answer_at_once(const ControlServer::Request& asked);
  void start_chosen(const ControlRequest& request, UnderWay running);
  void stop_chosen(std::optional<std::uint32_t> slot, bool force);
  void restart_chosen(const ControlRequest& request);
  [[nodiscard]] Result<std::uint32_t> scale(const ControlRequest& request);
  [[nodiscard]] Status use_new_spec(const std::string& text);
  [[nodiscard]] std::string go_on_unwatched();

  // answers.cpp
  void overtake(Incoming newer, std::optional<std::uint32_t> slot);
  [[nodiscard]] std::map<std::uint32_t, Awaited> awaited_runs(const ControlRequest& request);
  [[nodiscard]] std::optional<Time> look_ends(const Operating& operating) const;
  [[nodiscard]] std::optional<std::string> come_of(const Instance& instance, const Awaited& awaited, bool& well) const;
  [[nodiscard]] std::optional<ControlReply> outcome_of_runs(const Operating& operating);
  [[nodiscard]] std::optional<ControlReply> outcome(const Operating& operating);
  void collect_replies();
  void send_replies();
  void give_progress(Time now);
  [[nodiscard]] bool tell_progress(const Operating& operating, Time now);
  [[nodiscard]] std::string stopping_text(const Instance& instance, Time now) const;

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
  std::vector<ExitRecord> records_;         // of processes that ended while nobody supervised
  std::optional<Time> records_patience_;    // until when the keeper's records are waited for, in all
  std::vector<ProcessId> unacknowledged_;   // whose ends are not on record yet
  std::optional<std::string> watch_waits_;  // files have changed while something ran that must end first
  std::vector<Operating> operating_;
  std::vector<std::pair<ControlServer::Client, ControlReply>> replies_;
  std::string start_report_;
  Handle lock_;
  Handle report_;
  Triggers triggers_;
  bool watched_until_now_ = false;  // a new spec has taken the watch away
  std::uint64_t told_dropped_ = 0;  // what the status on record says of lost log lines
  std::string told_trouble_;
  Time dropped_due_{};
  Handle files_watch_, locks_watch_;
  std::optional<Time> files_due_;  // when what was deleted is looked for
  // Until when a program that nobody waits for has the processor to itself; then exec's report, its pid file and the event log.
  std::optional<Time> chores_due_;
  std::optional<Time> status_retry_;
  std::optional<Time> keeper_retry_;
  std::optional<Time> control_retry_;
  std::optional<Time> lock_retry_;  // the lock is not ours under its name: when it is tried again
  std::optional<Time> lock_lost_;   // since when
  bool waits_for_lock_ = false;     // and nothing is begun meanwhile
  bool stepped_down_ = false;
  SpareHandles spares_;
  bool finished_ = false;
};

}  // namespace forever
