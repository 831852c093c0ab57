#include "supervisor/supervision.hpp"

#include <algorithm>

#include "platform/deletion_watch.hpp"
#include "platform/files.hpp"
#include "platform/reserve.hpp"
#include "platform/signals.hpp"
#include "supervisor/succession/adoption.hpp"
#include "supervisor/tokens.hpp"

namespace forever {
namespace {

constexpr Milliseconds kFinishPatience{1000};  // for a keeper that is suspended or starved

}  // namespace

Supervision::Supervision(EventLoop&& loop, Inheritance&& inheritance, const KeeperFace& face)
    : loop_(std::move(loop)),
      app_(StateDirectory{face.arguments.at(0)}, face.arguments.at(1)),
      holdings_(loop_, std::move(inheritance.link), std::move(inheritance.held)),
      control_(loop_, kControlToken),
      watching_(loop_, kWatchToken),
      keeper_(loop_, app_, holdings_, face, control_, files_, report_) {
  app_.generation = inheritance.generation;
  app_.fresh = face.arguments.at(2) == "start" && inheritance.generation == 0;
  app_.lost = face.arguments.at(2) == "adopt";
  loop_.name_children_by_number();
}

Status Supervision::begin() {
  if (Status usable = app_.state.check(); !usable) return usable;
  app_.self = identify(current_pid()).value_or(ProcessId{});
  app_.keeper = identify(holdings_.link.keeper()).value_or(ProcessId{});
  files_.lock().take(holdings_.take("lock"));
  report_.take(holdings_.take("report"));
  // A predecessor died before the start that it was made for had ended: the start begins again and does not fail.
  if (report_.awaited() && !app_.lost) app_.fresh = true;
  if (!files_.await_lock()) return Done{};
  // A supervisor that has lost the lock unnoticed finds out.
  if (app_.lost && app_.generation == 0) files_.lock().call_others();
  return Adoption{loop_, app_, roster_, trees_, carry_out_, draining_, unasked_, holdings_, files_, keeper_}.begin();
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
    const auto events = loop_.wait(next_deadline(steady_now()));
    spares_.lend_if_scarce();
    for (const LoopEvent& event : events) handle(event);
    tick(steady_now());
  }
}

std::array<Timed*, 12> Supervision::parts() noexcept {
  return {&holdings_.outputs, &carry_out_, &control_, &keeper_, &serving_, &draining_,
          &attendance_,       &unasked_,   &files_,   &gates_,  &answers_, &reloading_};
}

std::optional<Time> Supervision::next_deadline(Time now) {
  std::optional<Time> soonest;
  for (const Timed* const part : parts()) sooner(soonest, part->due(now));
  return soonest;
}

void Supervision::tick(Time now) {
  for (Timed* const part : parts()) part->tick(now);
  if (present_.take_news(now)) app_.dirty = true;
  look_for_deleted(now);
  if (keeper_.replacement_due(now)) replace_keeper();
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
  } else if (holdings_.outputs.owns(event.token)) {
    holdings_.outputs.readable(event.token, steady_now());
  } else if (control_.owns(event.token)) {
    for (const ControlServer::Request& request : control_.handle(event)) requests_.take(request);
  } else if (holdings_.ports.owns(event.token)) {
    if (holdings_.ports.readable(holdings_.link, event.token)) app_.dirty = true;
  } else if (holdings_.notices.owns(event.token)) {
    if (holdings_.notices.readable(event.token, program_uid(app_.spec))) app_.dirty = true;
  } else if (event.token >= kReportToken) {
    Instance* const instance = roster_.with_key(static_cast<std::uint32_t>(event.token - kReportToken));
    if (instance != nullptr) carry_out_.read_report(*instance);
  }
}

void Supervision::handle_signal(int signal) {
  if (signal == kHangUpSignal) {
    files_.refresh(steady_now());
  } else if (signal == kDeletionSignal) {
    // The supervisor's own replacement of status files is reported as well; look_for_deleted() checks after the rest.
    if (!gates_.resting()) files_.look_for_deleted(steady_now());
  } else if (signal == kTermSignal || signal == kInterruptSignal || signal == kQuitSignal) {
    app_.log_later(EventLevel::info, signal_name(signal) + ": stopping");
    answers_.overtake(Incoming::stop, std::nullopt);
    operations_.stop(std::nullopt, false);
  }
}

