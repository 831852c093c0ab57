// The file of a lock, whether it is locked, and whether it still is the one that others will find.
#include "platform/lock.hpp"

#include "platform/files.hpp"
#include "platform/posix/lock_file.hpp"
#include "platform/posix/sys.hpp"

namespace forever {
namespace {

constexpr int kFlags = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
constexpr int kAttempts = 3;

// ELOOP, EMLINK: a link. ENXIO: a socket. EISDIR: a directory, opened for writing.
bool is_special(int code) noexcept { return code == ELOOP || code == EMLINK || code == ENXIO || code == EISDIR; }

// No Handle: something else is there, or nothing.
Result<Handle> open_regular(const std::string& path, int flags) {
  Handle file(sys::open(path.c_str(), flags | kFlags, mode_t{0600}));
  struct stat found {};
  if (!file && (errno == ENOENT || is_special(errno))) return Handle{};
  if (!file || sys::fstat(file.get(), &found) != 0) return last_error("open " + path);
  if (!S_ISREG(found.st_mode)) return Handle{};
  return file;
}

// Another process may do the same and have created the lock meanwhile: that one is put back.
Status make_way(const std::string& path) {
  const std::string aside = path + '.' + std::to_string(::getpid()) + ".gone";
  if (sys::rename(path.c_str(), aside.c_str()) != 0) {
    if (errno == ENOENT) return Done{};
    return last_error("lock " + path);
  }
  struct stat found {};
  const bool lock = FOREVER_SYS(lstat, -1, aside.c_str(), &found) == 0 && S_ISREG(found.st_mode);
  if (lock && ::link(aside.c_str(), path.c_str()) != 0 && errno != EEXIST) return last_error("lock " + path);
  return remove_tree(aside);
}

}  // namespace

Result<Handle> open_lock_file(const std::string& path) {
  for (int attempt = 1;; ++attempt) {
    auto file = open_regular(path, O_RDWR | O_CREAT);
    if (!file || *file) return file;
    struct stat found {};
    if (FOREVER_SYS(lstat, -1, path.c_str(), &found) != 0) return last_error("open " + path);  // its directory is gone
    if (attempt == kAttempts) return error_from(EEXIST, "lock " + path);
    if (const Status made = make_way(path); !made) return made.error();
  }
}

Result<Handle> find_lock_file(const std::string& path) { return open_regular(path, O_RDONLY); }

Result<LockState> probe_lock(const std::string& path) {
  const Result<Handle> file = find_lock_file(path);
  if (!file) return file.error();
  if (!*file) return LockState::free;
  const auto state = probe_open_lock(file->get());
  if (!state) return error_from(state.error().code.value(), "probe " + path);
  return state;
}

bool lock_is_at(NativeHandle lock, const std::string& path) {
  struct stat held {};
  struct stat named {};
  if (sys::fstat(lock, &held) != 0 || sys::stat(path.c_str(), &named) != 0) return false;
  return held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

}  // namespace forever
