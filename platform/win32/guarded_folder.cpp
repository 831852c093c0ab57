// Every path of an app is its user's, who runs us: it is used as it is.
#include "platform/guarded_folder.hpp"

namespace forever {

Result<GuardedFolder> GuardedFolder::enter(const std::string& folder, const PathTrust&, Missing missing) {
  if (missing == Missing::make && !exists(folder)) {
    if (const Status made = make_private_directory(folder); !made) return made.error();
  }
  return GuardedFolder(folder);
}

Result<Handle> GuardedFolder::open_log(const std::string& name) const { return open_log_file(path_of(name)); }

Result<Handle> GuardedFolder::open_for_reading(const std::string& name) const {
  return forever::open_for_reading(path_of(name));
}

Result<FileFacts> GuardedFolder::facts(const std::string& name) const { return facts_of(path_of(name)); }

Status GuardedFolder::rename(const std::string& from, const std::string& to) const {
  return rename_file(path_of(from), path_of(to));
}

Status GuardedFolder::remove(const std::string& name) const { return remove_tree(path_of(name)); }

Result<std::string> read_given_file(const std::string& path, const std::optional<Credentials>&) {
  return read_file(path);
}

}  // namespace forever
