// The table of `forever list`. Pure.
#pragma once

#include <vector>

#include "cli/look.hpp"
#include "cli/table.hpp"

namespace forever::cli {

// A row for each app, and where an app has several instances a row for each of these.
[[nodiscard]] Table list_table(const std::vector<AppLook>& looks);
// The colour of a state's word.
[[nodiscard]] Colour colour_of(const std::string& state);

}  // namespace forever::cli
