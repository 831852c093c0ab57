// columns: which columns `list` shows.
#pragma once

#include <string>
#include <vector>

#include "app/state_directory.hpp"
#include "cli/grammar/command.hpp"
#include "platform/result.hpp"

namespace forever::cli {

struct Columns final : Command {
  enum class Change : std::uint8_t { show, add, remove, set, reset };
  Change change = Change::show;
  std::vector<std::string> columns;
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};
// The chosen ones. Empty: none were chosen. The Error is one line: the file cannot be read, or holds what no list of columns is.
[[nodiscard]] Result<std::vector<std::string>> chosen_columns(const StateDirectory& state);

}  // namespace forever::cli
