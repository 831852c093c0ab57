// columns: which columns `list` shows.
#pragma once

#include <string>
#include <vector>

#include "app/state_directory.hpp"
#include "cli/grammar/invocation.hpp"
#include "platform/result.hpp"

namespace forever::cli {

[[nodiscard]] int columns(const Columns& command);
// The chosen ones. Empty: nobody chose any. The Error is one line: the file cannot be read, or holds what no list of columns is.
[[nodiscard]] Result<std::vector<std::string>> chosen_columns(const StateDirectory& state);

}  // namespace forever::cli
