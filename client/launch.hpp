// From the command line to a supervisor that runs.
#pragma once

#include <string>
#include <vector>

#include "app/start_report.hpp"
#include "app/state_directory.hpp"
#include "platform/result.hpp"

namespace forever {

// Writes the spec, takes the lock, launches keeper and supervisor, and waits for the report (milliseconds).
// An Error: nothing was started and nothing is half-started. `already`: this name is already supervised.
struct LaunchOutcome {
  bool already = false;
  StartReport report;
};
[[nodiscard]] Result<LaunchOutcome> launch_app(const StateDirectory& state, const AppSpec& spec);
// The same for many that do not wait for one another, a few side by side; the outcomes are in their order.
[[nodiscard]] std::vector<Result<LaunchOutcome>> launch_apps(const StateDirectory& state,
                                                             const std::vector<const AppSpec*>& specs);

}  // namespace forever
