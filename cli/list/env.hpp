// env.
#pragma once

#include "cli/list/describe.hpp"

namespace forever::cli {

struct Env final : Describe {
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};

}  // namespace forever::cli
