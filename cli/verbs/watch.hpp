// watch: turns the watching of an app on or off.
#pragma once

#include "cli/grammar/command.hpp"

namespace forever::cli {

struct Watch final : Command {
  bool on = true;
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};

}  // namespace forever::cli
