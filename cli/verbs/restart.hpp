// restart, and restartall.
#pragma once

#include "cli/grammar/command.hpp"

namespace forever::cli {

struct Restart : Command {
  bool update_env = false;
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};
struct RestartAll final : Restart {
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
};

}  // namespace forever::cli
