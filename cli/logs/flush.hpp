// flush and reopen.
#pragma once

#include "cli/grammar/invocation.hpp"

namespace forever::cli {

[[nodiscard]] int flush(const Flush& command);
[[nodiscard]] int reopen(const Reopen& command);

}  // namespace forever::cli
