// `forever run`: one app supervised in place.
#pragma once

#include "app/spec.hpp"

namespace forever {

// Supervises `spec` in place, in the foreground, without a state directory: the program has our stdin, stdout
// and stderr, signals are forwarded, orphans are reaped (PID 1). Returns the exit code for this process.
[[nodiscard]] int supervise_in_foreground(const AppSpec& spec, bool clears_terminal = false);

}  // namespace forever
