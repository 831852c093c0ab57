#include "app/watchers.hpp"

#include <string_view>

#include "app/name.hpp"
#include "platform/files.hpp"

namespace forever {
namespace {

constexpr std::string_view kTitle = "forever: ";
constexpr std::string_view kKeeper = " (keeper)";

}  // namespace

std::optional<Watcher> watcher_from(const ProcessEntry& entry, const StateDirectory& place) {
  if (!entry.title.starts_with(kTitle)) return std::nullopt;
  Watcher watcher{entry.title.substr(kTitle.size()), false, entry.id};
  watcher.keeper = watcher.app.ends_with(kKeeper);
  if (watcher.keeper) watcher.app.resize(watcher.app.size() - kKeeper.size());
  if (fault_in_name(watcher.app)) return std::nullopt;
  // A removed directory is shown as "/path (deleted)".
  const std::string directory = place.app_directory(watcher.app);
  const bool here = entry.cwd == directory || entry.cwd.starts_with(directory + " (");
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
