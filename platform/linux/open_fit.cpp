// A file is named by O_PATH first, which opens nothing, looked at, and opened through /proc/self/fd: what was looked at is what
// is opened.
#include "platform/posix/in_folder.hpp"

#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include <array>
#include <climits>
#include <cstdio>

#include "platform/posix/sys.hpp"

#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_faccessat2
#define SYS_faccessat2 439
#endif

namespace forever {
namespace {

constexpr unsigned kPlan9 = 0x01021997;  // V9FS_MAGIC
constexpr unsigned kFuse = 0x65735546;

Error unfit(const std::string& path, const char* why) { return Error{"cannot use " + path + ": it is " + why, {}}; }

// The kernel's own file systems (proc, sysfs, cgroup, debugfs …) have no blocks; the few others that may report none are listed.
bool keeps_data(int file) noexcept {
  struct statfs found {};
  if (FOREVER_SYS(fstatfs, -1, file, &found) != 0) return false;
  if (found.f_blocks != 0) return true;
  const auto type = static_cast<unsigned>(found.f_type);
  return type == TMPFS_MAGIC || type == RAMFS_MAGIC || type == kPlan9 || type == kFuse;
}

bool is_terminal_or_null(dev_t device) noexcept {
  const unsigned kind = major(device);
  return (kind == 1 && minor(device) == 3) || kind == 4 || (kind >= 136 && kind <= 143);
}

Handle name_it(int folder, const std::string& name, bool follow) noexcept {
  const int flags = O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW);
  if (follow) {
    // Not through /proc/self/fd/N and the like: they lead to what we have open.
    open_how how{};
    how.flags = static_cast<unsigned long long>(flags);
    how.resolve = RESOLVE_NO_MAGICLINKS;
    const long opened = FOREVER_SYS(syscall, -1L, SYS_openat2, folder, name.c_str(), &how, sizeof how);
    if (opened >= 0 || errno != ENOSYS) return Handle{static_cast<int>(opened)};
  }
  return Handle{sys::openat(folder, name.c_str(), flags)};
}

}  // namespace

Result<Handle> open_fit(int folder, const std::string& name, Fit fit, bool follow, const std::string& path) {
  const Handle named = name_it(folder, name, follow);
  struct stat found {};
  if (!named || sys::fstat(named.get(), &found) != 0) return last_error("open " + path);
  if (S_ISLNK(found.st_mode)) return error_from(ELOOP, "open " + path);
  const bool regular = S_ISREG(found.st_mode);
  const bool pipe_or_terminal =
      S_ISFIFO(found.st_mode) || (S_ISCHR(found.st_mode) && is_terminal_or_null(found.st_rdev));
  if (S_ISDIR(found.st_mode)) return error_from(EISDIR, "open " + path);
  if (!regular && (fit != Fit::to_log || !pipe_or_terminal)) return unfit(path, "no regular file");
  if (regular && !keeps_data(named.get())) return unfit(path, "a kernel file");
  // What root writes to, the kernel leaves these bits on.
  if (fit == Fit::to_log && regular && (found.st_mode & (S_ISUID | S_ISGID)) != 0)
    return unfit(path, "a set-user-ID program");
  if (!follow && regular && found.st_nlink > 1) return unfit(path, "a file with several hard links");

  std::array<char, 40> again{};
  std::snprintf(again.data(), again.size(), "/proc/self/fd/%d", named.get());
  constexpr int kFlags = O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  int opened = sys::open(again.data(), (fit == Fit::to_log ? O_RDWR : O_RDONLY) | kFlags);
  if (opened < 0 && errno == EACCES && fit == Fit::to_log) opened = sys::open(again.data(), O_WRONLY | kFlags);
  if (opened < 0) return last_error("open " + path);
  return Handle(opened);
}

// O_PATH opens a link itself, too: its owner and its target are read from the same object.
Result<PathStep> take_step(int folder, const std::string& name, const std::string& path) {
  PathStep step;
  Handle named{sys::openat(folder, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)};
  struct stat found {};
  if (!named || sys::fstat(named.get(), &found) != 0) return last_error("open " + path);
  if (S_ISDIR(found.st_mode)) {
    step.directory = std::move(named);
    return step;
  }
  if (!S_ISLNK(found.st_mode)) return error_from(ENOTDIR, "open " + path);
  step.link = true;
  step.owner = found.st_uid;
  step.target.resize(PATH_MAX);
  const ssize_t size = sys::readlinkat(named.get(), "", step.target.data(), step.target.size());
  if (size < 0) return last_error("open " + path);
  step.target.resize(static_cast<std::size_t>(size));
  return step;
}

bool may_change(int folder) noexcept {
  const long may =
      FOREVER_SYS(syscall, -1L, SYS_faccessat2, folder, "", W_OK, unsigned{AT_EMPTY_PATH} | unsigned{AT_EACCESS});
  return may == 0 || (errno != EACCES && errno != EROFS && errno != EPERM);  // if unknown: yes
}

}  // namespace forever
