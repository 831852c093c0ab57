// flush and reopen.
#pragma once

#include "cli/grammar/command.hpp"

namespace forever::cli {

struct Flush final : Command {
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};
struct Reopen final : Command {
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};

}  // namespace forever::cli
