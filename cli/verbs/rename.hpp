// rename.
#pragma once

#include "cli/grammar/command.hpp"

namespace forever::cli {

struct Rename final : Command {
  std::string name;
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};

}  // namespace forever::cli
