// stop, and stopall.
#pragma once

#include "cli/grammar/command.hpp"

namespace forever::cli {

struct Stop : Command {
  bool force = false;
  bool until_resurrect = false;  // `resurrect` is to start them again
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};
struct StopAll final : Stop {
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
};

}  // namespace forever::cli
