// Another tool's options, read by a table of how each is put here. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cli/grammar/command.hpp"

namespace forever::cli {

// The effect of an option and its value.
enum class Put : std::uint8_t {
  flag,           // ours, without a value
  value,          // ours, with the same value
  milliseconds,   // ours; a bare number is milliseconds
  seconds,        // ours; a bare number is seconds
  each,           // ours, once for each word of the value
  all,            // ours, with all words up to the next option, joined by commas
  path_if_there,  // ours, with the next word if that is there
  mark,           // nothing is put: the caller looks for it by `marked`
  mark_value,     // the same, with a value
  nothing,        // changes nothing here
  nothing_value,
  missing,  // has no equal here; `ours` says what does something of the kind
  missing_value,
};

struct ForeignOption {
  std::string_view names;  // separated by blanks, the long one last
  Put put;
  std::string_view ours = {};
};

struct ReadOptions {
  std::vector<std::string> words;                          // what is no option, in order
  std::vector<std::string> ours;                           // options of ours
  std::vector<std::pair<std::string, std::string>> marks;  // long name and value
  std::vector<std::string> remarks;
  std::vector<std::string> after_dashes;
  bool dashes = false;

  [[nodiscard]] bool marked(std::string_view name) const;
  [[nodiscard]] std::string mark(std::string_view name) const;  // its last value, or nothing
  [[nodiscard]] bool has(std::string_view option) const;        // whether `ours` holds it
};

// `is_there`: whether a word names a file.
[[nodiscard]] std::variant<ReadOptions, UsageError> read_foreign(
    std::span<const ForeignOption> table, const std::vector<std::string>& words,
    const std::function<bool(const std::string&)>& is_there);

}  // namespace forever::cli
