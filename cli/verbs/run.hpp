// run: an app in the foreground.
#pragma once

#include "cli/grammar/invocation.hpp"

namespace forever::cli {

[[nodiscard]] int run(const Run& command);

}  // namespace forever::cli
