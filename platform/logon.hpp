// What a system runs when its user logs on, where that is a list of commands and no file of an init: Windows' Run key.
#pragma once

#include <string>

#include "platform/result.hpp"

namespace forever {

// Where the command of that name stands, for people: "HKEY_CURRENT_USER\…\Run, value forever". Empty: this system has no such list.
[[nodiscard]] std::string logon_place(const std::string& name);
// The recorded command line; empty: none.
[[nodiscard]] Result<std::string> logon_command(const std::string& name);
// Puts it there; an empty one takes it away. ENOTSUP where there is no such list, E2BIG over the 260 characters that the system
// runs ("Run and RunOnce Registry Keys", learn.microsoft.com).
[[nodiscard]] Status set_logon_command(const std::string& name, const std::string& line);
// A variable that the user's programs have from the logon on (HKEY_CURRENT_USER\Environment); empty: none.
[[nodiscard]] std::string logon_variable(const std::string& name);

}  // namespace forever
