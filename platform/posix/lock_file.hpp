// The file of a lock, as a regular file or none. Private to the POSIX back ends.
#pragma once

#include <string>

#include "platform/handle.hpp"
#include "platform/result.hpp"

namespace forever {

// Opens it, and makes it where it is missing. What is no regular file in its place makes way: it can be no lock of ours.
[[nodiscard]] Result<Handle> open_lock_file(const std::string& path);
// Opens it to look at; no Handle if it is missing, or no lock.
[[nodiscard]] Result<Handle> find_lock_file(const std::string& path);

}  // namespace forever
