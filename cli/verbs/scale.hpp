// scale.
#pragma once

#include "cli/grammar/invocation.hpp"

namespace forever::cli {

[[nodiscard]] int scale(const Scale& command);

}  // namespace forever::cli
