// list.
#pragma once

#include "cli/apps/look.hpp"
#include "cli/grammar/command.hpp"

namespace forever::cli {

struct List final : Command {
  bool watch = false, expand = false;
  SortBy sort = SortBy::id;
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};

}  // namespace forever::cli
