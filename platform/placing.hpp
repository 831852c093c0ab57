// Putting files where other programs look for them.
#pragma once

#include <string>

#include "platform/result.hpp"

namespace forever {

// The absolute path of the running program's file. The Error: it was removed or replaced since the start.
[[nodiscard]] Result<std::string> own_program();
// A symbolic link at `path` that names `target`, in the place of any link that is there; a file there is an Error.
[[nodiscard]] Status make_link(const std::string& target, const std::string& path);
// A new directory below /tmp, accessible to this user only, for files that another program reads. The caller removes it. Not on Windows.
[[nodiscard]] Result<std::string> make_scratch_directory();
// chmod(2), the permission bits.
[[nodiscard]] Status set_mode(const std::string& path, unsigned mode);

}  // namespace forever
