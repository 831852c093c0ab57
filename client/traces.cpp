#include "client/traces.hpp"

#include <string_view>

#include "app/marker.hpp"
#include "app/name.hpp"
#include "platform/files.hpp"

namespace forever {
namespace {

constexpr std::string_view kTitle = "forever: ";
constexpr std::string_view kKeeper = " (keeper)";

}  // namespace

void Traces::walk() {
  if (walked_) return;
  walked_ = true;
  const std::string prefix = state_.identity() + '/';
  const StateDirectory place{canonical_path(state_.path())};  // as the kernel names it
  for_each_process([&](const ProcessEntry& entry) {
    if (entry.title.starts_with(kTitle)) {
      std::string name = entry.title.substr(kTitle.size());
      const bool keeper = name.ends_with(kKeeper);
      if (keeper) name.resize(name.size() - kKeeper.size());
      // A removed directory is shown as "/path (deleted)".
      const std::string directory = place.app_directory(name);
      const bool here = entry.cwd == directory || entry.cwd.starts_with(directory + " (");
      if (here && !fault_in_name(name)) (keeper ? keepers_ : supervisors_).emplace(std::move(name), entry.id);
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
