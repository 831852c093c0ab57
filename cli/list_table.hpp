// The table of `forever list`. Pure.
#pragma once

#include <vector>

#include "cli/look.hpp"
#include "cli/table.hpp"

namespace forever::cli {

// A row for each app; with `expand` one for each instance of an app that has several.
[[nodiscard]] Table list_table(const std::vector<AppLook>& looks, bool expand);
// The colour of a state's word.
[[nodiscard]] Colour colour_of(const std::string& state);

}  // namespace forever::cli
