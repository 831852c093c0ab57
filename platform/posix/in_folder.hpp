// Files by their name in a directory that is open, which others may change. Private to the POSIX back ends.
#pragma once

#include <sys/types.h>

#include <string>

#include "platform/files.hpp"
#include "platform/handle.hpp"
#include "platform/result.hpp"

namespace forever {

enum class Fit : unsigned char {
  to_read,
  to_log
};  // regular files of file systems that keep data; and pipes, terminals, /dev/null

// Opens `name` if it is fit, without side effects on other files: a device is not opened, a FIFO does not block. Never creates
// it. ELOOP: a link, and `follow` is false. `path` is for messages.
[[nodiscard]] Result<Handle> open_fit(int folder, const std::string& name, Fit fit, bool follow,
                                      const std::string& path);

// One step of a path: a directory, opened to be walked through, or the link that is there.
struct PathStep {
  Handle directory;
  bool link = false;
  std::string target;  // of the link
  uid_t owner = 0;     // of the link
};
// The Error: ENOENT, ENOTDIR …
[[nodiscard]] Result<PathStep> take_step(int folder, const std::string& name, const std::string& path);

// faccessat(2) for this moment's rights (user_rights.hpp) to change the directory.
[[nodiscard]] bool may_change(int folder) noexcept;

// Removes a file, or a tree without following links. Missing is success. (files.cpp)
[[nodiscard]] Status remove_in(int folder, const std::string& name, const std::string& path);

// stat(2), following links. (files.cpp)
[[nodiscard]] Result<FileFacts> facts_in(int folder, const std::string& name, const std::string& path);

}  // namespace forever
