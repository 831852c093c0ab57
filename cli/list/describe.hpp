// describe.
#pragma once

#include "cli/grammar/command.hpp"

namespace forever::cli {

struct Describe : Command {
  bool reveal = false;  // values that look like secrets, too
  bool all = false;     // what does not fit on a screen
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};

}  // namespace forever::cli
