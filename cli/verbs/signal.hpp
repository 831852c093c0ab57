// signal.
#pragma once

#include "cli/grammar/command.hpp"

namespace forever::cli {

struct Signal final : Command {
  int signal = 15;
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};

}  // namespace forever::cli
