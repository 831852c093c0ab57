// monit: the screen.
#pragma once

#include "cli/grammar/invocation.hpp"

namespace forever::cli {

[[nodiscard]] int monit(const MonitVerb& command);

}  // namespace forever::cli
