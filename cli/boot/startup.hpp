// startup and unstartup.
#pragma once

#include "cli/boot/boot_unit.hpp"
#include "cli/grammar/command.hpp"

namespace forever::cli {

struct Startup : Command {
  std::optional<InitSystem> init;  // nothing: the one that runs
  std::string user;                // whose apps; empty: the caller's
  bool dry_run = false;
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};
struct Unstartup final : Startup {
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};

}  // namespace forever::cli
