#include "supervisor/instance/trees.hpp"

#include <algorithm>

#include "app/marker.hpp"
#include "app/other_apps.hpp"

namespace forever {

// The first supervisor of a new keeper is its only child: others come to it only when a supervisor dies.
std::vector<Pid> Trees::orphans_of(const Instance& instance) const {
  std::vector<Pid> candidates = orphans_below(app_.self.pid, app_.fresh ? 0 : app_.keeper.pid, [this](Pid pid) {
    return leads(pid) || stands_apart(pid) || watches_over_an_app(pid) || is_of_another_app(*app_.ours, app_.name, pid);
  });
  if (app_.lost) {
    const std::string prefix = app_.ours->prefix_of(app_.name);
    for_each_process([&](const ProcessEntry& entry) {
      const auto marker = app_.ours->marker_of_descendant(entry.id);
      if (marker && marker->prefix == prefix && !leads(entry.id.pid) && !stands_apart(entry.id.pid) &&
          std::ranges::find(candidates, entry.id.pid) == candidates.end()) {
        candidates.push_back(entry.id.pid);
      }
    });
  }
  if (roster_.size() > 1) std::erase_if(candidates, [&](Pid pid) { return !belongs_to(pid, instance); });
  return candidates;
}

// Where several processes share a slot, an orphan is of the newest generation that was there when it was forked.
bool Trees::belongs_to(Pid orphan, const Instance& instance) const {
  if (!orphan_of_slot(orphan, instance.slot())) return false;
  const auto marker = marker_of(orphan);
  const std::uint64_t born = marker ? marker->generation : 0;
  const Instance* owner = nullptr;  // or else the oldest
  for (const Instance& other : roster_) {
    if (other.slot() != instance.slot()) continue;
    const bool closer =
        owner == nullptr ||
        (other.generation() <= born ? owner->generation() > born || other.generation() > owner->generation()
                                    : owner->generation() > born && other.generation() < owner->generation());
    if (closer) owner = &other;
  }
  return owner == &instance;
}

bool Trees::empty(const Instance& instance) const {
  switch (app_.spec.stop.mode) {
    case KillMode::process: return true;
    case KillMode::group:
      return std::ranges::none_of(members(instance), [&](const ProcessId& member) {
        return process_group_of(member.pid) == instance.process().pid;
      });
    case KillMode::tree: return members(instance).empty();
  }
  return true;
}

Parent Trees::parent_for(const ProcessId& id) const {
  const Pid parent = parent_of(id.pid);
  if (parent == app_.self.pid) return Parent::us;
  return parent != 0 && parent == app_.keeper.pid ? Parent::keeper : Parent::nobody;
}

Border Trees::border() const {
  return [this](Pid pid, Pid parent) { return stands_apart(pid) || other_app_begins(pid, parent); };
}

std::vector<ProcessId> Trees::members(const Instance& instance) const {
  return instance.members(orphans_of(instance), border());
}

std::vector<Pid> Trees::pids(const Instance& instance) const {
  std::vector<Pid> pids;
  for (const ProcessId& member : members(instance)) pids.push_back(member.pid);
  return pids;
}

}  // namespace forever
