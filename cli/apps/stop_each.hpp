// Stopping apps, whatever has become of them: what stop, delete and restart share.
#pragma once

#include <vector>

#include "cli/apps/outcome.hpp"
#include "cli/apps/selection.hpp"

namespace forever::cli {

struct StopHow {
  bool force = false;
  bool quiet = false;   // no lines about what is waited for
  bool forget = false;  // the app is deleted: its last --on-exit commands are not waited for
};

// Stops all targets side by side and returns when the slowest is done; the outcomes are in the order of the targets.
// An app without a supervisor gets one first if anything of it lives. A record whose process is gone or whose pid
// now belongs to another process is corrected, and nothing is signalled.
[[nodiscard]] std::vector<Outcome> stop_targets(const Selection& selection, const StopHow& how);

// Takes those out of the selection whose record this forever does not understand; why they are left alone, for each.
[[nodiscard]] std::vector<Outcome> set_newer_aside(Selection& selection);
// Removes from the record what went well so far; what cannot be removed has gone wrong.
void forget(const StateDirectory& state, std::vector<Outcome>& outcomes, bool logs_too);

}  // namespace forever::cli
