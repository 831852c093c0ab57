// stop, and stopall.
#pragma once

#include "cli/grammar/invocation.hpp"

namespace forever::cli {

[[nodiscard]] int stop(const Stop& command);

}  // namespace forever::cli