// What was reported while a program began, the supervisor's own replacement of status files among it.
void Supervision::look_for_deleted(Time now) {
  if (gates_.take_rested()) files_.look_for_deleted(now);
}

void Supervision::read_keeper() {
  const KeeperSide::News news = keeper_.read();
  for (const ExitRecord& record : news.ended) {
    process_ended(record.id, record.status);
    keeper_.note(record.id);
  }
  if (news.gone) replace_keeper();
}

void Supervision::replace_keeper() {
  app_.log_later(EventLevel::warning, "the keeper has died; replacing it");
  if (!files_.are_there()) files_.refresh(steady_now());  // what this image knows the next one has from them
  settle();
  if (finished_) return;
  if (gates_.resting()) {  // nor would this image come back to what was put off
    gates_.end_rest();
    settle();
  }
  keeper_.replace();
}

void Supervision::process_ended(const ProcessId& id, const ExitStatus& status) {
  if (Instance* const instance = roster_.led_by(id)) {
    carry_out_.leader_ended(*instance, status);
    carry_out_.look_at_trees();  // it may have been the last of its predecessor's tree
    return;
  }
  const HealthAndHooks::End end = attendance_.process_ended(id.pid, status, steady_now());
  if (!end.known) carry_out_.look_at_trees();
  if (end.hung != nullptr && ruling_on(what_runs(app_, roster_, reload_), Incoming::health) != Ruling::pass)
    carry_out_.advance(*end.hung, event::Stop{Trigger::health, true, false});
}

// What was retired and has come to rest is no part of the app any more.
void Supervision::forget_retired() {
  roster_.remove_ended([this](const Instance& instance, bool last) {
    draining_.forget(instance.key());
    holdings_.ports.release(holdings_.link, instance.key());
    carry_out_.forget(instance);
    if (last) (void)remove_tree(app_.state.pid_path(app_.name, instance.slot())).ok();
    if (last) holdings_.outputs.close_slot(app_.state, app_.spec, holdings_.link, instance.slot());
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
  report_.prepare();
  const bool ends = nothing_left();
  const bool looks = ends || app_.dirty || files_.lock().retry();
  if (looks && !files_.may_act(steady_now())) return;
  if (ends) {
    finish();
  } else if (app_.dirty) {
    files_.write_status();
  }
  keeper_.acknowledge();
  // Another supervisor reads the record only once it has the lock: either it has read what was written just now, or its lock
  // is seen here, and a process at its gate goes no further.
  if (gates_.any() && !ends && !files_.lock().retry() && !files_.lock().is_in_place()) {
    app_.dirty = true;
    files_.lock().try_at(steady_now());
    return;
  }
  gates_.open(report_.awaited() || reload_.under_way() || answers_.any(), steady_now());
  look_for_deleted(steady_now());
  if (gates_.resting() && !ends) return;
  if (app_.pids_dirty && !ends) files_.write_pid_files();
  report_.send();
  answers_.send();
  for (const auto& [level, text] : app_.lines) log_event(level, text);
  app_.lines.clear();
}

// For another binary: everything is recorded, all requests to the keeper are sent, and no program is between fork and exec.
bool Supervision::may_leave() const {
  return !roster_.any_in(InstanceState::starting) && !reload_.under_way() && !app_.dirty && holdings_.link.all_sent();
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
  holdings_.outputs.pump(steady_now(), true);
  holdings_.ports.release_all(holdings_.link);
  holdings_.passed.close_all(holdings_.link);
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
  holdings_.outputs.close_logs();  // the next start may check whether a process writes to them
  // A client that learns that it is stopped must find its ports free: the keeper's copies are closed as well.
  if (app_.spec.may_overlap()) {
    holdings_.link.finish_and_wait(kFinishPatience);
  } else {
    (void)holdings_.link.finish().ok();
  }
  files_.lock().unlock();
  finished_ = true;
}

}  // namespace forever
