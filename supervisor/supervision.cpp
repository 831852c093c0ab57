#include "supervisor/supervision.hpp"

#include <algorithm>

#include "app/tree_usage.hpp"
#include "platform/deletion_watch.hpp"
#include "platform/files.hpp"
#include "platform/lock.hpp"
#include "platform/signals.hpp"
#include "platform/users.hpp"
#include "supervisor/instance/events.hpp"
#include "supervisor/tokens.hpp"
#include "text/units.hpp"

namespace forever {
namespace {

constexpr Milliseconds kFinishPatience{1000};  // for a keeper that is suspended or starved
constexpr Milliseconds kChoresRest{5};
constexpr Milliseconds kLostLinesTold{1000};  // as often at most as the writers try again

}  // namespace

Supervision::Supervision(EventLoop&& loop, Inheritance&& inheritance, const KeeperFace& face)
    : loop_(std::move(loop)),
      face_(face),
      app_(StateDirectory{face.arguments.at(0)}, face.arguments.at(1)),
      holdings_(loop_, std::move(inheritance.link), std::move(inheritance.held)),
      control_(loop_, kControlToken),
      watching_(loop_, kWatchToken) {
  app_.generation = inheritance.generation;
  app_.fresh = face.arguments.at(2) == "start" && inheritance.generation == 0;
  app_.lost = face.arguments.at(2) == "adopt";
  loop_.name_children_by_number();
}

int Supervision::run() {
  if (files_.lock().stepped_down()) return 0;
  attendance_.tick(steady_now());  // of what was adopted
  spares_.lend_if_scarce();
  for (;;) {
    settle();
    if (finished_ || files_.lock().stepped_down()) return 0;
    if (app_.leaving && may_leave()) return 0;
    spares_.take_back();
    const auto events = loop_.wait(next_deadline());
    spares_.lend_if_scarce();
    for (const LoopEvent& event : events) handle(event);
    tick(steady_now());
  }
}

std::optional<Time> Supervision::next_deadline() const {
  std::optional<Time> soonest = outputs_.deadline();
  for (const Instance& instance : roster_) sooner(soonest, instance.life().deadline());
  sooner(soonest, answers_.due(steady_now()));
  sooner(soonest, unasked_.due(steady_now()));
  sooner(soonest, attendance_.due(steady_now()));
  sooner(soonest, control_.deadline());
  sooner(soonest, draining_.due(steady_now()));
  sooner(soonest, reloading_.due(steady_now()));
  sooner(soonest, ports_.deadline());
  sooner(soonest, link_.deadline());
  sooner(soonest, files_.due(steady_now()));
  sooner(soonest, chores_due_);
  sooner(soonest, keeper_retry_);
  return soonest;
}

void Supervision::handle(const LoopEvent& event) {
  switch (event.kind) {
    case LoopEvent::Kind::signal: handle_signal(event.signal); return;
    case LoopEvent::Kind::child_exited: process_ended(event.child, event.status); return;
    case LoopEvent::Kind::process_gone: process_ended(event.child, ExitStatus{}); return;
    case LoopEvent::Kind::child_stopped: return;
    case LoopEvent::Kind::writable:
    case LoopEvent::Kind::readable: break;
  }
  if (event.token == kLinkToken) {
    read_keeper();
  } else if (watching_.owns(event.token)) {
    watching_.readable(steady_now());
  } else if (outputs_.owns(event.token)) {
    outputs_.readable(event.token, steady_now());
  } else if (control_.owns(event.token)) {
    for (const ControlServer::Request& request : control_.handle(event)) requests_.take(request);
  } else if (ports_.owns(event.token)) {
    if (ports_.readable(link_, event.token)) app_.dirty = true;
  } else if (notices_.owns(event.token)) {
    if (notices_.readable(event.token, program_uid())) app_.dirty = true;
  } else if (event.token >= kReportToken) {
    Instance* const instance = roster_.with_key(static_cast<std::uint32_t>(event.token - kReportToken));
    if (instance != nullptr) carry_out_.read_report(*instance);
  }
}

void Supervision::handle_signal(int signal) {
  if (signal == kHangUpSignal) {
    files_.refresh(steady_now());
  } else if (signal == kDeletionSignal) {
    // The supervisor's own replacement of status files is reported as well; end_rest() checks after it.
    if (!chores_due_) files_.look_for_deleted(steady_now());
  } else if (signal == kTermSignal || signal == kInterruptSignal || signal == kQuitSignal) {
    app_.log_later(EventLevel::info, signal_name(signal) + ": stopping");
    answers_.overtake(Incoming::stop, std::nullopt);
    operations_.stop(std::nullopt, false);
  }
}

void Supervision::process_ended(const ProcessId& id, const ExitStatus& status) {
  if (Instance* const instance = roster_.led_by(id)) {
    carry_out_.leader_ended(*instance, status);
    return;
  }
  const HealthAndHooks::End end = attendance_.process_ended(id.pid, status, steady_now());
  if (!end.known) carry_out_.look_at_trees();
  if (end.hung != nullptr && ruling_on(what_runs(app_, roster_, reload_), Incoming::health) != Ruling::pass)
    carry_out_.advance(*end.hung, event::Stop{Trigger::health, true, false});
}

void Supervision::tick(Time now) {
  outputs_.pump(now);
  // Lost log lines are reported where users look.
  if (outputs_.dropped_bytes() != told_dropped_ && now >= dropped_due_) {
    told_dropped_ = outputs_.dropped_bytes();
    dropped_due_ = now + kLostLinesTold;
    app_.dirty = true;
  }
  for (Instance& instance : roster_) {
    if (const auto due = instance.life().deadline(); due && *due <= now) {
      carry_out_.look_at_trees();
      carry_out_.advance(instance, event::Tick{});
    }
  }
  control_.tick(now);
  link_.tick(now);
  serving_.tick(now);
  draining_.tick(now);
  attendance_.tick(now);
  unasked_.tick(now);
  if (std::string now_told = present_.trouble(); now_told != told_trouble_) {
    if (!now_told.empty() && now_told == watching_.trouble()) app_.log_later(EventLevel::warning, now_told);
    told_trouble_ = std::move(now_told);
    app_.dirty = true;
  }
  files_.tick(now);
  if (keeper_retry_ && *keeper_retry_ <= now) {
    keeper_retry_.reset();
    replace_keeper();
  }
  if (chores_due_ && *chores_due_ <= now) end_rest(now);
  answers_.tick(now);
}

// What was put off while a program began.
void Supervision::end_rest(Time now) {
  chores_due_.reset();
  for (const Instance& instance : roster_) {
    if (!instance.at_gate()) watch_report(loop_, instance, kReportToken + instance.key());
  }
  files_.look_for_deleted(now);
}

// What was retired and has come to rest is no part of the app any more.
void Supervision::forget_retired() {
  roster_.remove_ended([this](const Instance& instance, bool last) {
    draining_.forget(instance.key());
    ports_.release(link_, instance.key());
    carry_out_.forget(instance);
    if (last) (void)remove_tree(app_.state.pid_path(app_.name, instance.slot())).ok();
    if (last) outputs_.close_slot(app_.state, app_.spec, link_, instance.slot());
    app_.dirty = true;
  });
}

void Supervision::settle() {
  operations_.go_on_restarting();
  forget_retired();
  reloading_.tick(steady_now());
  unasked_.settle();
  draining_.settle_ports(steady_now());
  if (!roster_.under_way() && !reload_.under_way() && !unasked_.waits()) app_.changed.clear();
  if (app_.plan != PlanStep::none && !roster_.under_way()) {
    app_.plan = PlanStep::none;
    app_.dirty = true;
  }
  requests_.begin_waiting();
  answers_.collect(steady_now());
  prepare_start_report();
  const bool ends = nothing_left();
  const bool looks = ends || app_.dirty || files_.lock().retry();
  if (looks && !files_.may_act(steady_now())) return;
  if (ends) {
    finish();
  } else if (app_.dirty) {
    files_.write_status();
  }
  acknowledge_records();
  // Another supervisor reads the record only once it has the lock: either it has read what was written just now, or its lock
  // is seen here, and a process at its gate goes no further.
  const bool begins = std::ranges::any_of(roster_, &Instance::at_gate);
  if (begins && !ends && !files_.lock().retry() && !files_.lock().is_in_place()) {
    app_.dirty = true;
    files_.lock().try_at(steady_now());
    return;
  }
  open_gates();
  if (chores_due_ && !ends) return;
  if (app_.pids_dirty && !ends) files_.write_pid_files();
  send_start_report();
  answers_.send();
  for (const auto& [level, text] : app_.lines) log_event(level, text);
  app_.lines.clear();
}

// Everything is recorded now. After a crash only the next program itself waits, possibly for the only processor.
void Supervision::open_gates() {
  const bool awaited = report_ || reload_.under_way() || answers_.any();
  if (awaited && chores_due_) end_rest(steady_now());
  for (Instance& instance : roster_) {
    if (!instance.at_gate() || instance.calls() != kNoHandle) continue;
    if (awaited) {
      watch_report(loop_, instance, kReportToken + instance.key());
    } else if (!chores_due_) {
      chores_due_ = steady_now() + kChoresRest;
    }
    instance.open_gate();
  }
}

std::uint32_t Supervision::program_uid() const {
  if (app_.spec.user.empty()) return effective_uid();
  const auto user = find_credentials(app_.spec.user, app_.spec.group);
  return user ? user->uid : effective_uid();
}

// For another binary: everything is recorded, all requests to the keeper are sent, and no program is between fork and exec.
bool Supervision::may_leave() const {
  return !roster_.any_in(InstanceState::starting) && !reload_.under_way() && !app_.dirty && link_.all_sent();
}

bool Supervision::nothing_left() const {
  // What a hook says of the last end, and its failure, is in the logs as at every other end.
  if (attendance_.commands().hooks_run() && !app_.hooks_left) return false;
  if (unasked_.expected() && app_.desired == Desired::online) return false;
  return roster_.all_at_rest();
}

// The last act. Nothing of the state directory may be touched once the lock is free: it may be the next one's already.
void Supervision::finish() {
  attendance_.end_looks();
  outputs_.pump(steady_now(), true);
  ports_.release_all(link_);
  passed_.close_all(link_);
  for (const Instance& instance : roster_) (void)remove_tree(app_.state.pid_path(app_.name, instance.slot())).ok();
  app_.keeper = {};
  app_.self = {};
  app_.plan = PlanStep::none;
  files_.write_status();
  if (files_.status_overdue()) {
    // A record that says that it runs would have it started again. On a full disk there is none at last; and that is at rest.
    (void)remove_tree(app_.state.status_path(app_.name)).ok();
    files_.write_status();
  }
  (void)remove_tree(app_.state.app_directory(app_.name) + "/control").ok();
  app_.log_later(EventLevel::info, "no instance is left to supervise");
  outputs_.close_logs();  // the next start may check whether a process writes to them
  // A client that learns that it is stopped must find its ports free: the keeper's copies are closed as well.
  if (app_.spec.may_overlap()) {
    link_.finish_and_wait(kFinishPatience);
  } else {
    (void)link_.finish().ok();
  }
  files_.lock().unlock();
  finished_ = true;
}

}  // namespace forever
