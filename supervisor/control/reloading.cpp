#include "supervisor/control/reloading.hpp"

namespace forever {

void Reloading::begin(Trigger trigger, ReloadTimes times) {
  trouble_.clear();
  std::vector<std::uint32_t> slots;
  for (const Instance& instance : roster_) {
    if (instance.role() == Role::serving && !instance.life().leads_to_rest()) slots.push_back(instance.slot());
  }
  tell(reload_event::Begin{std::move(slots), app_.spec.may_overlap(), trigger, times});
}

void Reloading::tell(const ReloadEvent& event) {
  for (const ReloadAction& action : reload_.handle(event, steady_now())) carry_out(action);
  app_.dirty = true;
}

void Reloading::carry_out(const ReloadAction& action) {
  if (const auto* const finish = std::get_if<reload_action::Finish>(&action)) {
    trouble_ = finish->trouble;
    app_.log_later(finish->trouble.empty() ? EventLevel::info : EventLevel::error,
                   finish->trouble.empty() ? "reloaded" : "reload: " + finish->trouble);
    return;
  }
  Instance* const old = roster_.serving(reload_.slot());
  Instance* const fresh = roster_.with_key(key_);
  if (std::holds_alternative<reload_action::Promote>(action)) {
    if (fresh != nullptr) promote(*fresh);
  } else if (std::holds_alternative<reload_action::Withdraw>(action)) {
    if (fresh != nullptr && fresh->role() == Role::rising)
      carry_out_.advance(*fresh, event::Stop{reload_.trigger(), false, false});
  } else if (old == nullptr) {
    tell(reload_event::Missing{});
  } else if (std::holds_alternative<reload_action::Raise>(action)) {
    raise(*old);
  } else {
    key_ = old->key();
    restarts_ = old->life().history().restarts + 1;
    carry_out_.advance(*old, event::Stop{reload_.trigger(), true, false});
  }
}

void Reloading::raise(Instance& old) {
  serving_.look_at_ports_of(old, steady_now());  // the new one need not listen on what this one has closed
  Instance& fresh = roster_.add(old.slot(), app_.spec);
  key_ = fresh.key();
  fresh.adopt_record(old.status());
  fresh.life().adopt(InstanceState::stopped, old.life().history(), steady_now(), std::nullopt);
  carry_out_.leave_to_end(fresh, Role::serving);
  carry_out_.advance(fresh, event::Stop{Trigger::restart, true, false});  // a restart, as it is counted
  fresh.set_role(Role::rising);  // from now on nothing but its promotion starts it again
}

void Reloading::promote(Instance& fresh) {
  Instance* const old = roster_.serving(fresh.slot());
  fresh.set_role(Role::serving);
  fresh.life().set_policies(app_.spec.restart, app_.spec.stop);
  app_.pids_dirty = true;
  ports_.set_active(fresh.key(), true);
  app_.log_later(EventLevel::info,
                 "pid " + std::to_string(fresh.process().pid) + " takes over slot " + std::to_string(fresh.slot()));
  if (old == nullptr) return;
  key_ = old->key();
  // The slot's own stands first.
  roster_.put_before(fresh, old->key());
  draining_.retire(*old, reload_.trigger(), reload_.times().drain);
}

// The event of the process that the reload waits for; nothing if there is none.
std::optional<ReloadEvent> Reloading::news(Time now) const {
  const Instance* const instance = roster_.with_key(key_);
  switch (reload_.step()) {
    case Reload::Step::idle: return std::nullopt;
    case Reload::Step::leaving:
    case Reload::Step::ending:
      if (instance == nullptr || instance->role() == Role::serving) return reload_event::Gone{};
      return std::nullopt;
    case Reload::Step::raising:
    case Reload::Step::restarting: break;
  }
  const bool raising = reload_.step() == Reload::Step::raising;
  const bool crashed = !raising && instance != nullptr && instance->life().history().restarts > restarts_;
  if (crashed || instance == nullptr || at_rest(instance->life().state()) ||
      instance->life().state() == InstanceState::backoff) {
    const LastExit* const last = app_.last_exit_of(reload_.slot());
    if (last == nullptr) return reload_event::Ended{"has ended"};
    return reload_event::Ended{"has ended: " + describe_exit(last->status, last->stage.empty() ? "exec" : last->stage)};
  }
  if (serving_.may_replace(*instance, raising ? roster_.serving(reload_.slot()) : nullptr, now))
    return reload_event::Ready{};
  if (const auto deadline = reload_.deadline(); deadline && now >= *deadline) return reload_event::Tick{};
  return std::nullopt;
}

void Reloading::tick(Time now) {
  while (const auto heard = news(now)) tell(*heard);
}

void Reloading::give_up(std::string why) { tell(reload_event::GiveUp{std::move(why)}); }

std::string Reloading::progress() const {
  if (!reload_.deadline()) return {};
  return app_.name + " slot " + std::to_string(reload_.slot()) + ": waiting until the new process is ready";
}

std::optional<Time> Reloading::due(Time now) const {
  std::optional<Time> soonest = reload_.deadline();
  if (!soonest) return soonest;
  const Instance* const instance = std::as_const(roster_).with_key(key_);
  if (instance == nullptr) return soonest;
  const Time grown = instance->life().started() + app_.spec.restart.min_uptime;
  if (grown > now) sooner(soonest, grown);
  return soonest;
}

}  // namespace forever
