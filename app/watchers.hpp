// The processes that watch over an app: its keeper and its supervisor, as the kernel's process table shows them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/state_directory.hpp"
#include "platform/process.hpp"

namespace forever {

struct Watcher {
  std::string app;
  bool keeper = false;  // else the supervisor
  ProcessId id;
};

// What a process of the table watches in `place`, by its title ("forever: web", "forever: web (keeper)") and its current
// directory, which is the app's directory and may have been deleted. `place`: the state directory as the kernel names it,
// without links. Nothing for all other processes.
[[nodiscard]] std::optional<Watcher> watcher_from(const ProcessEntry& entry, const StateDirectory& place);

// Whether the process that a record names as keeper or supervisor of the app is alive and is accepted as such, by its title, its
// directory and its user: a record may be old, or replaced, and a signal to the process it names would hit an unrelated process.
[[nodiscard]] bool may_watch(const StateDirectory& state, const std::string& name, const ProcessId& id);

// All that watch over the app `name`; they are looked for in the whole process table, so only if files or locks do not suffice.
[[nodiscard]] std::vector<Watcher> watchers_of(const StateDirectory& state, const std::string& name);

}  // namespace forever
