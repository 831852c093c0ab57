// What was typed, as data: the parser makes a Command of it, and its verb carries it out. A verb is one file: its Command, its options
// and its row (verb.hpp) stand together.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/settings/setting.hpp"

namespace forever::cli {

struct UsageError {
  std::string message;  // one line, says what was wrong and what to do
};

// Which apps are meant, and how to answer.
struct SelectorOptions {
  std::vector<std::string> selectors;  // as typed; resolved by cli/apps/selector.hpp
  std::vector<std::string> only;       // of an apps file among them: these apps alone
  std::string environment_name;        // of an apps file: env_NAME lies over env
  bool json = false;
  bool quiet = false;
};

// The words after a verb except its options; `after_dashes` is what followed the first `--`.
struct Operands {
  std::vector<std::string> words;
  std::vector<std::string> after_dashes;
  bool dashes = false;
};

// One command line. Its options have been set in it before it takes the operands; nothing is touched until it is carried out.
struct Command {
  SelectorOptions which;  // every verb has --json or --quiet, if only one of them

  virtual ~Command() = default;
  // What is wrong with the operands, or with the options together, if anything is.
  [[nodiscard]] virtual std::optional<UsageError> take(Operands& operands) = 0;
  // Returns the exit code.
  [[nodiscard]] virtual int carry_out() const = 0;
  // What is asked for of an app, for the verbs that start one.
  [[nodiscard]] virtual GivenSettings* settings() noexcept { return nullptr; }

 protected:
  Command() = default;
  Command(const Command&) = default;
  Command& operator=(const Command&) = default;
};

using ParseResult = std::variant<std::unique_ptr<Command>, UsageError>;

// For `take`.

// After `--` an operand stays an operand, whatever it begins with.
void join(Operands& operands);
// All operands are selectors.
void take_selectors(SelectorOptions& which, Operands& operands);
// "start needs a program; see `forever start --help`"
[[nodiscard]] UsageError missing(std::string_view verb, std::string_view what);
// As take_selectors; `what` is missing if there are none.
[[nodiscard]] std::optional<UsageError> take_some(SelectorOptions& which, Operands& operands, std::string_view verb,
                                                  std::string_view what);
[[nodiscard]] std::optional<UsageError> take_none(Operands& operands, std::string_view verb);
// `verb` is for all apps; `one` is for some of them.
[[nodiscard]] std::optional<UsageError> take_all(SelectorOptions& which, Operands& operands, std::string_view verb,
                                                 std::string_view one);

inline constexpr std::string_view kAnApp = "the name of an app, its id, its pid, or `all`";

}  // namespace forever::cli
