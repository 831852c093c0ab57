// cleanlogs.
#pragma once

#include "cli/grammar/command.hpp"

namespace forever::cli {

struct CleanLogs final : Command {
  bool dry_run = false;
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};

}  // namespace forever::cli
