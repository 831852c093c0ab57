// ReadDirectoryChangesW has no signal to offer: the supervisor looks for itself from time to time.
#include "platform/deletion_watch.hpp"

#include <cerrno>

namespace forever {

const int kDeletionSignal = 31;  // never comes

Result<Handle> watch_deletions(const std::string& directory) { return error_from(ENOTSUP, "watch " + directory); }

}  // namespace forever
