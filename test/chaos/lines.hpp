// Whether the logs have every line that the programs have written.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "test/chaos/kinds.hpp"

namespace forever::chaos {

class Lines {
 public:
  explicit Lines(std::filesystem::path logs) : logs_(std::move(logs)) {}

  // From now on nothing is expected of the lines of those runs of the app that have begun by now.
  void forgive(const App& app);
  // A supervisor died: of the runs that have begun by now a piece may be there twice (at least once).
  void may_repeat(const App& app);
  // What is missing, torn, or there twice by now; empty: nothing. Lines that are on their way are missing.
  [[nodiscard]] std::vector<std::string> faults(const App& app) const;

 private:
  std::filesystem::path logs_;
  std::map<std::string, std::set<std::string>> forgiven_;  // runs by app
  std::map<std::string, std::set<std::string>> repeating_;
};

}  // namespace forever::chaos
