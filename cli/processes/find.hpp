// find.
#pragma once

#include "cli/grammar/invocation.hpp"

namespace forever::cli {

[[nodiscard]] int find(const Find& command);

}  // namespace forever::cli
