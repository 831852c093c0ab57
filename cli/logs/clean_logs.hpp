// cleanlogs.
#pragma once

#include "cli/grammar/invocation.hpp"

namespace forever::cli {

[[nodiscard]] int clean_logs(const CleanLogs& command);

}  // namespace forever::cli
