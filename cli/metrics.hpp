// All apps as OpenMetrics text (the OpenMetrics specification, 1.0), for Prometheus and its kin. Pure.
//
// Only counters and gauges are used, so that what reads the older text format (node_exporter's textfile collector) takes it, too.
#pragma once

#include <string>
#include <vector>

#include "cli/look.hpp"

namespace forever::cli {

// `now_wall_ms` is wall time. Ends with "# EOF".
[[nodiscard]] std::string openmetrics(const std::vector<AppLook>& looks, std::int64_t now_wall_ms);

// `text` in a label's value: backslash, quote and line break escaped, invalid UTF-8 replaced.
[[nodiscard]] std::string label_value(std::string_view text);

}  // namespace forever::cli
