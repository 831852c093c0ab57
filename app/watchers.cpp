#include "app/watchers.hpp"

#include <algorithm>
#include <span>
#include <string_view>

#include "app/name.hpp"
#include "platform/evidence.hpp"
#include "platform/files.hpp"
#include "platform/users.hpp"

namespace forever {
namespace {

constexpr std::string_view kTitle = "forever: ";
constexpr std::string_view kKeeper = " (keeper)";

// Supervisors and keepers run as we do; with a set-user-ID program anybody can have a title.
bool runs_as_we_do(Pid pid) {
  const auto owner = owner_of(pid);
  return !owner || owner->is_wholly(effective_uid());
}

// A removed directory is shown as "/path (deleted)".
bool is_at(std::string_view place, const std::string& directory) {
  return place == directory || place.starts_with(directory + " (");
}

}  // namespace

bool may_watch(const StateDirectory& state, const std::string& name, const ProcessId& id) {
  if (id.pid == 0 || presence(id) != Presence::alive || !runs_as_we_do(id.pid)) return false;
  const std::vector<std::string> arguments = arguments_of(id.pid);
  if (arguments.empty()) return !shows_environment(id.pid);  // does this system show any?
  const std::string title = std::string{kTitle} + name;
  // On Windows the title follows the program and its role.
  const auto is_title = [&](const std::string& word) { return word == title || word == title + std::string{kKeeper}; };
  const std::span<const std::string> first{arguments.data(), std::min<std::size_t>(arguments.size(), 3)};
  if (std::ranges::none_of(first, is_title)) return false;
  const std::string place = directory_of(id.pid);
  return place.empty() || is_at(place, StateDirectory{canonical_path(state.path())}.app_directory(name));
}

std::optional<Watcher> watcher_from(const ProcessEntry& entry, const StateDirectory& place) {
  if (!entry.title.starts_with(kTitle)) return std::nullopt;
  Watcher watcher{entry.title.substr(kTitle.size()), false, entry.id};
  watcher.keeper = watcher.app.ends_with(kKeeper);
  if (watcher.keeper) watcher.app.resize(watcher.app.size() - kKeeper.size());
  if (fault_in_name(watcher.app)) return std::nullopt;
  const bool here = is_at(entry.cwd, place.app_directory(watcher.app)) && runs_as_we_do(entry.id.pid);
  return here ? std::optional{std::move(watcher)} : std::nullopt;
}

std::vector<Watcher> watchers_of(const StateDirectory& state, const std::string& name) {
  const StateDirectory place{canonical_path(state.path())};
  std::vector<Watcher> found;
  for_each_process([&](const ProcessEntry& entry) {
    auto watcher = watcher_from(entry, place);
    if (watcher && watcher->app == name) found.push_back(std::move(*watcher));
  });
  return found;
}

}  // namespace forever
