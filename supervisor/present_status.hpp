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
  PresentStatus(SupervisedApp& app, const Roster& roster, const Serving& serving, const Holdings& holdings,
                const Watching& watching)
      : app_(app), roster_(roster), serving_(serving), holdings_(holdings), watching_(watching) {}

  [[nodiscard]] AppStatus status() const;
  // What is wrong at the moment, for people to see; empty: nothing.
  [[nodiscard]] std::string trouble() const;
  // Whether something that people see of it (lost log lines, a trouble) is other than when this was asked last.
  [[nodiscard]] bool take_news(Time now);
  // Its state in words, as `list` has them.
  [[nodiscard]] std::string word(Time now) const;

 private:
  SupervisedApp& app_;
  const Roster& roster_;
  const Serving& serving_;
  const Holdings& holdings_;
  const Watching& watching_;
  std::uint64_t told_dropped_ = 0;  // what the status on record says of lost log lines
  std::string told_trouble_;
  Time dropped_due_{};
};

}  // namespace forever
