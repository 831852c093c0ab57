// Instances that come and go while the app serves: who gets connections, how one drains, and the rolling reload.
#include <algorithm>

#include "supervisor/supervision.hpp"
#include "text/units.hpp"

namespace forever {
namespace {

constexpr Milliseconds kFirstLook{10};
constexpr Milliseconds kLongestPause{50};
// In a row, a tenth of a second in all: a connection may be on its way from the kernel to the program, or its handshake, which is
// not to be seen, may wait for a processor.
constexpr int kQuietLooks = 10;
constexpr Milliseconds kReconnecting{300};

}  // namespace

// Who gets connections follows from the states; what a slot holds goes when the slot rests.
void Supervision::settle_ports() {
  // Clients that keep their connections, and have just lost them, would lose them twice. Unless there is nobody else.
  const bool sparing = reconnecting_until_ && std::ranges::any_of(roster_, [this](const Instance& instance) {
                         return serving_.may_serve(instance) && !is_to_be_replaced(instance);
                       });
  for (Instance& instance : roster_) {
    if (serving_.is_ready(instance)) instance.life().note_ready(steady_now());
    const InstanceState state = instance.life().state();
    ports_.set_active(instance.key(), serving_.may_serve(instance) && !(sparing && is_to_be_replaced(instance)));
    if (at_rest(state) && app_.plan != PlanStep::restarting) ports_.release(link_, instance.key());
  }
}

// By the reload that is under way.
bool Supervision::is_to_be_replaced(const Instance& instance) const { return reload_.replaces(instance.slot()); }

// It gets no new connection from now on, and is stopped when those that it has have ended.
void Supervision::retire(Instance& instance, Trigger trigger, Milliseconds drain) {
  carry_out_.leave_to_end(instance, Role::retiring);
  ports_.set_active(instance.key(), false);
  app_.dirty = true;
  if (instance.life().state() != InstanceState::online || !ports_.ready(instance.key())) {
    carry_out_.advance(instance, event::Stop{trigger, false, false});
    return;
  }
  const Time now = steady_now();
  serving_.look_at_ports_of(instance, now);  // what waits where nobody listens any more is not waited for
  draining_.push_back({instance.key(), now + drain, now + kFirstLook, kFirstLook, 0, trigger});
}

void Supervision::look_at_drained(Time now) {
  if (reconnecting_until_ && *reconnecting_until_ <= now) reconnecting_until_.reset();
  std::vector<std::pair<std::uint32_t, Trigger>> done;
  for (Draining& draining : draining_) {
    if (draining.next_look > now) continue;
    const Instance* const instance = roster_.with_key(draining.key);
    const bool busy = instance != nullptr && instance->life().state() == InstanceState::online &&
                      ports_.connections(draining.key, trees_.pids(*instance), 1) > 0;
    draining.quiet = busy ? 0 : draining.quiet + 1;
    draining.pause = busy ? std::min(draining.pause * 2, kLongestPause) : kFirstLook;
    draining.next_look = now + draining.pause;
    const bool cut = busy && now >= draining.until;
    if (cut && reload_.under_way()) reconnecting_until_ = now + kReconnecting;
    if (cut || draining.quiet >= kQuietLooks || now >= draining.until)
      done.emplace_back(draining.key, draining.trigger);
  }
  if (!done.empty()) settle_ports();  // before the first of their clients comes again
  for (const auto& [key, trigger] : done) {
    std::erase_if(draining_, [key = key](const Draining& draining) { return draining.key == key; });
    if (Instance* const instance = roster_.with_key(key))
      carry_out_.advance(*instance, event::Stop{trigger, false, false});
  }
}

std::optional<Time> Supervision::rolling_deadline() const {
  std::optional<Time> soonest;
  const auto sooner = [&](Time time) {
    if (!soonest || time < *soonest) soonest = time;
  };
  for (const Draining& draining : draining_) sooner(std::min(draining.next_look, draining.until));
  if (reconnecting_until_) sooner(*reconnecting_until_);
  const auto deadline = reload_.deadline();
  if (!deadline) return soonest;
  sooner(*deadline);
  const Time now = steady_now();
  for (const Instance& instance : roster_) {
    const Time grown = instance.life().started() + app_.spec.restart.min_uptime;
    if (instance.key() == reload_key_ && grown > now) sooner(grown);
  }
  return soonest;
}

// What was stopped by hand stays so, also while it still stops.
void Supervision::begin_reload(Trigger trigger, ReloadTimes times) {
  reload_result_.clear();
  std::vector<std::uint32_t> slots;
  for (const Instance& instance : roster_) {
    if (instance.role() == Role::serving && !instance.life().leads_to_rest()) slots.push_back(instance.slot());
  }
  tell_reload(reload_event::Begin{std::move(slots), app_.spec.may_overlap(), trigger, times});
}

void Supervision::tell_reload(const ReloadEvent& event) {
  for (const ReloadAction& action : reload_.handle(event, steady_now())) carry_out(action);
  app_.dirty = true;
}

void Supervision::carry_out(const ReloadAction& action) {
  if (const auto* const finish = std::get_if<reload_action::Finish>(&action)) {
    reload_result_ = finish->trouble;
    app_.log_later(finish->trouble.empty() ? EventLevel::info : EventLevel::error,
                   finish->trouble.empty() ? "reloaded" : "reload: " + finish->trouble);
    return;
  }
  Instance* const old = roster_.serving(reload_.slot());
  Instance* const fresh = roster_.with_key(reload_key_);
  if (std::holds_alternative<reload_action::Promote>(action)) {
    if (fresh != nullptr) promote(*fresh);
  } else if (std::holds_alternative<reload_action::Withdraw>(action)) {
    if (fresh != nullptr && fresh->role() == Role::rising)
      carry_out_.advance(*fresh, event::Stop{reload_.trigger(), false, false});
  } else if (old == nullptr) {
    tell_reload(reload_event::Missing{});
  } else if (std::holds_alternative<reload_action::Raise>(action)) {
    raise(*old);
  } else {
    reload_key_ = old->key();
    reload_restarts_ = old->life().history().restarts + 1;
    carry_out_.advance(*old, event::Stop{reload_.trigger(), true, false});
  }
}

void Supervision::raise(Instance& old) {
  serving_.look_at_ports_of(old, steady_now());  // the new one need not listen on what this one has closed
  Instance& fresh = roster_.add(old.slot(), app_.spec);
  reload_key_ = fresh.key();
  fresh.adopt_record(old.status());
  fresh.life().adopt(InstanceState::stopped, old.life().history(), steady_now(), std::nullopt);
  carry_out_.leave_to_end(fresh, Role::serving);
  carry_out_.advance(fresh, event::Stop{Trigger::restart, true, false});  // a restart, as it is counted
  fresh.set_role(Role::rising);  // from now on nothing but its promotion starts it again
}

void Supervision::promote(Instance& fresh) {
  Instance* const old = roster_.serving(fresh.slot());
  fresh.set_role(Role::serving);
  fresh.life().set_policies(app_.spec.restart, app_.spec.stop);
  app_.pids_dirty = true;
  ports_.set_active(fresh.key(), true);
  app_.log_later(EventLevel::info,
                 "pid " + std::to_string(fresh.process().pid) + " takes over slot " + std::to_string(fresh.slot()));
  if (old == nullptr) return;
  reload_key_ = old->key();
  // The slot's own stands first.
  roster_.put_before(fresh, old->key());
  retire(*old, reload_.trigger(), reload_.times().drain);
}

// What has become of the process that the reload waits for; nothing where there is no news.
std::optional<ReloadEvent> Supervision::news_for_reload(Time now) const {
  const Instance* const instance = roster_.with_key(reload_key_);
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
  const bool crashed = !raising && instance != nullptr && instance->life().history().restarts > reload_restarts_;
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

void Supervision::tick_reload(Time now) {
  while (const auto news = news_for_reload(now)) tell_reload(*news);
}

}  // namespace forever
