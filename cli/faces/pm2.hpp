// PM2's command line, put into ours. Pure, but for what it asks about apps and files.
#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "cli/faces/translation.hpp"
#include "cli/grammar/command.hpp"

namespace forever::cli {

// What a word of a command names.
enum class Named : std::uint8_t { nothing, stopped_app, running_app, file };
using AskName = std::function<Named(const std::string& word)>;

// `words` is argv without argv[0]. Refuses unknown verbs and options with the nearest one, and names what does here what PM2 sells or runs
// by its daemon (plus, deploy, install).
[[nodiscard]] std::variant<Translation, UsageError> from_pm2(const std::vector<std::string>& words, const AskName& ask);
// pm2-runtime and pm2-docker: the program in the foreground.
[[nodiscard]] std::variant<Translation, UsageError> from_pm2_runtime(const std::vector<std::string>& words,
                                                                     const AskName& ask);

}  // namespace forever::cli
