// What `--on-exit` asks for. Pure value; what the command is told is in exit_hook.hpp.
#pragma once

#include <string>

#include "platform/clock.hpp"

namespace forever {

struct ExitHook {
  std::string command;  // for the shell; empty: none
  Milliseconds timeout{30000};
  friend bool operator==(const ExitHook&, const ExitHook&) = default;
};

}  // namespace forever
