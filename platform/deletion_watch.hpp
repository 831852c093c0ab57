// The news that a file of a directory was deleted, at no cost while nothing is.
#pragma once

#include <string>

#include "platform/handle.hpp"
#include "platform/result.hpp"

namespace forever {

// The signal that brings it; it must be blocked or handled, for it ends a process otherwise.
extern const int kDeletionSignal;

// While the Handle is kept, this process gets kDeletionSignal when an entry of `directory` is deleted or renamed, and when the
// directory itself is deleted. By fcntl(2) F_NOTIFY: inotify(7) gives each user 128 instances, fewer than there may be apps.
// The Error: ENOTSUP where the system has nothing of the kind.
[[nodiscard]] Result<Handle> watch_deletions(const std::string& directory);

}  // namespace forever
