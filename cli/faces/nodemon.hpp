// nodemon's command line, put into `forever dev`. Pure.
#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "cli/faces/translation.hpp"
#include "cli/grammar/command.hpp"

namespace forever::cli {

// `words` is argv without argv[0]; `is_there`: whether a word names a file. Without a program nodemon takes package.json's "main", else
// index.js: `main` gives that.
[[nodiscard]] std::variant<Translation, UsageError> from_nodemon(
    const std::vector<std::string>& words, const std::function<bool(const std::string&)>& is_there,
    const std::function<std::string()>& main);

}  // namespace forever::cli
