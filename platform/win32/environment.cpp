// The environment of this process, from UTF-16.
#include "platform/environment.hpp"

#include "platform/win32/system.hpp"

namespace forever {

std::optional<std::string> environment_variable(const char* name) {
  const std::wstring wide = win32::to_wide(name);
  // Only the error distinguishes an empty variable from one that is not set.
  ::SetLastError(ERROR_SUCCESS);
  for (DWORD size = ::GetEnvironmentVariableW(wide.c_str(), nullptr, 0); size > 0;) {
    std::wstring value(size, L'\0');
    const DWORD length = ::GetEnvironmentVariableW(wide.c_str(), value.data(), size);
    if (length < size) return win32::to_utf8(std::wstring_view(value).substr(0, length));
    size = length;  // another thread has changed it
  }
  if (::GetLastError() == ERROR_ENVVAR_NOT_FOUND) return std::nullopt;
  return std::string{};
}

std::vector<std::string> whole_environment() {
  std::vector<std::string> all;
  wchar_t* const block = ::GetEnvironmentStringsW();
  if (block == nullptr) return all;
  for (const wchar_t* entry = block; *entry != L'\0'; entry += std::wstring_view(entry).size() + 1) {
    // "=C:=C:\here" are cmd.exe's directories of each drive: they are no variables.
    if (*entry != L'=') all.push_back(win32::to_utf8(entry));
  }
  ::FreeEnvironmentStringsW(block);
  return all;
}

void replace_environment(const std::vector<std::string>& assignments) {
  const auto set = [](std::string_view name, const wchar_t* value) {
    (void)::SetEnvironmentVariableW(win32::to_wide(std::string{name}).c_str(), value);
  };
  for (const std::string& entry : whole_environment()) set(entry.substr(0, entry.find('=')), nullptr);
  for (const std::string& entry : assignments) {
    const std::size_t equals = entry.find('=');
    if (equals != std::string::npos) set(entry.substr(0, equals), win32::to_wide(entry.substr(equals + 1)).c_str());
  }
}

}  // namespace forever
