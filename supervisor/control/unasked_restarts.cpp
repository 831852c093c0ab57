#include "supervisor/control/unasked_restarts.hpp"

#include <algorithm>

#include "app/log_paths.hpp"
#include "app/tree_usage.hpp"
#include "text/units.hpp"

namespace forever {

std::optional<Time> UnaskedRestarts::due(Time now) const {
  std::optional<Time> soonest = triggers_.deadline(now, wall_now());
  sooner(soonest, watching_.deadline());
  return soonest;
}

void UnaskedRestarts::tick(Time now) {
  if (triggers_.memory_due(now)) check_memory();
  if (triggers_.schedule_due(now, wall_now())) by_schedule();
  if (const auto why = watching_.due(now)) by_watch(*why);
}

void UnaskedRestarts::settle() {
  if (watch_waits_ && !reload_.under_way()) by_watch(*std::exchange(watch_waits_, std::nullopt));
}

void UnaskedRestarts::begin_watching() {
  OwnFiles own;
  for (std::string& path : app_.state.own_paths()) own.add_folder(std::move(path));
  const auto [out, err] = log_paths(app_.state, app_.spec);
  own.add_log(out);
  if (!err.empty()) own.add_log(err);
  watching_.use(app_.spec, std::move(own));
  if (watching_.on()) app_.log_later(EventLevel::info, "watching " + watching_.extent());
}

void UnaskedRestarts::check_memory() {
  if (ruling_on(what_runs(app_, roster_, reload_), Incoming::memory) == Ruling::pass) return;
  for (Instance& instance : roster_) {
    if (instance.life().state() != InstanceState::online || instance.role() != Role::serving) continue;
    std::vector<Pid> roots = trees_.orphans_of(instance);
    roots.push_back(instance.process().pid);
    const std::uint64_t used = memory_against(app_.spec.max_memory, roots);
    if (used <= app_.spec.max_memory) continue;
    app_.log_later(EventLevel::warning,
                   "memory " + format_size(used) + " exceeds " + format_size(app_.spec.max_memory) + ": restarting");
    carry_out_.advance(instance, event::Stop{Trigger::max_memory, true, false});
  }
}

void UnaskedRestarts::by_schedule() {
  const UnderWay running = what_runs(app_, roster_, reload_);
  if (ruling_on(running, Incoming::cron) == Ruling::pass) {
    app_.log_later(EventLevel::info, std::string{"not restarted by schedule: "} + describe(running));
    return;
  }
  app_.log_later(EventLevel::info, "restarting by schedule");
  for (Instance& instance : roster_) {
    if (instance.role() != Role::serving) continue;
    // A job that has run to its end is started; a running instance is restarted; an errored one stays errored.
    if (instance.life().state() == InstanceState::stopped) {
      carry_out_.advance(instance, event::Start{});
    } else {
      carry_out_.advance(instance, event::Stop{Trigger::cron, true, false});
    }
  }
}

// The one place where a change of watched files becomes a restart; a reload where ports are held, so that a save drops no
// connection. An instance that has ended or failed is started: it serves no client.
void UnaskedRestarts::by_watch(const std::string& why) {
  const UnderWay running = what_runs(app_, roster_, reload_);
  if (ruling_on(running, Incoming::watch) == Ruling::pass) return;
  answers_.overtake(Incoming::watch, std::nullopt);
  app_.changed = watching_.changed_files();
  if (reload_.under_way()) {  // until the new process that was withdrawn has ended
    watch_waits_ = why;
    return;
  }
  const bool all_online = std::ranges::all_of(roster_, [](const Instance& instance) {
    return instance.role() != Role::serving || instance.life().state() == InstanceState::online;
  });
  if (app_.spec.may_overlap() && all_online && running != UnderWay::restarting) {
    app_.log_later(EventLevel::info, why + ": reloading");
    reloading_.begin(Trigger::watch, {app_.spec.ready_timeout, app_.spec.drain_timeout});
    return;
  }
  app_.log_later(EventLevel::info, why + ": restarting");
  const bool together = running == UnderWay::restarting && app_.spec.instances > 1;
  for (Instance& instance : roster_) {
    if (instance.role() != Role::serving) continue;
    if (together && at_rest(instance.life().state())) continue;  // go_on_restarting() starts them all
    carry_out_.advance(instance, event::Stop{Trigger::watch, !together, false});
  }
}

}  // namespace forever
