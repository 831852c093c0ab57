// reload.
#pragma once

#include "cli/grammar/invocation.hpp"

namespace forever::cli {

[[nodiscard]] int reload(const Reload& command);

}  // namespace forever::cli
