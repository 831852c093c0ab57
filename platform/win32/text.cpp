// UTF-8 and UTF-16, and paths in both.
#include <algorithm>
#include <array>

#include "platform/win32/system.hpp"

namespace forever::win32 {
namespace {

constexpr std::size_t kSurelyShort = 240;  // a directory's limit is MAX_PATH (260) less a name of 8.3
constexpr std::wstring_view kLong = L"\\\\?\\";
constexpr std::wstring_view kLongNetwork = L"\\\\?\\UNC\\";

}  // namespace

std::wstring to_wide(std::string_view utf8) {
  const int size = static_cast<int>(utf8.size());
  const int length = ::MultiByteToWideChar(CP_UTF8, 0, utf8.data(), size, nullptr, 0);
  std::wstring wide(static_cast<std::size_t>(std::max(length, 0)), L'\0');
  if (length > 0) ::MultiByteToWideChar(CP_UTF8, 0, utf8.data(), size, wide.data(), length);
  return wide;
}

std::string to_utf8(std::wstring_view wide) {
  const int size = static_cast<int>(wide.size());
  const int length = ::WideCharToMultiByte(CP_UTF8, 0, wide.data(), size, nullptr, 0, nullptr, nullptr);
  std::string utf8(static_cast<std::size_t>(std::max(length, 0)), '\0');
  if (length > 0) ::WideCharToMultiByte(CP_UTF8, 0, wide.data(), size, utf8.data(), length, nullptr, nullptr);
  return utf8;
}

std::wstring wide_path(const std::string& path) {
  std::wstring wide = to_wide(path);
  std::replace(wide.begin(), wide.end(), L'/', L'\\');
  if (wide.size() < kSurelyShort || wide.starts_with(kLong)) return wide;
  // Behind the prefix nothing is interpreted any more, so the path must be whole first.
  const DWORD length = ::GetFullPathNameW(wide.c_str(), 0, nullptr, nullptr);
  std::wstring full(length, L'\0');
  full.resize(::GetFullPathNameW(wide.c_str(), length, full.data(), nullptr));
  if (full.starts_with(L"\\\\")) return std::wstring(kLongNetwork) + full.substr(2);
  return std::wstring(kLong) + full;
}

std::string plain_path(std::wstring_view wide) {
  std::string path;
  if (wide.starts_with(kLongNetwork)) {
    path = "\\\\" + to_utf8(wide.substr(kLongNetwork.size()));
  } else {
    path = to_utf8(wide.starts_with(kLong) ? wide.substr(kLong.size()) : wide);
  }
  std::replace(path.begin(), path.end(), '\\', '/');
  return path;
}

}  // namespace forever::win32
