#include "client/traces.hpp"

#include "app/ours.hpp"
#include "app/watchers.hpp"
#include "platform/files.hpp"

namespace forever {

void Traces::walk() {
  if (walked_) return;
  walked_ = true;
  const Ours ours{state_};
  const StateDirectory place{canonical_path(state_.path())};  // as the kernel names it
  for_each_process([&](const ProcessEntry& entry) {
    if (auto watcher = watcher_from(entry, place)) {
      (watcher->keeper ? keepers_ : supervisors_).emplace(std::move(watcher->app), watcher->id);
      return;
    }
    if (const auto marker = ours.marker_of(entry.id)) marked_.insert(ours.app_of(*marker));
  });
}

std::optional<ProcessId> Traces::watcher_of(const std::string& name) {
  walk();
  for (const auto* const watchers : {&supervisors_, &keepers_}) {
    const auto found = watchers->find(name);
    if (found != watchers->end() && presence(found->second) == Presence::alive) return found->second;
  }
  return std::nullopt;
}

bool Traces::app_lives(const std::string& name) {
  walk();
  return marked_.contains(name);
}

std::vector<std::string> Traces::names() {
  walk();
  std::set<std::string, std::less<>> all = marked_;
  for (const auto& [name, id] : supervisors_) all.insert(name);
  for (const auto& [name, id] : keepers_) all.insert(name);
  return {all.begin(), all.end()};
}

}  // namespace forever
