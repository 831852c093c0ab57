// Changes in trees of files: reported by the kernel where possible, else found by polling.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/clock.hpp"
#include "platform/handle.hpp"
#include "platform/result.hpp"

namespace forever {

struct FileChange {
  enum class Kind : std::uint8_t {
    writing,  // has begun to change, and may go on
    closed,   // its writer is done; by itself no change. Polling cannot detect this
    changed,  // is whole in its new form; a directory: what is in it, too many to be named (an overflow, a link that leads elsewhere)
    removed,  // is gone, and may come back. Empty path: polling knows only that some are gone
  };
  std::string path;
  Kind kind = Kind::changed;
  bool fresh = false;  // writing: there was no such file before
};

// What is to be watched. Paths of changes begin with a root as it stands here.
struct WatchPlan {
  // Absolute paths of directories. A link in them is followed, and noticed when it comes to lead elsewhere; a link further down is
  // a file. One that is not there is looked for twice a second.
  std::vector<std::string> roots;
  // Whether changes of this file are of interest, or anything in this directory: else it is neither read nor watched.
  std::function<bool(std::string_view path, bool directory)> wants;
};

class FileWatch {
 public:
  virtual ~FileWatch() = default;
  // Readable when there is something to take; kNoHandle for one that looks by itself, at its deadlines.
  [[nodiscard]] virtual NativeHandle handle() const noexcept = 0;
  [[nodiscard]] virtual std::optional<Time> deadline() const noexcept = 0;
  // Appends what has changed. The Error: it cannot go on (a limit is reached, as the message says); the caller polls instead.
  [[nodiscard]] virtual Status take(Time now, std::vector<FileChange>& into) = 0;
  // Directories that the kernel watches, or files that are looked at.
  [[nodiscard]] virtual std::size_t size() const noexcept = 0;
};

// Linux: inotify(7). Directories are watched, not files, so that a file that is replaced is the same to us; a new directory is watched
// before it is read, so that nothing in it is missed. The Error is a whole message that names the limit which was reached, or the
// file system that is changed from elsewhere; or it has the code ENOSYS where the system has nothing of the kind (the BSDs; there a descriptor would be needed for each file).
[[nodiscard]] Result<std::unique_ptr<FileWatch>> watch_by_kernel(WatchPlan plan);

// Compares size, time and inode of every file, now and every `interval`, but never for more than a twentieth of the time. For
// network file systems, whose other users the kernel knows nothing of. 16 bytes are kept for a file.
[[nodiscard]] std::unique_ptr<FileWatch> watch_by_polling(WatchPlan plan, Milliseconds interval);

// Calls `each` with the path of every file that is there and of interest.
void for_each_watched_file(const WatchPlan& plan, const std::function<void(const std::string& path)>& each);

}  // namespace forever
