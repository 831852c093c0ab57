// save and resurrect, and what a shutdown leaves for the next boot.
#pragma once

#include "app/state_directory.hpp"
#include "cli/grammar/command.hpp"
#include "platform/result.hpp"

namespace forever::cli {

struct Save final : Command {
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};
struct Resurrect final : Command {
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};
// Notes what is wanted online, before all of it is stopped, for `resurrect`.
[[nodiscard]] Status note_until_resurrect(const StateDirectory& state);

}  // namespace forever::cli
