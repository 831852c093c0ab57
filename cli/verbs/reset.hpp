// reset.
#pragma once

#include "cli/grammar/invocation.hpp"

namespace forever::cli {

[[nodiscard]] int reset(const Reset& command);

}  // namespace forever::cli
