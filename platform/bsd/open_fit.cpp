// Without O_PATH a file is looked at when it is open, and then kept or not.
#include "platform/posix/in_folder.hpp"

#include <climits>

#include "platform/posix/sys.hpp"

namespace forever {

Result<Handle> open_fit(int folder, const std::string& name, Fit fit, bool follow, const std::string& path) {
  const int flags = O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (follow ? 0 : O_NOFOLLOW);
  Handle opened{sys::openat(folder, name.c_str(), (fit == Fit::to_log ? O_RDWR : O_RDONLY) | flags)};
  if (!opened && errno == EACCES && fit == Fit::to_log)
    opened.reset(sys::openat(folder, name.c_str(), O_WRONLY | flags));
  struct stat found {};
  if (!opened || sys::fstat(opened.get(), &found) != 0) return last_error("open " + path);
  const bool regular = S_ISREG(found.st_mode);
  const bool other = S_ISFIFO(found.st_mode) || S_ISCHR(found.st_mode);
  if (S_ISDIR(found.st_mode)) return error_from(EISDIR, "open " + path);
  const bool second_name = !follow && regular && found.st_nlink > 1;
  const bool program = fit == Fit::to_log && regular && (found.st_mode & (S_ISUID | S_ISGID)) != 0;
  if ((!regular && (fit != Fit::to_log || !other)) || second_name || program)
    return Error{"cannot use " + path + ": it cannot be a log file", {}};
  return opened;
}

Result<PathStep> take_step(int folder, const std::string& name, const std::string& path) {
  PathStep step;
  step.directory.reset(sys::openat(folder, name.c_str(), O_RDONLY | O_NONBLOCK | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (step.directory) return step;
  const int code = errno;
  struct stat found {
  }, again{};
  if (sys::fstatat(folder, name.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISLNK(found.st_mode))
    return error_from(code, "open " + path);
  step.link = true;
  step.owner = found.st_uid;
  step.target.resize(PATH_MAX);
  const ssize_t size = sys::readlinkat(folder, name.c_str(), step.target.data(), step.target.size());
  if (size < 0) return last_error("open " + path);
  step.target.resize(static_cast<std::size_t>(size));
  // Replaced between two checks: it is not used.
  const bool same = sys::fstatat(folder, name.c_str(), &again, AT_SYMLINK_NOFOLLOW) == 0 &&
                    found.st_ino == again.st_ino && found.st_uid == again.st_uid;
  if (!same) return error_from(ELOOP, "open " + path);
  return step;
}

bool may_change(int folder) noexcept { return sys::faccessat(folder, ".", W_OK, AT_EACCESS) == 0 || errno != EACCES; }

}  // namespace forever
