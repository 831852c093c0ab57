#include "cli/grammar/command.hpp"

namespace forever::cli {

void join(Operands& operands) {
  operands.words.insert(operands.words.end(), operands.after_dashes.begin(), operands.after_dashes.end());
}

void take_selectors(SelectorOptions& which, Operands& operands) {
  join(operands);
  which.selectors = std::move(operands.words);
}

UsageError missing(std::string_view verb, std::string_view what) {
  std::string message{verb};
  message.append(" needs ").append(what).append("; see `forever ").append(verb).append(" --help`");
  return UsageError{std::move(message)};
}

std::optional<UsageError> take_some(SelectorOptions& which, Operands& operands, std::string_view verb,
                                    std::string_view what) {
  take_selectors(which, operands);
  return which.selectors.empty() ? std::optional{missing(verb, what)} : std::nullopt;
}

std::optional<UsageError> take_none(Operands& operands, std::string_view verb) {
  join(operands);
  if (operands.words.empty()) return std::nullopt;
  return UsageError{std::string{verb} + " takes no operands; '" + operands.words.front() + "' is one"};
}

std::optional<UsageError> take_all(SelectorOptions& which, Operands& operands, std::string_view verb,
                                   std::string_view one) {
  join(operands);
  if (!operands.words.empty()) {
    std::string message{verb};
    message.append(" acts on all apps; for some of them: forever ")
        .append(one)
        .append(" ")
        .append(operands.words.front());
    return UsageError{std::move(message)};
  }
  which.selectors = {"all"};
  return std::nullopt;
}

}  // namespace forever::cli
