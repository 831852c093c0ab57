// upgrade.
#pragma once

#include "cli/grammar/invocation.hpp"

namespace forever::cli {

[[nodiscard]] int upgrade(const Upgrade& command);

}  // namespace forever::cli
