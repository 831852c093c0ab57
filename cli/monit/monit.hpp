// monit: the screen.
#pragma once

#include "cli/grammar/command.hpp"

namespace forever::cli {

struct MonitVerb final : Command {
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};

}  // namespace forever::cli
