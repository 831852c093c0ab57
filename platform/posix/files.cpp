// Files and directories by system calls: what is looked at, read, written in place and removed.
#include "platform/files.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "platform/posix/in_folder.hpp"
#include "platform/posix/sys.hpp"

namespace forever {
namespace {

constexpr std::size_t kFirstBuffer = 4096;  // a status file fits

FileFacts facts_from(const struct stat& found) {
  FileFacts facts;
  facts.size = static_cast<std::uint64_t>(found.st_size);
  facts.inode = found.st_ino;
  facts.device = found.st_dev;
  facts.links = found.st_nlink;
  facts.owner = found.st_uid;
  facts.group = found.st_gid;
  facts.mode = found.st_mode & 07777U;
#ifdef __APPLE__
  const timespec modified = found.st_mtimespec;
#else
  const timespec modified = found.st_mtim;
#endif
  facts.modified_ms = std::int64_t{modified.tv_sec} * 1000 + modified.tv_nsec / 1'000'000;
  facts.directory = S_ISDIR(found.st_mode);
  facts.fifo = S_ISFIFO(found.st_mode);
  facts.regular = S_ISREG(found.st_mode);
  return facts;
}

struct CloseDirectory {
  void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

bool is_dot(const char* name) noexcept { return std::strcmp(name, ".") == 0 || std::strcmp(name, "..") == 0; }

std::vector<std::string> names_in(DIR* directory) {
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(directory)) {
    if (!is_dot(entry->d_name)) names.emplace_back(entry->d_name);
  }
  return names;
}

// Empties the directory that `descriptor` is open on, and closes it.
Status empty_directory(int descriptor, const std::string& path) {
  Handle owner(descriptor);
  const Directory directory(::fdopendir(descriptor));
  if (!directory) return last_error("read " + path);
  (void)owner.release();  // closedir closes it
  for (const std::string& name : names_in(directory.get())) {
    std::string below = path;
    below.append("/").append(name);
    if (Status removed = remove_in(descriptor, name, below); !removed) return removed;
  }
  return Done{};
}

// An existing directory must be one that no other user can have prepared.
Status check_private(const std::string& path) {
  struct stat found {};
  if (sys::stat(path.c_str(), &found) != 0) return last_error("use " + path);
  if (!S_ISDIR(found.st_mode)) return error_from(ENOTDIR, "use " + path);
  const uid_t self = ::geteuid();
  if (found.st_uid != self && self != 0) {
    return Error{"cannot use " + path + ": it belongs to another user (uid " + std::to_string(found.st_uid) + ")", {}};
  }
  return Done{};
}

const char* kind_of(mode_t mode) noexcept {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISLNK(mode)) return "a symbolic link";
  return "a device";
}

Error no_regular_file(const std::string& path, mode_t mode) {
  return Error{"cannot read " + path + ": it is " + kind_of(mode) + ", not a regular file",
               std::make_error_code(std::errc::invalid_argument)};
}

// `more`: O_NOFOLLOW, or 0.
Result<std::string> read_regular(const std::string& path, std::size_t limit, int more) {
  const int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | more;
  const Handle file{sys::uninterrupted([&] { return sys::open(path.c_str(), flags); })};
  struct stat found {};
  if (!file) {
    Error error = last_error("open " + path);
    // ELOOP, EMLINK: a link. ENXIO: a socket.
    if (error.code.value() != ENOENT && ::lstat(path.c_str(), &found) == 0 && !S_ISREG(found.st_mode))
      return no_regular_file(path, found.st_mode);
    return error;
  }
  if (sys::fstat(file.get(), &found) != 0) return last_error("open " + path);
  if (!S_ISREG(found.st_mode)) return no_regular_file(path, found.st_mode);
  if (static_cast<std::uint64_t>(found.st_size) > limit) return error_from(EFBIG, "read " + path);
  return read_open_file(file.get(), path, limit);
}

}  // namespace

