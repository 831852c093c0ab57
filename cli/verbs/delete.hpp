// delete.
#pragma once

#include "cli/grammar/invocation.hpp"

namespace forever::cli {

[[nodiscard]] int remove(const Delete& command);

}  // namespace forever::cli
