// Where an apps file comes from: a file, standard input, or what node makes of a .config.js.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "cli/apps_file/apps_file.hpp"
#include "cli/terminal/print.hpp"

namespace forever::cli {

struct AppsSource {
  AppsFile file;
  std::string path;  // absolute; "-" for standard input
};

// Reads it; `word` as it was typed. `warn`: reports ignored keys on standard error.
[[nodiscard]] std::variant<AppsSource, Failure> read_apps(const std::string& word, const std::string& environment,
                                                          const std::vector<std::string>& only, bool warn = true);
// Whether an operand is an apps file by its looks, and no app on record has that name.
[[nodiscard]] bool is_apps_file(const StateDirectory& state, const std::string& word);

}  // namespace forever::cli
