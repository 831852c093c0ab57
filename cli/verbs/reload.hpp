// reload.
#pragma once

#include "cli/grammar/command.hpp"

namespace forever::cli {

struct Reload final : Command {
  std::optional<Milliseconds> ready_timeout, drain_timeout;  // for this once, instead of the app's
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};

}  // namespace forever::cli
