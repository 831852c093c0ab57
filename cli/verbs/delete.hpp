// delete.
#pragma once

#include "cli/grammar/command.hpp"

namespace forever::cli {

struct Delete final : Command {
  bool keep_logs = false;
  bool force = false;
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};

}  // namespace forever::cli
