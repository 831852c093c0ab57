// What an app's processes use, added up; and the words for its state.
#include "cli/apps/look.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "app/marker.hpp"
#include "app/other_apps.hpp"
#include "app/tree_usage.hpp"
#include "client/side_by_side.hpp"
#include "client/view.hpp"
#include "platform/ports.hpp"
#include "platform/suspended.hpp"
#include "text/units.hpp"

namespace forever::cli {
namespace {

// Daemons that the app's instances have started: they hang below its supervisor or keeper by now.
std::vector<Pid> daemons_of(const AppView& view) {
  if (!view.supervised) return {};
  const AppStatus& status = view.status;
  return orphans_below(status.supervisor.pid, status.keeper.pid, [&](Pid pid) {
    const bool leads = std::any_of(status.instances.begin(), status.instances.end(),
                                   [&](const InstanceStatus& instance) { return instance.process.pid == pid; });
    return leads || watches_over_an_app(pid);
  });
}

InstanceLook look_at_instance(const InstanceStatus& instance, const std::vector<Pid>& daemons, bool several, Time now) {
  InstanceLook look;
  if (instance.process.pid <= 0) return look;
  std::vector<Pid> roots{instance.process.pid};
  for (const Pid daemon : daemons) {
    if (!several || orphan_of_slot(daemon, instance.slot)) roots.push_back(daemon);
  }
  const Usage usage = usage_of_app(roots);
  look.alive = roots.size() == 1 ? usage.processes > 0 : presence(instance.process) == Presence::alive;
  if (!look.alive) return look;
  look.uptime = std::max(Milliseconds{0}, Milliseconds{to_ms(now) - instance.started_ms});
  look.memory_bytes = usage.memory_bytes;
  look.cpu_time = usage.cpu_time;
  look.ready = instance.ready || (instance.ready_ms != 0 && to_ms(now) >= instance.ready_ms);
  if (look.uptime.count() > 0)
    look.cpu_percent = 100.0 * static_cast<double>(usage.cpu_time.count()) / static_cast<double>(look.uptime.count());
  return look;
}

Milliseconds longest_uptime(const AppLook& look) {
  Milliseconds longest{0};
  for (const InstanceLook& instance : look.instances) longest = std::max(longest, instance.uptime);
  return longest;
}

// The record of what has just ended, or of one whose supervisor cannot write, may still call it online. Without a process it is not.
void correct_states(AppView& view, const std::vector<InstanceLook>& looks) {
  bool corrected = false;
  for (std::size_t i = 0; i < looks.size(); ++i) {
    InstanceStatus& instance = view.status.instances[i];
    if (instance.state != InstanceState::online || looks[i].alive) continue;
    const auto next = view.status.desired == Desired::stopped ? InstanceState::stopping : InstanceState::starting;
    instance.state = view.supervised ? next : InstanceState::stopped;
    corrected = view.supervised;
  }
  if (!corrected || !view.trouble.empty() || !is_suspended(view.status.supervisor)) return;
  const std::string pid = std::to_string(view.status.supervisor.pid);
  view.trouble = "its supervisor, pid " + pid + ", is suspended; `kill -CONT " + pid + "` continues it";
}

std::string reason_of_failure(const AppStatus& status, std::optional<std::uint32_t> slot) {
  const LastExit* const last = last_failure(status, slot);
  return last == nullptr ? std::string{} : reason_of(*last);
}

}  // namespace

AppLook look_at(AppView view, Time now) {
  AppLook look;
  const bool ours = !view.foreign && !view.rebooted;  // else its pids mean nothing here
  const std::vector<Pid> daemons = ours ? daemons_of(view) : std::vector<Pid>{};
  const bool several = view.status.instances.size() > 1;
  for (const InstanceStatus& instance : view.status.instances) {
    look.instances.push_back(ours ? look_at_instance(instance, daemons, several, now) : InstanceLook{});
    look.memory_bytes += look.instances.back().memory_bytes;
    look.cpu_percent += look.instances.back().cpu_percent;
    // What is to take over counts on from what it replaces.
    if (instance.role == Role::serving) look.restarts += instance.history.restarts;
    look.failures = std::max(look.failures, instance.history.failures);
    if (instance.state == InstanceState::backoff)
      look.due = std::max(look.due, Milliseconds{instance.due_ms - to_ms(now)});
  }
  if (ours) correct_states(view, look.instances);
  look.state = view.state_word();
  if (look.state == kCrashing) look.reason = reason_of_failure(view.status, {});
  for (std::size_t i = 0; i < look.instances.size(); ++i) {
    const InstanceStatus& instance = view.status.instances[i];
    InstanceLook& own = look.instances[i];
    own.state = shown_state(instance, now);
    if (own.state == kCrashing) own.reason = reason_of_failure(view.status, instance.slot);
  }
  // What was stopped by hand is `stopped`; what has come to its end says how.
  const AppStatus& status = view.status;
  if (look.state == "stopped" && status.desired == Desired::online && !status.last_exits.empty()) {
    const ExitStatus& last = status.last_exits.back().status;
    look.exit = last.kind == ExitStatus::Kind::exited ? "exited " + std::to_string(last.code) : describe_exit(last);
  }
  look.view = std::move(view);
  return look;
}

void add_ports(std::vector<AppLook>& looks) {
  const auto uses = port_uses(std::nullopt);
  if (!uses) return;
  std::multimap<Pid, std::uint16_t> ports;
  for (const PortUse& use : *uses) {
    if (use.transport == Transport::tcp && use.pid != 0) ports.emplace(use.pid, use.port);
  }
  for (AppLook& look : looks) {
    if (ports.empty() || look.view.foreign || look.view.rebooted) continue;
    std::vector<Pid> roots = daemons_of(look.view);
    for (const InstanceStatus& instance : look.view.status.instances) {
      if (instance.process.pid > 0) roots.push_back(instance.process.pid);
    }
    std::set<std::uint16_t> found;
    for (const Pid pid : tree_of(roots, other_app_begins)) {
      const auto [first, last] = ports.equal_range(pid);
      for (auto at = first; at != last; ++at) found.insert(at->second);
    }
    look.ports.assign(found.begin(), found.end());
  }
}

std::vector<AppLook> look_at_all(std::vector<AppView> views) {
  std::vector<AppLook> looks(views.size());
  const Time now = steady_now();
  side_by_side(views.size(), [&](std::size_t index) { looks[index] = look_at(std::move(views[index]), now); });
  return looks;
}

void average_since(std::vector<AppLook>& now, const std::vector<AppLook>& before, Milliseconds between) {
  if (between.count() <= 0) return;
  for (AppLook& look : now) {
    const auto old = std::find_if(before.begin(), before.end(),
                                  [&](const AppLook& other) { return other.view.name == look.view.name; });
    if (old == before.end()) continue;
    look.cpu_percent = 0;
    for (std::size_t i = 0; i < look.instances.size(); ++i) {
      InstanceLook& instance = look.instances[i];
      const bool same =
          i < old->instances.size() && old->view.status.instances[i].process == look.view.status.instances[i].process;
      if (same && instance.cpu_time >= old->instances[i].cpu_time) {
        const auto used = static_cast<double>((instance.cpu_time - old->instances[i].cpu_time).count());
        instance.cpu_percent = 100.0 * used / static_cast<double>(between.count());
      }
      look.cpu_percent += instance.cpu_percent;
    }
  }
}

std::string instance_word(const InstanceStatus& instance, const InstanceLook& look) {
  const bool runs = instance.state == InstanceState::online;
  if (runs && instance.role == Role::retiring) return "draining";
  return look.state.empty() ? to_string(instance.state) : look.state;
}

std::string status_text(const AppLook& look) {
  std::string text = look.exit.empty() ? look.state : look.exit;
  if (look.instances.size() > 1 && look.state != "unsupervised" && look.state != "foreign") {
    std::size_t online = 0, all = 0;
    for (const InstanceStatus& instance : look.view.status.instances) {
      if (instance.role != Role::serving) continue;
      ++all;
      if (instance.state == InstanceState::online) ++online;
    }
    const std::string count = std::to_string(online) + "/" + std::to_string(all) + " online";
    if (look.state == "online") return count;
    if (online > 0) text = count + ", " + text;
  }
  if (look.view.status.spec_lost && look.view.supervised) text += ", no spec";
  if (!look.reason.empty()) text += " (" + look.reason + ")";
  if (look.state == "backoff") {
    text += " " + format_age(look.due);
    text += " (" + std::to_string(look.failures) + (look.failures == 1 ? " failure)" : " failures)");
  }
  return text;
}

Colour colour_of(const std::string& state) {
  if (state == "online") return Colour::green;
  if (state == "starting" || state == "stopping") return Colour::cyan;
  if (state == "backoff" || state == kCrashing) return Colour::yellow;
  if (state == "errored") return Colour::red;
  if (state == "unsupervised") return Colour::magenta;
  return Colour::dim;
}

void sort_looks(std::vector<AppLook>& looks, SortBy column) {
  const auto by = [&](auto less) { std::stable_sort(looks.begin(), looks.end(), less); };
  using L = const AppLook&;
  by([](L a, L b) { return a.view.status.id < b.view.status.id; });
  switch (column) {
    case SortBy::id: return;
    case SortBy::name: return by([](L a, L b) { return a.view.name < b.view.name; });
    case SortBy::app_namespace:
      return by([](L a, L b) { return a.view.status.app_namespace < b.view.status.app_namespace; });
    case SortBy::status: return by([](L a, L b) { return a.state < b.state; });
    case SortBy::restarts: return by([](L a, L b) { return a.restarts > b.restarts; });
    case SortBy::uptime: return by([](L a, L b) { return longest_uptime(a) > longest_uptime(b); });
    case SortBy::cpu: return by([](L a, L b) { return a.cpu_percent > b.cpu_percent; });
    case SortBy::memory: return by([](L a, L b) { return a.memory_bytes > b.memory_bytes; });
  }
}

}  // namespace forever::cli
