// A path walked step by step, each directory kept open until the next one is.
#include "platform/guarded_folder.hpp"

#include <algorithm>
#include <deque>

#include "platform/posix/in_folder.hpp"
#include "platform/posix/sys.hpp"
#include "platform/user_rights.hpp"

namespace forever {
namespace {

#ifdef O_PATH
constexpr int kFolder = O_PATH | O_DIRECTORY | O_CLOEXEC;
#else
constexpr int kFolder = O_RDONLY | O_NONBLOCK | O_DIRECTORY | O_CLOEXEC;
#endif
constexpr int kMostRootLinks = 40;  // as the kernel: path_resolution(7)
constexpr int kMostRounds = 16;     // against a process that creates and removes a log meanwhile

using Parts = std::deque<std::string>;

// "." and double slashes go; ".." stays, for it means the parent of what a link has led to.
void put_before(Parts& parts, const std::string& path) {
  Parts more;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    if (end > at && path.compare(at, end - at, ".") != 0) more.emplace_back(path, at, end - at);
    at = end + 1;
  }
  parts.insert(parts.begin(), more.begin(), more.end());
}

struct FolderWalk {
  Handle folder;                     // where the path leads
  std::optional<uid_t> links_owner;  // or another user's link is in the path
};

// Follows no link but root's and ours.
Result<FolderWalk> walk_to_folder(const std::string& path) {
  Parts parts;
  put_before(parts, path);
  FolderWalk at;
  at.folder.reset(sys::open("/", kFolder));
  for (int links = 0; at.folder && !parts.empty();) {
    auto step = take_step(at.folder.get(), parts.front(), path);
    if (!step) return step.error();
    parts.pop_front();
    if (!step->link) {
      at.folder = std::move(step->directory);
      continue;
    }
    if (step->owner != 0 && step->owner != ::geteuid()) {
      at.folder.reset();
      at.links_owner = step->owner;
      return at;
    }
    if (++links > kMostRootLinks) return error_from(ELOOP, "open " + path);
    if (step->target.starts_with('/')) at.folder.reset(sys::open("/", kFolder));
    put_before(parts, step->target);
  }
  if (!at.folder) return last_error("open " + path);
  return at;
}

bool may_be_changed_by(const Credentials& user, int folder, const struct stat& facts) {
  if (facts.st_uid == user.uid || (facts.st_mode & S_IWOTH) != 0) return true;
  if ((facts.st_mode & S_IWGRP) == 0) return false;  // nor does an access control list grant it then: acl(5)
  const UserRights rights(user);
  return !rights || may_change(folder);
}

Error no_rights(const Credentials& user, const std::string& path) {
  return error_from(EPERM, "use " + path + " with the rights of " + user.user_name);
}

}  // namespace

// Whose a directory will be that is missing, the last one decides that is there.
Status GuardedFolder::make(const std::string& folder, const PathTrust& trust) {
  if (folder == "/") return error_from(ENOENT, "create " + folder);
  const auto parent = enter(folder_of_path(folder), trust, Missing::make);
  if (!parent) return parent.error();
  const UserRights rights(parent->user_);
  if (!rights) return no_rights(*parent->user_, folder);
  if (sys::mkdirat(parent->native(), name_of_path(folder).c_str(), mode_t{0700}) != 0 && errno != EEXIST)
    return last_error("create " + folder);
  return Done{};
}

