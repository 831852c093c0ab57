// Resource limits from their names to what setrlimit(2) takes.
#pragma once

#include <span>
#include <vector>

#include "platform/posix/strip.hpp"

namespace forever {

// Names of another system's limits are left out.
[[nodiscard]] std::vector<LimitStep> limit_steps(std::span<const ResourceLimit> limits);

}  // namespace forever
