// doctor: the verb; what it makes of what it sees is in doctor.hpp.
#pragma once

#include "cli/grammar/command.hpp"

namespace forever::cli {

struct Doctor final : Command {
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};

}  // namespace forever::cli
