// restart, and restartall.
#pragma once

#include "cli/grammar/app_options.hpp"

namespace forever::cli {

struct Restart : Command {
  AppRequest app;  // the new settings, arguments or name
  bool update_env = false;
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
  [[nodiscard]] GivenSettings* settings() noexcept override { return &app.settings; }
};
struct RestartAll final : Restart {
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
};

}  // namespace forever::cli
