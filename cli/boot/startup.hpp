// startup and unstartup.
#pragma once

#include "cli/grammar/invocation.hpp"

namespace forever::cli {

[[nodiscard]] int startup(const Startup& command);
[[nodiscard]] int unstartup(const Unstartup& command);

}  // namespace forever::cli
