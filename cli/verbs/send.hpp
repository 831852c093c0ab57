// send.
#pragma once

#include "cli/grammar/invocation.hpp"

namespace forever::cli {

[[nodiscard]] int send(const Send& command);

}  // namespace forever::cli
