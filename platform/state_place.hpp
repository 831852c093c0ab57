// Where a user's programs keep what they remember, if nobody says otherwise.
#pragma once

#include <string>

namespace forever {

// "~/.forever"; Windows: "%LOCALAPPDATA%/forever". Empty if the system does not tell.
[[nodiscard]] std::string default_state_directory();

}  // namespace forever
