// env.
#pragma once

#include "cli/grammar/invocation.hpp"

namespace forever::cli {

[[nodiscard]] int env(const Env& command);

}  // namespace forever::cli
