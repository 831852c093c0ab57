// scale.
#pragma once

#include "cli/grammar/command.hpp"

namespace forever::cli {

struct Scale final : Command {
  int count = 0;
  bool relative = false;  // so many more or fewer
  bool force = false;
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};

}  // namespace forever::cli
