// pid.
#pragma once

#include "cli/grammar/invocation.hpp"

namespace forever::cli {

[[nodiscard]] int pids(const Pids& command);

}  // namespace forever::cli
