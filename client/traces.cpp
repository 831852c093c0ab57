#include "client/traces.hpp"

#include "app/marker.hpp"
#include "app/name.hpp"
#include "app/watchers.hpp"
#include "platform/files.hpp"

namespace forever {

void Traces::walk() {
  if (walked_) return;
  walked_ = true;
  const std::string prefix = state_.identity() + '/';
  const StateDirectory place{canonical_path(state_.path())};  // as the kernel names it
  for_each_process([&](const ProcessEntry& entry) {
    if (auto watcher = watcher_from(entry, place)) {
      (watcher->keeper ? keepers_ : supervisors_).emplace(std::move(watcher->app), watcher->id);
      return;
    }
    const auto marker = marker_of(entry.id.pid);
    if (!marker || !marker->prefix.starts_with(prefix) || presence(entry.id) != Presence::alive) return;
    std::string name = marker->prefix.substr(prefix.size());
    if (!fault_in_name(name)) marked_.insert(std::move(name));
  });
}

std::optional<ProcessId> Traces::watcher_of(const std::string& name) {
  walk();
  for (const auto* const watchers : {&supervisors_, &keepers_}) {
    if (const auto found = watchers->find(name); found != watchers->end()) return found->second;
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
