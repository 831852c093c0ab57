// The table of `forever list`. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/apps/look.hpp"
#include "cli/terminal/table.hpp"

namespace forever::cli {

// A row for each app; with `expand` one for each instance of an app that has several.
// `columns`: those to show, in that order; none: the usual ones. `recent`: the CPU figures are those of this moment.
[[nodiscard]] Table list_table(const std::vector<AppLook>& looks, bool expand,
                               const std::vector<std::string>& columns = {}, bool recent = false);
// Every column that there is, and those that are shown unless others were chosen.
[[nodiscard]] std::vector<std::string_view> all_columns();
[[nodiscard]] std::vector<std::string_view> usual_columns();
// A column by its name, or by the name that forever and PM2 have for it; nothing if there is none.
[[nodiscard]] std::optional<std::string_view> column_named(std::string_view word);
// One line that reports this, and names the nearest one.
[[nodiscard]] std::string unknown_column(std::string_view word);

}  // namespace forever::cli
