// At a login POSIX runs what its init and its shells are told by files.
#include "platform/logon.hpp"

#include <cerrno>

namespace forever {

std::string logon_place(const std::string&) { return {}; }
Result<std::string> logon_command(const std::string&) { return std::string{}; }
Status set_logon_command(const std::string&, const std::string&) { return error_from(ENOTSUP, "add to the logon"); }
std::string logon_variable(const std::string&) { return {}; }

}  // namespace forever
