// run: an app in the foreground.
#pragma once

#include "cli/grammar/app_options.hpp"

namespace forever::cli {

struct Run : Command {
  AppRequest app;
  bool clear = false;         // dev: the screen, before each start
  std::string shell_command;  // --exec: the shell runs it, with the program and its arguments behind it
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
  [[nodiscard]] GivenSettings* settings() noexcept override { return &app.settings; }

 protected:
  [[nodiscard]] std::optional<UsageError> take_for(std::string_view verb, Operands& operands);
};
struct Dev final : Run {
  [[nodiscard]] int carry_out() const override;
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
};

}  // namespace forever::cli
