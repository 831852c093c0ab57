// describe.
#pragma once

#include "cli/grammar/invocation.hpp"

namespace forever::cli {

[[nodiscard]] int describe(const Describe& command);

}  // namespace forever::cli
