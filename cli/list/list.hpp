// list.
#pragma once

#include "cli/grammar/invocation.hpp"

namespace forever::cli {

[[nodiscard]] int list(const List& command);

}  // namespace forever::cli
