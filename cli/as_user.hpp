// --as USER: root becomes that user before anything is done, so that nothing of the user's is touched with root's rights.
#pragma once

#include <optional>
#include <string>

#include "cli/terminal/print.hpp"

namespace forever::cli {

// `user`: USER or USER:GROUP, by name or number. From here on this process is that user's: groups, group and user, HOME and its
// like, and with them the state directory. Of root's environment only what belongs to the terminal, the language and PATH is left.
// FOREVER_HOME and FOREVER_ROOT count unless they name another user's directory. For the present user nothing
// changes.
[[nodiscard]] std::optional<Failure> act_as(const std::string& user);

}  // namespace forever::cli
