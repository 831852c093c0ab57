// `forever logs`: the last lines of apps, and what they go on to write.
#pragma once

#include "cli/grammar/command.hpp"

namespace forever::cli {

// Resolves the selectors (none: all apps), shows the last lines over rotated files, and with `follow` goes on across
// rotation, truncation and restarts until Ctrl-C or until the reader is gone. Returns the exit code.
struct Logs final : Command {
  std::uint32_t lines = 15;
  bool follow = false, only_out = false, only_err = false, raw = false;
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};

}  // namespace forever::cli
