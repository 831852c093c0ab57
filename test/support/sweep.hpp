// Leaves nothing running: kills every process that was started from a test's temporary directory.
#pragma once

#include <filesystem>

namespace forever::test {

// Kills, until there are none: processes whose environment names a path below `directory` (FOREVER_HOME is inherited
// by keepers, supervisors and instances) and whatever those have fathered. Never the caller itself. No errors.
void sweep(const std::filesystem::path& directory);

}  // namespace forever::test
