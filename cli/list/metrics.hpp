// All apps as OpenMetrics text (the OpenMetrics specification, 1.0), or in Prometheus' older text format (0.0.4). Pure.
#pragma once

#include <string>
#include <vector>

#include "cli/apps/look.hpp"
#include "cli/grammar/command.hpp"
#include "text/words.hpp"

namespace forever::cli {

enum class MetricsFormat : std::uint8_t { openmetrics, text };

struct Metrics final : Command {
  MetricsFormat format = MetricsFormat::openmetrics;
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};

// `now_wall_ms` is wall time. OpenMetrics ends with "# EOF".
[[nodiscard]] std::string metrics_text(const std::vector<AppLook>& looks, std::int64_t now_wall_ms,
                                       MetricsFormat format);

// `text` in a label's value: backslash, quote and line break escaped, invalid UTF-8 replaced.
[[nodiscard]] std::string label_value(std::string_view text);

}  // namespace forever::cli

template <>
struct forever::WordsOf<forever::cli::MetricsFormat> {
  using enum forever::cli::MetricsFormat;
  static constexpr Word<forever::cli::MetricsFormat> table[] = {{openmetrics, "openmetrics"}, {text, "text"}};
};
