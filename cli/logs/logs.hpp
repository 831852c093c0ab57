// `forever logs`: the last lines of apps, and what they go on to write.
#pragma once

#include "cli/grammar/invocation.hpp"

namespace forever::cli {

// Resolves the selectors (none: all apps), shows the last lines over rotated files, and with `follow` goes on across
// rotation, truncation and restarts until Ctrl-C or until nobody reads any more. Returns the exit code.
[[nodiscard]] int show_logs(const Logs& command);

}  // namespace forever::cli
