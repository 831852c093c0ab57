// The JSON that `--json` prints: one object, version 1; keys are only ever added. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/spec.hpp"
#include "cli/apps/look.hpp"

namespace forever::cli {

inline constexpr int kJsonVersion = 1;

// {"version":1,"state_dir":"…","apps":[…]} and, where `error` is not empty, "error":"…". Ends with a line break.
// Bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string json_list(const std::string& state_directory, const std::vector<AppLook>& looks,
                                    const std::string& error = {});
// What `describe` shows: for one app its element of "apps" alone, with "version" and more keys; for several the frame around them.
// Secrets are masked unless `reveal`. `specs` in the order of `looks`.
[[nodiscard]] std::string json_description(const std::string& state_directory, const std::vector<AppLook>& looks,
                                           const std::vector<std::optional<AppSpec>>& specs, bool reveal);
// {"version":1,"state_dir":"…","apps":[],"deleted":["web"]}
[[nodiscard]] std::string json_deleted(const std::string& state_directory, const std::vector<std::string>& names,
                                       const std::string& error = {});

}  // namespace forever::cli
