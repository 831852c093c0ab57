// watch: turns the watching of an app on or off.
#pragma once

#include "cli/grammar/invocation.hpp"

namespace forever::cli {

[[nodiscard]] int watch(const Watch& command);

}  // namespace forever::cli
