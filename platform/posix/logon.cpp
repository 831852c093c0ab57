// On POSIX the configuration files of init and shells determine what runs at a login.
#include "platform/logon.hpp"

#include <cerrno>

namespace forever {

std::string logon_place(const std::string&) { return {}; }
Result<std::string> logon_command(const std::string&) { return std::string{}; }
Status set_logon_command(const std::string&, const std::string&) { return error_from(ENOTSUP, "add to the logon"); }
std::string logon_variable(const std::string&) { return {}; }

}  // namespace forever
