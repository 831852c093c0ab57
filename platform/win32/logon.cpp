// The user's Run key: its commands run at each logon, as that user, without further permission.
#include "platform/logon.hpp"

#include <cerrno>

#include "platform/win32/system.hpp"

namespace forever {
namespace {

constexpr const wchar_t* kRun = L"Software\\Microsoft\\Windows\\CurrentVersion\\Run";
constexpr std::size_t kLongest = 260;  // characters

Result<std::string> user_text(const wchar_t* key, const std::string& name) {
  std::wstring value(32'768, L'\0');
  auto size = static_cast<DWORD>(value.size() * sizeof(wchar_t));
  const LSTATUS code =
      ::RegGetValueW(HKEY_CURRENT_USER, key, win32::to_wide(name).c_str(), RRF_RT_REG_SZ, nullptr, value.data(), &size);
  if (code == ERROR_FILE_NOT_FOUND) return std::string{};
  if (code != ERROR_SUCCESS) return win32::error_of(static_cast<DWORD>(code), "read the registry");
  return win32::to_utf8(value.c_str());
}

}  // namespace

std::string logon_place(const std::string& name) {
  return "HKEY_CURRENT_USER\\" + win32::to_utf8(kRun) + ", value " + name;
}

Result<std::string> logon_command(const std::string& name) { return user_text(kRun, name); }

Status set_logon_command(const std::string& name, const std::string& line) {
  const std::wstring text = win32::to_wide(line);
  if (text.size() > kLongest) return error_from(E2BIG, "run at the logon: " + line);
  const std::wstring value = win32::to_wide(name);
  LSTATUS code = ERROR_SUCCESS;
  if (line.empty()) {
    code = ::RegDeleteKeyValueW(HKEY_CURRENT_USER, kRun, value.c_str());
    if (code == ERROR_FILE_NOT_FOUND) return Done{};
  } else {
    code = ::RegSetKeyValueW(HKEY_CURRENT_USER, kRun, value.c_str(), REG_SZ, text.c_str(),
                             static_cast<DWORD>((text.size() + 1) * sizeof(wchar_t)));
  }
  if (code == ERROR_SUCCESS) return Done{};
  return win32::error_of(static_cast<DWORD>(code), "change " + logon_place(name));
}

std::string logon_variable(const std::string& name) {
  const auto value = user_text(L"Environment", name);
  return value ? *value : std::string{};
}

}  // namespace forever
