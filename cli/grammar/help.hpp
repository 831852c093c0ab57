// The help texts, made from the tables of verbs and options. Pure.
#pragma once

#include <string>
#include <string_view>

#include "cli/grammar/verbs.hpp"

namespace forever::cli {

[[nodiscard]] std::string short_help();                // no arguments at all
[[nodiscard]] std::string help_for_all();              // `forever --help`
[[nodiscard]] std::string help_for(const Verb& verb);  // `forever VERB --help`
[[nodiscard]] std::string version_text();              // "forever 0.1.0\n"
// Names the nearest verb if there is one.
[[nodiscard]] UsageError unknown_verb(const std::string& word);

}  // namespace forever::cli
