// upgrade.
#pragma once

#include "cli/grammar/command.hpp"

namespace forever::cli {

struct Upgrade final : Command {
  std::string binary;  // empty: this command's own
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};

}  // namespace forever::cli
