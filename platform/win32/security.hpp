// Access to created objects: the user of this process, and no other user.
#pragma once

#include <string>

#include "platform/win32/system.hpp"

namespace forever::win32 {

// "S-1-5-21-…" of the user that this process runs as; empty if unknown.
[[nodiscard]] const std::wstring& user_sid();

// To be given to what creates a file, a directory, a pipe: full access for the user and for the system itself, for no
// other user, nothing inherited from the parent directory. Lives as long as the process.
[[nodiscard]] SECURITY_ATTRIBUTES* owner_only();

// Whether what `owner` owns is ours: the user that we are, or a group that owns what its members make (administrators).
[[nodiscard]] bool owns(PSID owner);

}  // namespace forever::win32
