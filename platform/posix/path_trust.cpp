// By lstat(2) and readlink(2), one component after the other, as path_resolution(7) says.
#include "platform/path_trust.hpp"

#include <array>
#include <charconv>
#include <string_view>

#include "platform/files.hpp"
#include "platform/posix/sys.hpp"

namespace forever {
namespace {

constexpr int kMostLinks = 40;  // as many as the kernel follows
constexpr mode_t kWriteBits = S_IWGRP | S_IWOTH;

std::uint32_t overflow_uid() {
  const auto text = read_file("/proc/sys/kernel/overflowuid");
  std::uint32_t uid = 65534;
  if (text) std::from_chars(text->data(), text->data() + text->size(), uid);
  return uid;
}

// Whether every user of the machine has a number here. Systems without user namespaces have no such file.
bool maps_every_user() {
  const auto map = read_file("/proc/self/uid_map");
  return !map || map->find("4294967295") != std::string::npos;
}

bool is_trusted(uid_t owner, bool last) {
  if (owner == ::geteuid()) return true;
  if (last) return false;
  return owner == 0 || (owner == overflow_uid() && !maps_every_user());
}

class Walk {
 public:
  explicit Walk(const std::string& path) : rest_(path) {}

  std::optional<Weakness> run() {
    for (;;) {
      const std::string component = take_component();
      if (component == "..") {
        here_.resize(here_.empty() ? 0 : here_.rfind('/'));
        continue;  // it was looked at on the way down
      }
      if (!component.empty()) here_ += '/' + component;
      const bool last = rest_.find_first_not_of('/') == std::string::npos;
      struct stat found {};
      // What is missing, or cannot be examined by root, is for others to report.
      if (sys::fstatat(AT_FDCWD, here_.empty() ? "/" : here_.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0)
        return std::nullopt;
      if (auto weakness = S_ISLNK(found.st_mode) ? follow(found) : judge(found, last)) return weakness;
      if (last && !S_ISLNK(found.st_mode)) return std::nullopt;
    }
  }

 private:
  // The next name of the rest; empty at first, for the root directory.
  std::string take_component() {
    if (!begun_) {
      begun_ = true;
      return {};
    }
    for (;;) {
      const std::size_t begin = rest_.find_first_not_of('/');
      if (begin == std::string::npos) {
        rest_.clear();
        return {};
      }
      const std::size_t end = std::min(rest_.find('/', begin), rest_.size());
      std::string component = rest_.substr(begin, end - begin);
      rest_.erase(0, end);
      if (component != ".") return component;
    }
  }

  [[nodiscard]] Weakness weakness(Weakness::Kind kind, const struct stat& found) const {
    return {kind, here_.empty() ? "/" : here_, found.st_uid, found.st_gid, found.st_mode & 07777U};
  }

  [[nodiscard]] std::optional<Weakness> judge(const struct stat& found, bool last) const {
    if (!is_trusted(found.st_uid, last)) return weakness(Weakness::Kind::owner, found);
    const bool sticky = !last && (found.st_mode & S_ISVTX) != 0;
    if ((found.st_mode & kWriteBits) != 0 && !sticky) return weakness(Weakness::Kind::writable, found);
    return std::nullopt;
  }

  // Replaces the link by its target. The users who can change its directory were checked before.
  std::optional<Weakness> follow(const struct stat& found) {
    if (!is_trusted(found.st_uid, false)) return weakness(Weakness::Kind::link, found);
    std::array<char, 4096> target;
    const ssize_t size = sys::readlink(here_.c_str(), target.data(), target.size());
    // A loop, or a link that changes while it is read: such a path is unusable, and must not be reported as safe.
    if (size <= 0 || ++links_ > kMostLinks) return weakness(Weakness::Kind::link, found);
    const std::string_view text{target.data(), static_cast<std::size_t>(size)};
    rest_ = std::string{text} + '/' + rest_;
    here_.resize(text.front() == '/' ? 0 : here_.rfind('/'));
    return std::nullopt;
  }

  std::string here_;  // where the walk has come to, without links; empty: the root directory
  std::string rest_;
  bool begun_ = false;
  int links_ = 0;
};

}  // namespace

std::optional<Weakness> weakness_of(const std::string& path) { return Walk{path}.run(); }

std::optional<std::string> foreign_entry_below(const std::string& directory) {
  for (const std::string& name : list_directory(directory)) {
    const std::string path = directory + '/' + name;
    struct stat found {};
    if (sys::fstatat(AT_FDCWD, path.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (found.st_uid != ::geteuid()) return path;
    if (!S_ISDIR(found.st_mode)) continue;
    if (auto foreign = foreign_entry_below(path)) return foreign;
  }
  return std::nullopt;
}

}  // namespace forever
