// start: a program becomes an app, or an app on record runs again.
#pragma once

#include "cli/grammar/app_options.hpp"

namespace forever::cli {

struct Start final : Command {
  AppRequest app;
  bool wait = false;
  std::optional<Milliseconds> wait_time;  // --wait TIME
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
  [[nodiscard]] GivenSettings* settings() noexcept override { return &app.settings; }
};

}  // namespace forever::cli
