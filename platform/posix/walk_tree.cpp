#include "platform/walk_tree.hpp"

#include <cstring>
#include <memory>
#include <vector>

#include "platform/posix/sys.hpp"

namespace forever {
namespace {

struct CloseFolder {
  void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};

bool in_trouble(int code) noexcept { return code == EMFILE || code == ENFILE || code == ENOMEM; }

bool is_directory(const dirent& entry, int folder) noexcept {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type == DT_DIR;
  struct stat found {};
  return sys::fstatat(folder, entry.d_name, &found, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(found.st_mode);
}

}  // namespace

std::optional<std::uint64_t> FoundFile::look() const {
  struct stat found {};
  if (sys::fstatat(folder, name, &found, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
#ifdef __APPLE__
  const timespec modified = found.st_mtimespec;
#else
  const timespec modified = found.st_mtim;
#endif
  std::uint64_t seen = mixed(0, static_cast<std::uint64_t>(found.st_size));
  seen = mixed(seen, static_cast<std::uint64_t>(modified.tv_sec));
  seen = mixed(seen, static_cast<std::uint64_t>(modified.tv_nsec));
  return mixed(seen, found.st_ino);
}

int walk_tree(const std::string& root, const TreeVisitor& visitor) {
  std::vector<std::string> left{root};
  while (!left.empty()) {
    const std::string folder = std::move(left.back());
    left.pop_back();
    if (!visitor.enter(folder)) continue;
    const std::unique_ptr<DIR, CloseFolder> directory(sys::opendir(folder.c_str()));
    if (!directory) {
      if (in_trouble(errno)) return errno;
      continue;
    }
    std::string path = folder == "/" ? folder : folder + "/";
    const std::size_t stem = path.size();
    while (const dirent* entry = ::readdir(directory.get())) {
      if (std::strcmp(entry->d_name, ".") == 0 || std::strcmp(entry->d_name, "..") == 0) continue;
      const bool below = is_directory(*entry, ::dirfd(directory.get()));
      if (!below && !visitor.file) continue;
      path.resize(stem);
      path += entry->d_name;
      if (!visitor.wants(path, below)) continue;
      if (below) {
        left.push_back(path);
      } else {
        visitor.file({path, ::dirfd(directory.get()), entry->d_name, 0});
      }
    }
  }
  return 0;
}

}  // namespace forever
