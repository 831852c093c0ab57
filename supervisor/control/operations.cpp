#include "supervisor/control/operations.hpp"

#include <algorithm>

#include "app/log_paths.hpp"
#include "platform/port_sharing.hpp"
#include "platform/ports.hpp"
#include "supervisor/decide/restart_policy.hpp"

namespace forever {

void Operations::start(const ControlRequest& request, UnderWay running) {
  app_.desired = Desired::online;
  if (running == UnderWay::stopping) app_.plan = PlanStep::none;
  if (running == UnderWay::restarting) return;
  for (Instance* const instance : roster_.chosen(request.slot)) {
    if (instance->role() != Role::serving || instance->life().again()) continue;
    if (instance->life().state() != InstanceState::online) carry_out_.advance(*instance, event::Start{});
  }
}

void Operations::stop(std::optional<std::uint32_t> slot, bool force) {
  if (!slot || app_.spec.instances == 1) {
    app_.desired = Desired::stopped;
    app_.plan = PlanStep::stopping;
  }
  for (Instance& instance : roster_) {
    if (!slot || *slot == instance.slot()) carry_out_.advance(instance, event::Stop{Trigger::stop, false, force});
  }
  app_.dirty = true;
}

void Operations::restart(const ControlRequest& request) {
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

// Why an app that was started alone is not scaled just so.
std::string Operations::words_for_restart() const {
  std::string words = "it was started without -i, so its port is not shared; to run several it is restarted first";
  std::vector<Pid> tree;
  for (const Instance& instance : roster_) {
    for (const Pid pid : trees_.pids(instance)) tree.push_back(pid);
  }
  std::vector<std::uint16_t> ports;
  const auto uses = port_uses(std::nullopt);
  for (const PortUse& use : uses ? *uses : std::vector<PortUse>{}) {
    if (std::ranges::find(tree, use.pid) != tree.end()) ports.push_back(use.port);
  }
  unsigned connections = 0;
  for (const Pid pid : tree) connections += ports.empty() ? 0 : connections_of(pid, ports);
  if (connections != 0)
    words +=
        ", which cuts " + std::to_string(connections) + (connections == 1 ? " open connection" : " open connections");
  return words + "; --force does that";
}

Result<std::uint32_t> Operations::scale(const ControlRequest& request) {
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
  // The one that there is has its port to itself: it would have to end first.
  const bool restarts = !shared && spec.shares_ports() && app_.desired == Desired::online;
  if (restarts && !request.force) return Error{words_for_restart(), {}};
  // One that is left over from several has its socket from us, and so will the process after it.
  if (shared && !spec.shares_ports()) spec.hold_ports = true;
  if (auto written = files_.record_spec(spec); !written) return written.error();
  app_.spec.instances = spec.instances;
  app_.spec.hold_ports = spec.hold_ports;
  (void)link_.sync(app_.state.spec_path(app_.name)).ok();
  for (Instance& instance : roster_) {
    if (instance.slot() < app_.spec.instances || instance.role() != Role::serving) continue;
    draining_.retire(instance, Trigger::stop, app_.spec.drain_timeout);
  }
  outputs_.use_slots(app_.state, app_.spec, held_, link_);
  for (auto slot = static_cast<std::uint32_t>(before); slot < app_.spec.instances; ++slot) {
    Instance& instance = roster_.add(slot, app_.spec);
    if (app_.desired == Desired::online && (shared || !app_.spec.shares_ports()))
      carry_out_.advance(instance, event::Start{});
  }
  if (restarts) {  // and then all begin together
    app_.plan = PlanStep::restarting;
    for (Instance& instance : roster_) carry_out_.advance(instance, event::Stop{Trigger::restart, false, false});
  }
  app_.dirty = true;
  return static_cast<std::uint32_t>(before);
}

Status Operations::use_new_spec(const std::string& text) {
  auto spec = spec_from_json(text, "the new spec");
  if (!spec) return spec.error();
  if (auto written = files_.record_spec(*spec); !written) return written;
  merge_same_logs(*spec);
  const bool logs_changed = !(spec->logs == app_.spec.logs);
  const bool watch_changed = !(spec->watch == app_.spec.watch) || spec->directory != app_.spec.directory;
  watched_until_now_ = app_.spec.watch.on && !spec->watch.on;
  spec->name = app_.spec.name;
  spec->instances = app_.spec.instances;
  if (auto opened = passed_.open(link_, *spec); !opened) {
    (void)files_.record_spec(app_.spec).ok();
    return opened;
  }
  app_.spec = std::move(*spec);
  app_.spec_lost = false;
  for (Instance& instance : roster_) instance.life().set_policies(restart_policy_of(app_.spec), app_.spec.stop);
  if (logs_changed) {
    outputs_.pump(steady_now(), true);
    (void)outputs_.open_pipes(app_.state, app_.spec, held_, link_).ok();
    outputs_.open_logs(app_.state, app_.spec);
  }
  unasked_.use_triggers(steady_now());
  if (watch_changed || (logs_changed && app_.spec.watch.on)) unasked_.begin_watching();
  app_.dirty = true;
  (void)link_.sync(app_.state.spec_path(app_.name)).ok();
  return Done{};
}

std::string Operations::go_on_unwatched() {
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

void Operations::go_on_restarting() {
  if (app_.plan != PlanStep::restarting || app_.desired != Desired::online || app_.spec.instances < 2) return;
  if (!roster_.all_at_rest()) return;
  for (Instance& instance : roster_) {
    if (instance.role() == Role::serving) carry_out_.advance(instance, event::Stop{Trigger::restart, true, false});
  }
}

}  // namespace forever
