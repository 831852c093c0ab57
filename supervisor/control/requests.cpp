// What clients ask of a supervisor over the control socket, and when they get their answer.
#include <algorithm>

#include "app/log_paths.hpp"
#include "platform/signals.hpp"
#include "supervisor/decide/restart_policy.hpp"
#include "supervisor/supervision.hpp"
#include "text/units.hpp"

namespace forever {
namespace {

constexpr Milliseconds kFirstWord{1000};  // after which a client that waits is told what for
constexpr Milliseconds kNextWord{3000};
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

constexpr unsigned kMostCounted = 1000;  // connections of an instance that drains

}  // namespace

std::vector<Instance*> Supervision::chosen(const ControlRequest& request) {
  std::vector<Instance*> found;
  for (Instance& instance : instances_) {
    if (!request.slot || *request.slot == instance.slot()) found.push_back(&instance);
  }
  return found;
}

std::vector<Pid> Supervision::pids() const {
  std::vector<Pid> found;
  for (const Instance& instance : instances_) {
    if (instance.role() != Role::serving) continue;
    found.push_back(instance.life().leader_gone() ? 0 : instance.process().pid);
  }
  return found;
}

void Supervision::operate(const ControlServer::Request& asked) {
  const ControlRequest& request = asked.request;
  const auto answer = [&](const Status& done, std::string text) {
    replies_.emplace_back(asked.client,
                          ControlReply{done.ok(), done ? std::move(text) : done.error().message(), pids(), {}});
  };
  const auto wait_for_it = [&](std::uint32_t first_slot = 0) {
    const Time now = steady_now();
    operating_.push_back({asked.client, request, first_slot, now, now + kFirstWord});
  };
  if (spec_lost_ && needs_spec(request)) {
    answer(Error{words_for_lost_spec(name_), {}}, {});
    return;
  }
  switch (request.operation) {
    case Operation::start:
      desired_ = Desired::online;
      for (Instance* const instance : chosen(request)) {
        if (instance->role() == Role::serving && instance->life().state() != InstanceState::online)
          advance(*instance, event::Start{});
      }
      overtake_stops(request);
      wait_for_it();
      return;
    case Operation::stop:
      if (!request.slot || instances_.size() == 1) {
        desired_ = Desired::stopped;
        plan_ = PlanStep::stopping;
      }
      cancel_reload("it was stopped");
      for (Instance* const instance : chosen(request))
        advance(*instance, event::Stop{Trigger::stop, false, request.force});
      wait_for_it();
      return;
    case Operation::restart:
      if (request.new_spec) {
        if (const auto used = use_new_spec(*request.new_spec); !used) {
          answer(used, {});
          return;
        }
      }
      cancel_reload("it was restarted");
      desired_ = Desired::online;
      plan_ = PlanStep::restarting;
      for (Instance* const instance : chosen(request)) {
        const InstanceState state = instance->life().state();
        if (!request.slot && instances_.size() > 1) {
          advance(*instance, event::Stop{Trigger::restart, false, request.force});  // and then go_on_restarting()
        } else if (at_rest(state)) {
          advance(*instance, event::Start{});
        } else {
          advance(*instance, event::Stop{Trigger::restart, true, request.force});
        }
      }
      overtake_stops(request);
      wait_for_it();
      return;
    case Operation::send_signal: {
      Status sent{Done{}};
      for (const Instance* const instance : chosen(request)) {
        if (instance->life().leader_gone()) continue;
        if (auto one = send_signal(instance->process(), request.signal); !one) sent = one;
      }
      answer(sent, {});
      return;
    }
    case Operation::flush: answer(outputs_.flush(), {}); return;
    case Operation::reopen:
      outputs_.reopen();
      answer(Done{}, {});
      return;
    case Operation::refresh:
      refresh();
      answer(Done{}, {});
      return;
    case Operation::configure: {
      const Status used = request.new_spec ? use_new_spec(*request.new_spec) : Status{Error{"no spec was given", {}}};
      answer(used, used ? go_on_unwatched() : std::string{});
      return;
    }
    case Operation::reset:
      for (Instance* const instance : chosen(request)) instance->life().clear_history();
      dirty_ = true;
      answer(Done{}, {});
      return;
    case Operation::reload:
      if (request.new_spec) {
        if (const auto used = use_new_spec(*request.new_spec); !used) {
          answer(used, {});
          return;
        }
      }
      begin_reload(Trigger::reload, {request.ready_timeout.value_or(spec_.ready_timeout),
                                     request.drain_timeout.value_or(spec_.drain_timeout)});
      (void)go_on_unwatched();
      wait_for_it();
      return;
    case Operation::scale:
      if (const auto first_new = scale(request)) {
        wait_for_it(*first_new);
      } else {
        answer(first_new.error(), {});
      }
      return;
    case Operation::upgrade: {
      if (reload_) {
        answer(Error{"it is being reloaded", {}}, {});
        return;
      }
      const Status told = link_.go_on_in(request.program);
      leaving_ = told.ok();
      answer(told, {});
      return;
    }
    case Operation::describe:
      replies_.emplace_back(asked.client, ControlReply{true, {}, pids(), status_to_json(make_status())});
      return;
  }
}

// Who waits for a stop that a newer request has overtaken is told so: it will not come about.
void Supervision::overtake_stops(const ControlRequest& newer) {
  const char* const verb = newer.operation == Operation::start ? "start" : "restart";
  std::erase_if(operating_, [&](const Operating& operating) {
    const ControlRequest& older = operating.request;
    if (older.operation != Operation::stop || (older.slot && newer.slot && *older.slot != *newer.slot)) return false;
    replies_.emplace_back(operating.client,
                          ControlReply{false, std::string{"a later "} + verb + " overtook this stop", pids(), {}});
    return true;
  });
}

// Nothing while it is under way.
std::optional<ControlReply> Supervision::outcome(const Operating& operating) {
  const bool stopping = operating.request.operation == Operation::stop;
  if (operating.request.operation == Operation::reload) {
    const bool rising =
        std::ranges::any_of(instances_, [](const Instance& instance) { return instance.role() == Role::rising; });
    if (reload_ || rising) return std::nullopt;  // a new one that was not taken is stopped before that is told
    if (!reload_result_.empty()) return ControlReply{false, reload_result_, pids(), {}};
    const char* const how = spec_.may_overlap() ? "" : "its ports are not held, so it was restarted (--hold-ports)";
    return ControlReply{true, how, pids(), {}};
  }
  for (const Instance* const instance : chosen(operating.request)) {
    if (operating.request.operation == Operation::scale && instance->role() != Role::serving) return std::nullopt;
    const InstanceState state = instance->life().state();
    if (stopping ? !at_rest(state) : state == InstanceState::starting || state == InstanceState::stopping)
      return std::nullopt;
  }
  ControlReply reply{true, {}, pids(), {}};
  if (stopping) return reply;
  for (const Instance* const instance : chosen(operating.request)) {
    if (instance->slot() < operating.first_slot || instance->life().state() == InstanceState::online) continue;
    reply.ok = false;
    reply.text = last_exits_.empty() ? std::string{"it did not start"}
                                     : describe_exit(last_exits_.back().status, last_exits_.back().stage);
  }
  return reply;
}

void Supervision::collect_replies() {
  std::erase_if(operating_, [&](const Operating& operating) {
    if (!control_.connected(operating.client)) return true;  // the client went away; what it asked for goes on
    const auto reply = outcome(operating);
    if (reply) replies_.emplace_back(operating.client, *reply);
    return reply.has_value();
  });
}

void Supervision::send_replies() {
  for (const auto& [client, reply] : std::exchange(replies_, {})) control_.reply(client, reply);
}

void Supervision::give_progress(Time now) {
  for (Operating& operating : operating_) {
    if (operating.next_word > now) continue;
    operating.next_word = now + kNextWord;
    if (reload_ && operating.request.operation == Operation::reload && reload_->step != Reload::Step::leaving)
      control_.progress(operating.client,
                        name_ + " slot " + std::to_string(reload_->slot) + ": waiting until the new process is ready");
    if (operating.request.operation == Operation::reload || operating.request.operation == Operation::scale) {
      for (const Draining& draining : draining_) tell_draining(operating.client, draining, now);
    }
    for (const Instance* const instance : chosen(operating.request)) {
      if (instance->life().state() != InstanceState::stopping) continue;
      const std::string who = name_ + " (pid " + std::to_string(instance->process().pid) + ") ";
      const auto kill = instance->life().kill_time();
      if (instance->life().leader_gone()) {
        control_.progress(operating.client, who + "has ended; processes that it started are being stopped");
      } else if (kill && *kill > now) {
        const auto left = std::chrono::ceil<std::chrono::seconds>(*kill - now);
        const std::string does = notices_.of(instance->key()).stopping ? "has said that it is stopping"
                                                                       : "ignores " + signal_name(spec_.stop.signal);
        control_.progress(operating.client, who + does + ", KILL in " + std::to_string(left.count()) + " s");
      } else {
        control_.progress(operating.client, who + "has been sent SIGKILL and is not gone yet");
      }
    }
  }
}

// From now on its end is final.
void Supervision::leave_to_end(Instance& instance, Role role) {
  RestartPolicy never = spec_.restart;
  never.on = RestartOn::never;
  instance.set_role(role);
  instance.life().set_policies(never, spec_.stop);
}

// The first slot that is new.
Result<std::uint32_t> Supervision::scale(const ControlRequest& request) {
  const auto before = static_cast<int>(spec_.instances);
  const int wanted = request.relative ? std::max(before + request.count, 1) : request.count;
  if (wanted < 1 || wanted > static_cast<int>(kMostInstances))
    return Error{"cannot scale " + name_ + " to " + std::to_string(wanted) + " instances; 1 to " +
                     std::to_string(kMostInstances) + " are possible",
                 {}};
  const bool shared = spec_.shares_ports();
  AppSpec spec = spec_;
  spec.instances = static_cast<unsigned>(wanted);
  if (auto fault = health_port_fault(spec)) return Error{*fault, {}};
  if (const auto fault = fault_in_increments(spec)) return Error{*fault, {}};
  cancel_reload("it was scaled");
  // One that is left over from several has its socket from us, and so will the process after it.
  if (shared && !spec.shares_ports()) spec.hold_ports = true;
  if (auto written = state_.write_spec(spec); !written) return written.error();
  spec_.instances = spec.instances;
  spec_.hold_ports = spec.hold_ports;
  (void)link_.sync(state_.spec_path(name_)).ok();
  for (Instance& instance : instances_) {
    if (instance.slot() < spec_.instances || instance.role() != Role::serving) continue;
    retire(instance, Trigger::stop, spec_.drain_timeout);
  }
  for (auto slot = static_cast<std::uint32_t>(before); slot < spec_.instances; ++slot) {
    Instance& instance = add_instance(slot);
    if (desired_ == Desired::online && (shared || !spec_.shares_ports())) advance(instance, event::Start{});
  }
  if (!shared && spec_.shares_ports() && desired_ == Desired::online) {
    // The one that there is has its port to itself: it ends first, and then all begin together.
    plan_ = PlanStep::restarting;
    for (Instance& instance : instances_) advance(instance, event::Stop{Trigger::restart, false, false});
  }
  dirty_ = true;
  return static_cast<std::uint32_t>(before);
}

void Supervision::tell_draining(ControlServer::Client client, const Draining& draining, Time now) {
  const Instance* const instance = instance_with(draining.key);
  if (instance == nullptr) return;
  const unsigned count = ports_.connections(draining.key, tree_pids(*instance), kMostCounted);
  const auto left = std::chrono::ceil<std::chrono::seconds>(std::max(draining.until - now, Time::duration{}));
  control_.progress(client, name_ + " (pid " + std::to_string(instance->process().pid) + ") has " +
                                std::to_string(count) + (count == 1 ? " connection" : " connections") +
                                " left; it is stopped in " + std::to_string(left.count()) + " s at the latest");
}

Status Supervision::use_new_spec(const std::string& text) {
  auto spec = spec_from_json(text, "the new spec");
  if (!spec) return spec.error();
  if (auto written = state_.write_spec(*spec); !written) return written;
  merge_same_logs(*spec);
  const bool logs_changed = !(spec->logs == spec_.logs);
  const bool watch_changed = !(spec->watch == spec_.watch) || spec->directory != spec_.directory;
  watched_until_now_ = spec_.watch.on && !spec->watch.on;
  spec->name = spec_.name;
  spec->instances = spec_.instances;
  if (auto opened = passed_.open(link_, *spec); !opened) {
    (void)state_.write_spec(spec_).ok();
    return opened;
  }
  spec_ = std::move(*spec);
  spec_lost_ = false;
  for (Instance& instance : instances_) instance.life().set_policies(restart_policy_of(spec_), spec_.stop);
  if (logs_changed) {
    outputs_.pump(steady_now(), true);
    (void)outputs_.open_pipes(state_, spec_, held_, link_, std::nullopt).ok();
    outputs_.open_logs(state_, spec_);
  }
  triggers_.use(spec_, steady_now(), wall_now());
  if (watch_changed || (logs_changed && spec_.watch.on)) begin_watching();
  dirty_ = true;
  (void)link_.sync(state_.spec_path(name_)).ok();
  return Done{};
}

// What has waited for a change of files that nobody watches any more goes on as its restart policy says of its last end. Returns
// what became of it, in words; nothing where nothing waited.
std::string Supervision::go_on_unwatched() {
  if (!std::exchange(watched_until_now_, false) || desired_ == Desired::stopped) return {};
  std::string words;
  for (Instance& instance : instances_) {
    const Lifecycle& life = instance.life();
    const auto last = std::find_if(last_exits_.rbegin(), last_exits_.rend(),
                                   [&](const LastExit& exit) { return exit.slot == instance.slot(); });
    if (!at_rest(life.state()) || instance.role() != Role::serving || last == last_exits_.rend()) continue;
    const bool by_itself = last->trigger != to_string(Trigger::stop);  // of several, one may have been stopped by hand
    const bool again =
        life.state() == InstanceState::stopped && by_itself &&
        decide_restart(restart_policy_of(spec_), life.history(), last->status, last->uptime, false, 0).verdict ==
            Verdict::restart;
    if (again) {
      words = "restarts";
      advance(instance, event::Stop{Trigger::restart, true, false});
    } else if (words.empty() && by_itself) {
      words = "stays " + std::string{to_string(life.state())} + " (" +
              describe_exit(last->status, last->stage.empty() ? "exec" : last->stage) + ")";
    }
  }
  return words;
}

}  // namespace forever
