// Which file a program's name means: a path, a file of the app's directory, or the first along PATH.
#include <string_view>

#include "platform/posix/sys.hpp"
#include "platform/spawn.hpp"

namespace forever {
namespace {

constexpr std::string_view kDefaultPath = "/usr/local/bin:/usr/bin:/bin";

// Why a file that is there cannot be the program; 0 if it can at least be read.
int refusal_of(const std::string& path, mode_t mode) noexcept {
  if (S_ISDIR(mode)) return EISDIR;
  if (!S_ISREG(mode)) return EACCES;  // what exec says of a device or a socket
  return sys::faccessat(AT_FDCWD, path.c_str(), R_OK, AT_EACCESS) == 0 ? 0 : errno;
}

// The kind of file at a path.
ProgramLookup look(std::string path) {
  struct stat facts {};
  if (sys::stat(path.c_str(), &facts) != 0) return {.path = {}, .executable = false, .code = errno};
  if (S_ISREG(facts.st_mode) && sys::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0) {
    return {.path = std::move(path), .executable = true, .code = 0};
  }
  const int code = refusal_of(path, facts.st_mode);
  return {.path = code == 0 ? std::move(path) : std::string{}, .executable = false, .code = code};
}

std::string join(std::string_view directory, std::string_view name) {
  while (name.starts_with("./")) name.remove_prefix(2);
  if (directory.empty() || name.starts_with('/')) return std::string(name);
  std::string path(directory);
  if (path.back() != '/') path += '/';
  return path.append(name);
}

// The first executable file along PATH; EACCES if only others stood there (execvp(3)).
ProgramLookup look_along(std::string_view path, const std::string& name, const std::string& directory) {
  ProgramLookup missing;
  missing.code = ENOENT;
  if (path.empty()) path = kDefaultPath;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find(':', at), path.size());
    // An element that is empty or relative means a place below the app's directory.
    ProgramLookup found = look(join(join(directory, path.substr(at, end - at)), name));
    if (found.executable) return found;
    if (found.code == 0 || found.code == EACCES) missing.code = EACCES;
    at = end + 1;
  }
  return missing;
}

}  // namespace

ProgramLookup find_program(const std::string& name, const std::string& directory, const std::string& path_variable) {
  if (name.empty()) return {.path = {}, .executable = false, .code = ENOENT};
  ProgramLookup here = look(join(directory, name));
  if (name.find('/') != std::string::npos) return here;
  const bool script = name.find('.', 1) != std::string::npos;
  if (here.executable || (script && here.code == 0)) return here;
  ProgramLookup installed = look_along(path_variable, name, directory);
  if (installed.code == 0) return installed;
  // Nothing better was found: then what stands here, be it a text without an extension or a directory, is what was meant.
  return here.code == ENOENT ? installed : here;
}

}  // namespace forever
