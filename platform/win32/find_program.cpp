// Which file a program's name means: a path, a file of the app's directory, or the first along PATH; with the endings of
// PATHEXT (.exe, .cmd …) where the name has none of them.
#include <algorithm>
#include <cerrno>
#include <string_view>

#include "platform/environment.hpp"
#include "platform/files.hpp"
#include "platform/spawn.hpp"
#include "platform/win32/system.hpp"

namespace forever {
namespace {

constexpr std::string_view kDefaultEndings = ".COM;.EXE;.BAT;.CMD";
constexpr std::string_view kSlashes = "/\\";

std::vector<std::string> parts_of(std::string_view list) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t end = std::min(list.find(';', at), list.size());
    std::string part(list.substr(at, end - at));
    std::erase(part, '"');  // PATH may quote what has a semicolon in it
    if (!part.empty()) parts.push_back(std::move(part));
    at = end + 1;
  }
  return parts;
}

bool ends_with(std::string_view text, std::string_view end) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return text.size() >= end.size() &&
         std::equal(end.begin(), end.end(), text.end() - static_cast<std::ptrdiff_t>(end.size()),
                    [&](char a, char b) { return lower(a) == lower(b); });
}

// What Windows itself can start: these extensions identify it, there is no other mark.
bool is_executable(std::string_view path) {
  for (const char* ending : {".exe", ".com", ".bat", ".cmd"}) {
    if (ends_with(path, ending)) return true;
  }
  return false;
}

ProgramLookup look_at(const std::string& path) {
  const DWORD attributes = ::GetFileAttributesW(win32::wide_path(path).c_str());
  if (attributes == INVALID_FILE_ATTRIBUTES)
    return {.path = {}, .executable = false, .code = win32::errno_of(::GetLastError())};
  if ((attributes & FILE_ATTRIBUTE_DIRECTORY) != 0) return {.path = {}, .executable = false, .code = EISDIR};
  return {.path = path, .executable = is_executable(path), .code = 0};
}

// The file itself if it can be started, else one with an ending that can, else the file.
ProgramLookup look(const std::string& path) {
  ProgramLookup plain = look_at(path);
  if (plain.executable) return plain;
  for (const std::string& ending : parts_of(environment_variable("PATHEXT").value_or(std::string(kDefaultEndings)))) {
    if (!is_executable(ending)) continue;
    std::string longer = path;
    for (const char c : ending) longer += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (ProgramLookup found = look_at(longer); found.executable) return found;
  }
  return plain;
}

std::string join(std::string_view directory, std::string_view name) {
  while (name.size() > 1 && name[0] == '.' && kSlashes.find(name[1]) != std::string_view::npos) name.remove_prefix(2);
  // "/x" is on the current drive
  if (directory.empty() || is_absolute(name) || kSlashes.find(name[0]) != std::string_view::npos)
    return std::string(name);
  std::string path(directory);
  if (kSlashes.find(path.back()) == std::string_view::npos) path += '/';
  return path.append(name);
}

// Python's own installer for Windows has no python3.
std::vector<std::string> names_of(const std::string& name) {
  if (name == "python3") return {name, "python", "py"};
  return {name};
}

}  // namespace

ProgramLookup find_program(const std::string& name, const std::string& directory, const std::string& path_variable) {
  if (name.empty()) return {.path = {}, .executable = false, .code = ENOENT};
  ProgramLookup here = look(join(directory, name));
  if (name.find_first_of(kSlashes) != std::string::npos) return here;
  const bool script = name.find('.', 1) != std::string::npos;
  if (here.executable || (script && here.code == 0)) return here;
  const std::string path = path_variable.empty() ? environment_variable("PATH").value_or("") : path_variable;
  for (const std::string& one : names_of(name)) {
    for (const std::string& place : parts_of(path)) {
      ProgramLookup found = look(join(join(directory, place), one));
      if (found.executable) return found;
    }
  }
  return here;
}

}  // namespace forever
