// The present status of an app: for its record, and for replies to clients.
#pragma once

#include <string>

#include "supervisor/holdings.hpp"
#include "supervisor/instance/roster.hpp"
#include "supervisor/ports/serving.hpp"
#include "supervisor/supervised_app.hpp"
#include "supervisor/watch/watching.hpp"

namespace forever {

class PresentStatus {
 public:
  PresentStatus(const SupervisedApp& app, const Roster& roster, const Serving& serving, const Holdings& holdings,
                const Watching& watching)
      : app_(app), roster_(roster), serving_(serving), holdings_(holdings), watching_(watching) {}

  [[nodiscard]] AppStatus status() const;
  // What is wrong at the moment, for people to see; empty: nothing.
  [[nodiscard]] std::string trouble() const;
  // Its state in words, as `list` has them.
  [[nodiscard]] std::string word(Time now) const;

 private:
  const SupervisedApp& app_;
  const Roster& roster_;
  const Serving& serving_;
  const Holdings& holdings_;
  const Watching& watching_;
};

}  // namespace forever
