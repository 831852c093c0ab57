// What PM2's callers parse: the list of processes as JSON, and ids. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/spec.hpp"
#include "cli/apps/look.hpp"

namespace forever::cli {

// As `pm2 jlist`: an array with an object for each process, {"pid", "name", "pm_id", "monit", "pm2_env"}. Instances of one app have
// its id as their common pm_id, which every verb takes. `specs` in the order of `looks`. `pretty`: as `pm2 prettylist`, with line breaks.
[[nodiscard]] std::string pm2_list(const std::vector<AppLook>& looks, const std::vector<std::optional<AppSpec>>& specs,
                                   bool pretty);
// As `pm2 id NAME`: "[ 0, 1 ]" and a line break.
[[nodiscard]] std::string pm2_ids(const std::vector<AppLook>& looks, const std::string& name);

}  // namespace forever::cli
