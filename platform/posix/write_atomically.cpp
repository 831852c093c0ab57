// A file that is replaced whole: fast by exchanging two names, or synced by rename.
#include <string>

#include "platform/files.hpp"
#include "platform/posix/exchange.hpp"
#include "platform/posix/sys.hpp"

namespace forever {
namespace {

// Removes a temporary file unless it was kept by taking its place.
class Temporary {
 public:
  explicit Temporary(std::string path) : path_(std::move(path)) {}
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() {
    const int code = errno;
    if (!path_.empty()) sys::unlink(path_.c_str());
    errno = code;
  }
  void keep() noexcept { path_.clear(); }

 private:
  std::string path_;
};

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Status sync_directory(const std::string& path) {
  const Handle directory(sys::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return last_error("open " + path);
  // A file system that cannot sync a directory says EINVAL, and has nothing more to give.
  if (sys::fsync(directory.get()) != 0 && errno != EINVAL) return last_error("sync " + path);
  return Done{};
}

Status exchange_or_rename(const std::string& spare, const std::string& path) {
  if (exchange_names(spare.c_str(), path.c_str())) return Done{};
  // No old file to exchange with, or a system or file system that cannot.
  if (sys::rename(spare.c_str(), path.c_str()) == 0) return Done{};
  return last_error("write " + path);
}

// Opens a file of the state directory for writing, and creates it if it is missing. Anything but a regular file in its place (a FIFO would block) is removed.
Handle open_own(const std::string& name, int more, struct stat& found) {
  const int flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | more;
  Handle file(sys::open(name.c_str(), flags, mode_t{0600}));
  if (!file && errno == ENOENT) return file;
  if (file && sys::fstat(file.get(), &found) != 0) file.reset();
  if (file && S_ISREG(found.st_mode)) return file;
  const int code = errno;
  if (!file && (::lstat(name.c_str(), &found) != 0 || S_ISREG(found.st_mode))) {
    errno = code;
    return file;
  }
  file.reset();
  if (!remove_tree(name)) return file;
  file.reset(sys::open(name.c_str(), flags | O_EXCL, mode_t{0600}));
  if (file && sys::fstat(file.get(), &found) != 0) file.reset();
  return file;
}

Status write_by_exchange(const std::string& path, std::string_view content) {
  const std::string spare = path + "~";
  struct stat found {};
  const Handle file = open_own(spare, 0, found);
  if (!file) return last_error("write " + path);
  if (const auto put = write_at(file.get(), 0, content); !put) {
    return error_from(put.error().code.value(), "write " + path);
  }
  // Only when it was longer: even a truncation that changes nothing costs a journal entry.
  if (static_cast<std::uint64_t>(found.st_size) > content.size()) {
    if (Status cut = truncate_file(file.get(), content.size()); !cut) {
      return error_from(cut.error().code.value(), "write " + path);
    }
  }
  return exchange_or_rename(spare, path);
}

Status write_synced(const std::string& path, std::string_view content) {
  const std::string name = path + "." + std::to_string(::getpid()) + ".tmp";
  struct stat found {};
  Handle file = open_own(name, O_TRUNC, found);
  if (!file) return last_error("write " + path);
  Temporary temporary(name);
  if (const auto put = write_at(file.get(), 0, content); !put) {
    return error_from(put.error().code.value(), "write " + path);
  }
  if (sys::fsync(file.get()) != 0) return last_error("sync " + path);
  // Some file systems (NFS, quotas) report a failed write only here.
  if (sys::close(file.release()) != 0 && errno != EINTR) return last_error("write " + path);
  if (sys::rename(name.c_str(), path.c_str()) != 0) return last_error("write " + path);
  temporary.keep();
  return sync_directory(directory_of(path));
}

}  // namespace

Status write_atomically(const std::string& path, std::string_view content, Durability durability) {
  return durability == Durability::synced ? write_synced(path, content) : write_by_exchange(path, content);
}

Status sync_file(const std::string& path) {
  const Handle file(sys::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!file) return last_error("open " + path);
  if (sys::fsync(file.get()) != 0) return last_error("sync " + path);
  return sync_directory(directory_of(path));
}

}  // namespace forever
