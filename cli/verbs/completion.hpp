// completion: the scripts for bash, zsh and fish.
#pragma once

#include "cli/grammar/command.hpp"
#include "text/words.hpp"

namespace forever::cli {

struct Completion final : Command {
  enum class Shell : std::uint8_t { bash, zsh, fish };
  Shell shell = Shell::bash;
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};

}  // namespace forever::cli

template <>
struct forever::WordsOf<forever::cli::Completion::Shell> {
  using enum forever::cli::Completion::Shell;
  static constexpr Word<forever::cli::Completion::Shell> table[] = {{bash, "bash"}, {zsh, "zsh"}, {fish, "fish"}};
};
