// The parts of a path, on every system.
#include "platform/guarded_folder.hpp"

namespace forever {

std::string folder_of_path(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return path.substr(0, slash == 0 ? 1 : slash);
}

std::string name_of_path(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string GuardedFolder::path_of(const std::string& name) const {
  return path_.ends_with('/') ? path_ + name : path_ + '/' + name;
}

}  // namespace forever
