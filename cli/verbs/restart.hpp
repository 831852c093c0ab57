// restart, and restartall.
#pragma once

#include "cli/grammar/invocation.hpp"

namespace forever::cli {

[[nodiscard]] int restart(const Restart& command);

}  // namespace forever::cli
