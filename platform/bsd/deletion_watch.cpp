// Not to be had here without a wake-up at each change: kqueue(2) reports that a directory was written, but not which entry.
#include "platform/deletion_watch.hpp"

#include <signal.h>

#include <cerrno>

namespace forever {

const int kDeletionSignal = SIGIO;

Result<Handle> watch_deletions(const std::string& directory) { return error_from(ENOTSUP, "watch " + directory); }

}  // namespace forever
