// What clients ask of a supervisor over the control socket. Whether it is done at once, later or not at all is decided in
// decide/precedence.hpp; when it is answered, in answers.cpp.
#include <algorithm>

#include "app/log_paths.hpp"
#include "platform/signals.hpp"
#include "supervisor/decide/restart_policy.hpp"
#include "supervisor/supervision.hpp"
#include "text/units.hpp"

namespace forever {
namespace {

constexpr Milliseconds kFirstWord{1000};  // after which a client that waits is told what for

// What cannot be done without knowing how the app was asked for.
bool needs_spec(const ControlRequest& request) {
  switch (request.operation) {
    case Operation::start:
    case Operation::scale: return true;
    case Operation::restart:
    case Operation::reload:
    case Operation::configure: return !request.new_spec;
    case Operation::stop:
    case Operation::send_signal:
    case Operation::flush:
    case Operation::reopen:
    case Operation::refresh:
    case Operation::reset:
    case Operation::upgrade:
    case Operation::describe: return false;
  }
  return false;
}

}  // namespace

namespace {

// What changes the app's course; the rest is answered at once.
std::optional<Incoming> incoming_of(Operation operation) {
  switch (operation) {
    case Operation::start: return Incoming::start;
    case Operation::stop: return Incoming::stop;
    case Operation::restart: return Incoming::restart;
    case Operation::reload: return Incoming::reload;
    case Operation::scale: return Incoming::scale;
    case Operation::configure: return Incoming::configure;
    case Operation::send_signal: return Incoming::signal;
    case Operation::upgrade: return Incoming::upgrade;
    case Operation::flush:
    case Operation::reopen:
    case Operation::refresh:
    case Operation::describe:
    case Operation::reset: return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

void Supervision::operate(const ControlServer::Request& asked) {
  if (app_.spec_lost && needs_spec(asked.request)) {
    replies_.emplace_back(asked.client, ControlReply{false, words_for_lost_spec(app_.name), roster_.pids(), {}});
    return;
  }
  const auto incoming = incoming_of(asked.request.operation);
  if (!incoming) {
    answer_at_once(asked);
    return;
  }
  const Time now = steady_now();
  Operating operating{asked.client, asked.request, *incoming, false, 0, now, now + kFirstWord, false, {}};
  begin_operating(operating);
  if (!operating.answered) operating_.push_back(std::move(operating));
}

// Those that have waited for the end of something else, in the order in which they came.
void Supervision::begin_waiting() {
  for (;;) {
    const auto first = std::ranges::find(operating_, false, &Operating::begun);
    if (first == operating_.end()) return;
    Operating operating = std::move(*first);  // what it overtakes is taken out of the list, and is not itself
    operating_.erase(first);
    begin_operating(operating);
    const bool waits = !operating.begun;
    if (!operating.answered) operating_.insert(waits ? operating_.begin() : operating_.end(), std::move(operating));
    if (waits) return;
  }
}

void Supervision::begin_operating(Operating& operating) {
  const UnderWay running = what_runs(app_, roster_, reload_);
  switch (ruling_on(running, operating.incoming)) {
    case Ruling::wait: return;
    case Ruling::refuse: answer(operating, Error{describe(running), {}}); return;
    case Ruling::overtake:
      overtake(operating.incoming, operating.request.slot);
      // A new process that was withdrawn ends before the next one of its slot begins.
      if (operating.incoming == Incoming::reload && reload_.under_way()) return;
      break;
    case Ruling::act:
    case Ruling::join:
    case Ruling::pass: overtake(operating.incoming, operating.request.slot); break;
  }
  operating.begun = true;
  carry_out(operating, running);
}

void Supervision::answer(Operating& operating, const Status& done, std::string text) {
  operating.begun = operating.answered = true;
  replies_.emplace_back(operating.client,
                        ControlReply{done.ok(), done ? std::move(text) : done.error().message(), roster_.pids(), {}});
}

// One that is not answered here is answered by its outcome.
void Supervision::carry_out(Operating& operating, UnderWay running) {
  const ControlRequest& request = operating.request;
  switch (request.operation) {
    case Operation::start:
      operating.awaited = awaited_runs(request);
      start_chosen(request, running);
      return;
    case Operation::stop: stop_chosen(request.slot, request.force); return;
    case Operation::restart:
      if (request.new_spec) {
        if (const auto used = use_new_spec(*request.new_spec); !used) {
          answer(operating, used);
          return;
        }
      }
      operating.awaited = awaited_runs(request);
      restart_chosen(request);
      return;
    case Operation::reload:
      if (request.new_spec) {
        if (const auto used = use_new_spec(*request.new_spec); !used) {
          answer(operating, used);
          return;
        }
      }
      if (!request.new_spec && roster_.all_at_rest()) {
        answer(operating, Error{"no instance is running (" + present_.word(steady_now()) + "); `forever restart " +
                                    app_.name + "` starts it",
                                {}});
        return;
      }
      reloading_.begin(Trigger::reload, {request.ready_timeout.value_or(app_.spec.ready_timeout),
                                         request.drain_timeout.value_or(app_.spec.drain_timeout)});
      (void)go_on_unwatched();
      return;
    case Operation::scale:
      if (const auto first_new = scale(request)) {
        operating.first_slot = *first_new;
        if (app_.desired == Desired::stopped)
          answer(operating, Done{}, "it is being stopped; the number applies to its next start");
      } else {
        answer(operating, first_new.error());
      }
      return;
    case Operation::configure: {
      const Status used = request.new_spec ? use_new_spec(*request.new_spec) : Status{Error{"no spec was given", {}}};
      answer(operating, used, used ? go_on_unwatched() : std::string{});
      return;
    }
    case Operation::send_signal: {
      Status sent{Error{"it has no process; it is " + present_.word(steady_now()), {}}};
      for (const Instance* const instance : roster_.chosen(request.slot)) {
        if (instance->life().leader_gone()) continue;
        if (!sent) sent = Done{};
        if (auto one = send_signal(instance->process(), request.signal); !one) sent = one;
      }
      answer(operating, sent);
      return;
    }
    case Operation::upgrade: {
      const Status told = link_.go_on_in(request.program);
      app_.leaving = told.ok();
      answer(operating, told);
      return;
    }
    case Operation::flush:
    case Operation::reopen:
    case Operation::refresh:
    case Operation::describe:
    case Operation::reset: return;
  }
}

void Supervision::answer_at_once(const ControlServer::Request& asked) {
  ControlReply reply;
  switch (asked.request.operation) {
    case Operation::flush:
      if (const Status done = outputs_.flush(); !done) reply = {false, done.error().message(), {}, {}};
      break;
    case Operation::reopen: outputs_.reopen(); break;
    case Operation::refresh: refresh(); break;
    case Operation::reset:
      for (Instance* const instance : roster_.chosen(asked.request.slot)) instance->life().clear_history();
      app_.dirty = true;
      break;
    case Operation::describe: reply.status = status_to_json(present_.status()); break;
    case Operation::start:
    case Operation::stop:
    case Operation::restart:
    case Operation::reload:
    case Operation::scale:
    case Operation::configure:
    case Operation::send_signal:
    case Operation::upgrade: return;
  }
  reply.pids = roster_.pids();
  replies_.emplace_back(asked.client, std::move(reply));
}

// What comes back by itself is let be.
void Supervision::start_chosen(const ControlRequest& request, UnderWay running) {
  app_.desired = Desired::online;
  if (running == UnderWay::stopping) app_.plan = PlanStep::none;
  if (running == UnderWay::restarting) return;
  for (Instance* const instance : roster_.chosen(request.slot)) {
    if (instance->role() != Role::serving || instance->life().again()) continue;
    if (instance->life().state() != InstanceState::online) carry_out_.advance(*instance, event::Start{});
  }
}

void Supervision::stop_chosen(std::optional<std::uint32_t> slot, bool force) {
  if (!slot || app_.spec.instances == 1) {
    app_.desired = Desired::stopped;
    app_.plan = PlanStep::stopping;
  }
  for (Instance& instance : roster_) {
    if (!slot || *slot == instance.slot()) carry_out_.advance(instance, event::Stop{Trigger::stop, false, force});
  }
  app_.dirty = true;
}

void Supervision::restart_chosen(const ControlRequest& request) {
  const bool together = !request.slot && app_.spec.instances > 1;
  app_.desired = Desired::online;
  if (!request.slot || app_.spec.instances == 1) app_.plan = PlanStep::restarting;
  for (Instance* const instance : roster_.chosen(request.slot)) {
    if (instance->role() != Role::serving) continue;
    if (together) {
      carry_out_.advance(*instance,
                         event::Stop{Trigger::restart, false, request.force});  // and then go_on_restarting()
    } else if (at_rest(instance->life().state())) {
      carry_out_.advance(*instance, event::Start{});
    } else {
      carry_out_.advance(*instance, event::Stop{Trigger::restart, true, request.force});
    }
  }
}

// The first slot that is new.
Result<std::uint32_t> Supervision::scale(const ControlRequest& request) {
  const auto before = static_cast<int>(app_.spec.instances);
  const int wanted = request.relative ? std::max(before + request.count, 1) : request.count;
  if (wanted < 1 || wanted > static_cast<int>(kMostInstances))
    return Error{"cannot scale " + app_.name + " to " + std::to_string(wanted) + " instances; 1 to " +
                     std::to_string(kMostInstances) + " are possible",
                 {}};
  const bool shared = app_.spec.shares_ports();
  AppSpec spec = app_.spec;
  spec.instances = static_cast<unsigned>(wanted);
  if (auto fault = health_port_fault(spec)) return Error{*fault, {}};
  if (const auto fault = fault_in_increments(spec)) return Error{*fault, {}};
  // One that is left over from several has its socket from us, and so will the process after it.
  if (shared && !spec.shares_ports()) spec.hold_ports = true;
  if (auto written = record_spec(spec); !written) return written.error();
  app_.spec.instances = spec.instances;
  app_.spec.hold_ports = spec.hold_ports;
  (void)link_.sync(app_.state.spec_path(app_.name)).ok();
  for (Instance& instance : roster_) {
    if (instance.slot() < app_.spec.instances || instance.role() != Role::serving) continue;
    draining_.retire(instance, Trigger::stop, app_.spec.drain_timeout);
  }
  for (auto slot = static_cast<std::uint32_t>(before); slot < app_.spec.instances; ++slot) {
    Instance& instance = roster_.add(slot, app_.spec);
    if (app_.desired == Desired::online && (shared || !app_.spec.shares_ports()))
      carry_out_.advance(instance, event::Start{});
  }
  if (!shared && app_.spec.shares_ports() && app_.desired == Desired::online) {
    // The one that there is has its port to itself: it ends first, and then all begin together.
    app_.plan = PlanStep::restarting;
    for (Instance& instance : roster_) carry_out_.advance(instance, event::Stop{Trigger::restart, false, false});
  }
  app_.dirty = true;
  return static_cast<std::uint32_t>(before);
}

Status Supervision::use_new_spec(const std::string& text) {
  auto spec = spec_from_json(text, "the new spec");
  if (!spec) return spec.error();
  if (auto written = record_spec(*spec); !written) return written;
  merge_same_logs(*spec);
  const bool logs_changed = !(spec->logs == app_.spec.logs);
  const bool watch_changed = !(spec->watch == app_.spec.watch) || spec->directory != app_.spec.directory;
  watched_until_now_ = app_.spec.watch.on && !spec->watch.on;
  spec->name = app_.spec.name;
  spec->instances = app_.spec.instances;
  if (auto opened = passed_.open(link_, *spec); !opened) {
    (void)record_spec(app_.spec).ok();
    return opened;
  }
  app_.spec = std::move(*spec);
  app_.spec_lost = false;
  for (Instance& instance : roster_) instance.life().set_policies(restart_policy_of(app_.spec), app_.spec.stop);
  if (logs_changed) {
    outputs_.pump(steady_now(), true);
    (void)outputs_.open_pipes(app_.state, app_.spec, held_, link_, std::nullopt).ok();
    outputs_.open_logs(app_.state, app_.spec);
  }
  triggers_.use(app_.spec, steady_now(), wall_now());
  if (watch_changed || (logs_changed && app_.spec.watch.on)) begin_watching();
  app_.dirty = true;
  (void)link_.sync(app_.state.spec_path(app_.name)).ok();
  return Done{};
}

// What has waited for a change of files that nobody watches any more goes on as its restart policy says of its last end. Returns
// what became of it, in words; nothing where nothing waited.
std::string Supervision::go_on_unwatched() {
  if (!std::exchange(watched_until_now_, false) || app_.desired == Desired::stopped) return {};
  std::string words;
  for (Instance& instance : roster_) {
    const Lifecycle& life = instance.life();
    const LastExit* const last = app_.last_exit_of(instance.slot());
    if (!at_rest(life.state()) || instance.role() != Role::serving || last == nullptr) continue;
    const bool by_itself = last->trigger != to_string(Trigger::stop);  // of several, one may have been stopped by hand
    const bool again =
        life.state() == InstanceState::stopped && by_itself &&
        decide_restart(restart_policy_of(app_.spec), life.history(), {last->status, last->uptime, last->uptime}, 0)
                .verdict == Verdict::restart;
    if (again) {
      words = "restarts";
      carry_out_.advance(instance, event::Stop{Trigger::restart, true, false});
    } else if (words.empty() && by_itself) {
      words = "stays " + std::string{to_string(life.state())} + " (" +
              describe_exit(last->status, last->stage.empty() ? "exec" : last->stage) + ")";
    }
  }
  return words;
}

}  // namespace forever