Status remove_in(int parent, const std::string& name, const std::string& path) {
  if (sys::unlinkat(parent, name.c_str(), 0) == 0 || errno == ENOENT) return Done{};
  // POSIX says EPERM for a directory, Linux EISDIR; anything else is the answer.
  if (errno != EISDIR && errno != EPERM) return last_error("remove " + path);
  const int code = errno;
  const int descriptor = sys::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (descriptor < 0) return error_from(errno == ENOTDIR ? code : errno, "remove " + path);
  if (Status emptied = empty_directory(descriptor, path); !emptied) return emptied;
  if (sys::unlinkat(parent, name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) return Done{};
  return last_error("remove " + path);
}

Result<std::string> read_open_file(NativeHandle file, const std::string& path, std::size_t limit) {
  std::string content;
  std::size_t used = 0;
  for (;;) {
    if (used == content.size()) {
      if (used > limit) return error_from(EFBIG, "read " + path);
      content.resize(std::max(kFirstBuffer, std::min(2 * used, limit + 1)));
    }
    const ssize_t got =
        sys::uninterrupted([&] { return sys::read(file, content.data() + used, content.size() - used); });
    if (got < 0) return last_error("read " + path);
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
  }
  if (used > limit) return error_from(EFBIG, "read " + path);
  content.resize(used);
  return content;
}

Result<std::string> read_file(const std::string& path, std::size_t limit) { return read_regular(path, limit, 0); }

Result<std::string> read_record(const std::string& path, std::size_t limit) {
  return read_regular(path, limit, O_NOFOLLOW);
}

Status make_private_directory(const std::string& path) {
  if (sys::mkdir(path.c_str(), mode_t{0700}) == 0) return Done{};
  int code = errno;
  const std::size_t slash = path.find_last_of('/', path.find_last_not_of('/'));
  if (code == ENOENT && slash != std::string::npos && slash != 0) {
    // Parents are only created, not claimed: /home is root's.
    const std::string parent = path.substr(0, slash);
    if (Status made = make_private_directory(parent); !made && !exists(parent)) return made;
    if (sys::mkdir(path.c_str(), mode_t{0700}) == 0) return Done{};
    code = errno;
  }
  if (code != EEXIST && !exists(path)) return error_from(code, "create " + path);
  return check_private(path);
}

std::vector<std::string> list_directory(const std::string& path) {
  const Directory directory(sys::opendir(path.c_str()));
  return directory ? names_in(directory.get()) : std::vector<std::string>{};
}

bool exists(const std::string& path) {
  struct stat found {};
  return sys::stat(path.c_str(), &found) == 0;
}

Status remove_tree(const std::string& path) { return remove_in(AT_FDCWD, path, path); }

std::string canonical_path(const std::string& path) {
  std::string existing = path;
  std::string rest;
  for (;;) {
    // NOLINTNEXTLINE(cppcoreguidelines-no-malloc,cppcoreguidelines-owning-memory): realpath(3) allocates
    const std::unique_ptr<char, void (*)(void*)> found(::realpath(existing.c_str(), nullptr),
                                                       [](void* p) { std::free(p); });
    if (found) return found.get() + rest;
    const std::size_t slash = existing.rfind('/');
    if (slash == std::string::npos || slash == 0) return path;
    rest.insert(0, existing.substr(slash));
    existing.resize(slash);
  }
}

std::string current_directory() {
  struct stat here {};
  // A directory that cannot be entered still has a name: errors are reported with it where it is needed.
  if (sys::stat(".", &here) != 0 && errno != EACCES) return {};
  // The shell's own idea keeps links as typed (pwd -L in POSIX), if it still is this place.
  if (const char* typed = std::getenv("PWD"); typed != nullptr && typed[0] == '/') {
    struct stat there {};
    const std::string name = std::string(typed) + "/";
    const bool dotted = name.find("/./") != std::string::npos || name.find("/../") != std::string::npos;
    if (!dotted && sys::stat(typed, &there) == 0 && there.st_ino == here.st_ino && there.st_dev == here.st_dev) {
      return typed;
    }
  }
  const std::unique_ptr<char, void (*)(void*)> name(sys::getcwd(nullptr, std::size_t{0}), &std::free);
  return name && name.get()[0] == '/' ? std::string(name.get()) : std::string{};
}

std::string absolute_path(const std::string& path) {
  const std::string whole = path.starts_with('/') ? path : current_directory() + "/" + path;
  std::string clean;
  for (std::size_t at = 0; at < whole.size();) {
    const std::size_t end = std::min(whole.find('/', at), whole.size());
    const std::string_view part = std::string_view(whole).substr(at, end - at);
    // ".." stays: the part before it may be a link.
    if (!part.empty() && part != ".") clean.append("/").append(part);
    at = end + 1;
  }
  return clean.empty() ? "/" : clean;
}

Result<Handle> open_log_file(const std::string& path) {
  // Non-blocking, so that a path that names a FIFO or a terminal cannot hold the supervisor.
  const int flags = O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  int descriptor = sys::open(path.c_str(), O_RDWR | flags, mode_t{0600});
  if (descriptor < 0 && errno == EACCES) descriptor = sys::open(path.c_str(), O_WRONLY | flags, mode_t{0600});
  if (descriptor < 0) return last_error("open " + path);
  return Handle(descriptor);
}

Result<Handle> open_for_reading(const std::string& path) {
  const int descriptor =
      sys::uninterrupted([&] { return sys::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC); });
  if (descriptor < 0) return last_error("open " + path);
  return Handle(descriptor);
}

Result<FileFacts> facts_of(const std::string& path) {
  struct stat found {};
  if (sys::stat(path.c_str(), &found) != 0) return last_error("examine " + path);
  return facts_from(found);
}

Result<FileFacts> facts_in(int folder, const std::string& name, const std::string& path) {
  struct stat found {};
  if (sys::fstatat(folder, name.c_str(), &found, 0) != 0) return last_error("examine " + path);
  return facts_from(found);
}

Result<FileFacts> facts_of(NativeHandle file) {
  struct stat found {};
  if (sys::fstat(file, &found) != 0) return last_error("examine an open file");
  return facts_from(found);
}

Status rename_file(const std::string& from, const std::string& to) {
  if (sys::rename(from.c_str(), to.c_str()) != 0) return last_error("rename " + from + " to " + to);
  return Done{};
}

Result<std::size_t> read_at(NativeHandle file, std::uint64_t offset, char* buffer, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = sys::uninterrupted(
        [&] { return sys::pread(file, buffer + done, size - done, static_cast<off_t>(offset + done)); });
    if (got < 0) return last_error("read a file");
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Result<std::size_t> write_at(NativeHandle file, std::uint64_t offset, std::string_view bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t put = sys::uninterrupted(
        [&] { return sys::pwrite(file, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done)); });
    if (put < 0) return last_error("write a file");
    if (put == 0) return error_from(ENOSPC, "write a file");
    done += static_cast<std::size_t>(put);
  }
  return done;
}

bool is_disk_full(int code) noexcept { return code == ENOSPC || code == EDQUOT || code == EFBIG; }

bool is_absolute(std::string_view path) noexcept { return path.starts_with('/'); }

Status truncate_file(NativeHandle file, std::uint64_t size) {
  if (sys::uninterrupted([&] { return sys::ftruncate(file, static_cast<off_t>(size)); }) != 0) {
    return last_error("truncate a file");
  }
  return Done{};
}

}  // namespace forever
