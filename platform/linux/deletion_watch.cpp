// Directory notification by fcntl(2) F_NOTIFY, which needs no instance of anything.
#include "platform/deletion_watch.hpp"

#include "platform/posix/sys.hpp"

namespace forever {

const int kDeletionSignal = SIGIO;

Result<Handle> watch_deletions(const std::string& directory) {
  Handle opened(sys::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened) return last_error("watch " + directory);
  const auto wanted = static_cast<unsigned long>(DN_DELETE) | static_cast<unsigned long>(DN_MULTISHOT);
  if (sys::fcntl(opened.get(), F_NOTIFY, wanted) != 0) return last_error("watch " + directory);
  return opened;
}

}  // namespace forever
