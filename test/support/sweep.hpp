// Leaves nothing running: kills every process that was started from a test's temporary directory.
#pragma once

#include <filesystem>
#include <vector>

namespace forever::test {

// Living processes whose environment, arguments, working directory or open files name a path below `directory`: keepers
// and supervisors hold files there, instances inherit FOREVER_HOME. Neither the caller nor its ancestors.
[[nodiscard]] std::vector<int> processes_from(const std::filesystem::path& directory);

// Kills, until there are none: those processes and whatever they have fathered. No errors.
void sweep(const std::filesystem::path& directory);

}  // namespace forever::test
