// The help texts, made from the tables of verbs and options, and the command that shows one.
#pragma once

#include <string>
#include <string_view>

#include "cli/grammar/verb.hpp"

namespace forever::cli {

// --help, --version, `help`: prints a text and exits with 0.
struct Show : Command {
  std::string text;

  Show() = default;
  explicit Show(std::string what) : text(std::move(what)) {}
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};

[[nodiscard]] std::string short_help();                // no arguments at all
[[nodiscard]] std::string help_for_all();              // `forever --help`
[[nodiscard]] std::string help_for(const Verb& verb);  // `forever VERB --help`
[[nodiscard]] std::string version_text();              // "forever 0.1.0\n"
// Names the nearest verb if there is one.
[[nodiscard]] UsageError unknown_verb(const std::string& word);

}  // namespace forever::cli
