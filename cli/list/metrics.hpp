// All apps as OpenMetrics text (the OpenMetrics specification, 1.0), or in Prometheus' older text format (0.0.4). Pure.
#pragma once

#include <string>
#include <vector>

#include "cli/apps/look.hpp"
#include "cli/grammar/invocation.hpp"

namespace forever::cli {

[[nodiscard]] int metrics(const Metrics& command);

// `now_wall_ms` is wall time. OpenMetrics ends with "# EOF".
[[nodiscard]] std::string metrics_text(const std::vector<AppLook>& looks, std::int64_t now_wall_ms,
                                       MetricsFormat format);

// `text` in a label's value: backslash, quote and line break escaped, invalid UTF-8 replaced.
[[nodiscard]] std::string label_value(std::string_view text);

}  // namespace forever::cli