Result<GuardedFolder> GuardedFolder::enter(const std::string& folder, const PathTrust& trust, Missing missing) {
  GuardedFolder entered(folder);
  if (trust.ours || ::geteuid() != 0) {
    if (missing == Missing::refuse || exists(folder)) return entered;
    if (const Status made = make_private_directory(folder); !made) return made.error();
    return entered;
  }

  auto walked = walk_to_folder(folder);
  if (!walked && walked.error().code.value() == ENOENT && missing == Missing::make) {
    if (const Status made = make(folder, trust); !made) return made.error();
    walked = walk_to_folder(folder);
  }
  if (!walked) return walked.error();
  if (walked->folder) {
    struct stat facts {};
    if (sys::fstat(walked->folder.get(), &facts) != 0) return last_error("open " + folder);
    if (!trust.user || !may_be_changed_by(*trust.user, walked->folder.get(), facts)) {
      entered.folder_ = std::move(walked->folder);
      entered.foreign_ = facts.st_uid != 0 || (facts.st_mode & (S_IWGRP | S_IWOTH)) != 0;
      return entered;
    }
  } else if (!trust.user || *walked->links_owner != trust.user->uid) {
    return Error{"cannot use " + folder + ": a link in its path belongs to " + user_name(*walked->links_owner), {}};
  }
  entered.user_ = trust.user;
  const UserRights rights(entered.user_);
  if (!rights) return no_rights(*entered.user_, folder);
  // Its user may exchange it at any time; what is there now is what that user may reach.
  entered.folder_.reset(sys::open(folder.c_str(), kFolder));
  if (!entered.folder_ && errno == ENOENT && missing == Missing::make && make_private_directory(folder))
    entered.folder_.reset(sys::open(folder.c_str(), kFolder));
  if (!entered.folder_) return last_error("open " + folder);
  return entered;
}

Result<Handle> GuardedFolder::open_log(const std::string& name) const {
  const std::string path = path_of(name);
  if (!folder_) return open_log_file(path);
  const UserRights rights(user_);
  if (!rights) return no_rights(*user_, path);
  constexpr int kFlags = O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  if (!user_ && !foreign_) {
    Handle opened{sys::openat(folder_.get(), name.c_str(), kFlags, mode_t{0600})};
    if (!opened) return last_error("open " + path);
    return opened;
  }
  for (int round = 0;; ++round) {
    auto opened = open_fit(folder_.get(), name, Fit::to_log, user_.has_value(), path);
    if (opened || opened.error().code.value() != ENOENT || round == kMostRounds) return opened;
    Handle made{sys::openat(folder_.get(), name.c_str(), kFlags | O_EXCL, mode_t{0600})};
    if (made) return made;
    if (errno != EEXIST) return last_error("create " + path);
  }
}

Result<Handle> GuardedFolder::open_for_reading(const std::string& name) const {
  const std::string path = path_of(name);
  if (!folder_) return forever::open_for_reading(path);
  const UserRights rights(user_);
  if (!rights) return no_rights(*user_, path);
  return open_fit(folder_.get(), name, Fit::to_read, user_.has_value() || !foreign_, path);
}

Result<FileFacts> GuardedFolder::facts(const std::string& name) const {
  const std::string path = path_of(name);
  if (!folder_) return facts_of(path);
  const UserRights rights(user_);
  if (!rights) return no_rights(*user_, path);
  return facts_in(folder_.get(), name, path);
}

Status GuardedFolder::rename(const std::string& from, const std::string& to) const {
  if (!folder_) return rename_file(path_of(from), path_of(to));
  const UserRights rights(user_);
  if (!rights) return no_rights(*user_, path_of(from));
  if (sys::renameat(folder_.get(), from.c_str(), folder_.get(), to.c_str()) != 0)
    return last_error("rename " + path_of(from) + " to " + path_of(to));
  return Done{};
}

Status GuardedFolder::remove(const std::string& name) const {
  const std::string path = path_of(name);
  if (!folder_) return remove_tree(path);
  if (!user_ && !foreign_) return remove_in(folder_.get(), name, path);
  const UserRights rights(user_);
  if (!rights) return no_rights(*user_, path);
  if (sys::unlinkat(folder_.get(), name.c_str(), 0) != 0 && errno != ENOENT) return last_error("remove " + path);
  return Done{};
}

Result<std::string> read_given_file(const std::string& path, const std::optional<Credentials>& user) {
  if (user) {
    const auto folder = GuardedFolder::enter(folder_of_path(path), {.ours = false, .user = user});
    if (!folder) return folder.error();
    if (folder->user() || folder->foreign()) {
      const auto file = folder->open_for_reading(name_of_path(path));
      if (!file) return file.error();
      return read_open_file(file->get(), path, kLargestRead);
    }
  }
  const Handle file{sys::uninterrupted([&] { return sys::open(path.c_str(), O_RDONLY | O_NOCTTY | O_CLOEXEC); })};
  if (!file) return last_error("open " + path);
  return read_open_file(file.get(), path, kLargestRead);
}

}  // namespace forever
