// The default place for the state of a user's programs.
#pragma once

#include <string>

namespace forever {

// "~/.forever"; Windows: "%LOCALAPPDATA%/forever". Empty if unknown.
[[nodiscard]] std::string default_state_directory();

}  // namespace forever
