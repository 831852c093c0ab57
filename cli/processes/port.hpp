// port.
#pragma once

#include "cli/grammar/invocation.hpp"

namespace forever::cli {

[[nodiscard]] int port(const Port& command);

}  // namespace forever::cli
