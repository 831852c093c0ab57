// Who may open a file.
#pragma once

#include <filesystem>

namespace forever::test {

// Whether its owner may do with it what he likes, and no other user anything (mode 0600, for a directory 0700; on Windows an
// access list that names only the user and the system).
[[nodiscard]] bool owner_only(const std::filesystem::path& path);

}  // namespace forever::test
