// Users: an app runs as the one who started it. To become another one would need that one's password.
#include "platform/users.hpp"

#include <lmcons.h>

#include <cerrno>

#include "platform/environment.hpp"
#include "platform/win32/system.hpp"

namespace forever {

Result<Credentials> find_credentials(const std::string& user, const std::string&) {
  return Error{"cannot start a program as user " + user + ": this system asks for that user's password",
               std::make_error_code(std::errc::not_supported)};
}

std::string user_name(std::uint32_t) {
  std::wstring name(UNLEN + 1, L'\0');
  DWORD size = UNLEN + 1;
  if (::GetUserNameW(name.data(), &size) == 0 || size == 0) return {};
  return win32::to_utf8(std::wstring_view(name).substr(0, size - 1));
}

// Not 0: no user here has root's rights.
std::uint32_t effective_uid() noexcept { return 1; }

Status become_user(const Credentials& user) {
  return Error{"cannot become user " + user.user_name + ": this system asks for that user's password",
               std::make_error_code(std::errc::not_supported)};
}

std::string home_directory() { return environment_variable("USERPROFILE").value_or(""); }

}  // namespace forever
