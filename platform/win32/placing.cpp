// Putting files where other programs look for them.
#include "platform/placing.hpp"

#include <cerrno>

#include "platform/files.hpp"
#include "platform/win32/program_file.hpp"
#include "platform/win32/system.hpp"

namespace forever {

namespace win32 {

std::wstring program_file() {
  std::wstring path(32'768, L'\0');
  path.resize(::GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size())));
  return path;
}

}  // namespace win32

Result<std::string> own_program() {
  std::string path = win32::plain_path(win32::program_file());
  if (!exists(path)) return error_from(ENOENT, "find this program's own file " + path);
  return path;
}

Status make_link(const std::string& target, const std::string& path) {
  const std::wstring place = win32::wide_path(path);
  if (const DWORD found = ::GetFileAttributesW(place.c_str()); found != INVALID_FILE_ATTRIBUTES) {
    if ((found & FILE_ATTRIBUTE_REPARSE_POINT) == 0) return error_from(EEXIST, "make the link " + path);
    if (::DeleteFileW(place.c_str()) == 0) return last_error("replace the link " + path);
  }
  // Since Windows 10 1703 no privilege is needed where the developer mode is on.
  constexpr DWORD kUnprivileged = 2;
  if (::CreateSymbolicLinkW(place.c_str(), win32::wide_path(target).c_str(), kUnprivileged) == 0)
    return last_error("make the link " + path);
  return Done{};
}

// Who may do what is inherited from the directory.
Result<std::string> make_scratch_directory() { return error_from(ENOTSUP, "make a scratch directory"); }

Status set_mode(const std::string&, unsigned) { return Done{}; }

}  // namespace forever
