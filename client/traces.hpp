// Finds apps of a state directory in the process table, if their files are missing or damaged.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/state_directory.hpp"
#include "platform/process.hpp"

namespace forever {

// The table is walked when it is first asked for something, and not again: however many files are lost.
class Traces {
 public:
  explicit Traces(const StateDirectory& state) : state_(state) {}

  // The app's supervisor, else its keeper, by title and current directory (which may have been deleted).
  [[nodiscard]] std::optional<ProcessId> watcher_of(const std::string& name);
  // Whether a process lives that bears the app's marker.
  [[nodiscard]] bool app_lives(const std::string& name);
  // Whether the app has either.
  [[nodiscard]] bool lives(const std::string& name) { return app_lives(name) || watcher_of(name).has_value(); }
  // All apps that have.
  [[nodiscard]] std::vector<std::string> names();

 private:
  void walk();

  const StateDirectory& state_;
  bool walked_ = false;
  std::map<std::string, ProcessId> supervisors_, keepers_;
  std::set<std::string, std::less<>> marked_;
};

}  // namespace forever
