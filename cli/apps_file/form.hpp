// Whose form an apps file has: PM2's, npm forever's, or none but ours. Most keys are the same in all of them; defaults are not.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/settings/setting.hpp"
#include "text/json_fields.hpp"

namespace forever::cli {

// Keys that npm forever's form has alone.
[[nodiscard]] bool is_forevers_key(std::string_view key);
// By the name that PM2 gives such a file and looks for, or by a key that PM2 has alone. `apps`: by name, where the file has them so.
[[nodiscard]] bool has_pm2s_form(std::string_view file, const std::vector<std::pair<std::string, const Json*>>& apps);
// What an app of PM2's can rely on: it is asked to end by INT, and killed 1.6 s later.
void take_pm2s_defaults(GivenSettings& settings);

}  // namespace forever::cli
