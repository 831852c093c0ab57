// signal.
#pragma once

#include "cli/grammar/invocation.hpp"

namespace forever::cli {

[[nodiscard]] int signal(const Signal& command);

}  // namespace forever::cli
