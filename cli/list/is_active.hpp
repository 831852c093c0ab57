// is-active.
#pragma once

#include "cli/grammar/command.hpp"

namespace forever::cli {

struct IsActive final : Command {
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};

}  // namespace forever::cli
