// start: a program becomes an app, or an app on record runs again.
#pragma once

#include "cli/grammar/invocation.hpp"

namespace forever::cli {

[[nodiscard]] int start(const Start& command);

}  // namespace forever::cli
