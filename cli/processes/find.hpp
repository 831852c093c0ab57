// find.
#pragma once

#include "cli/processes/held.hpp"

namespace forever::cli {

// The selectors are names of programs.
struct Find final : Reach {
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};

}  // namespace forever::cli
