// How many processors this process may use.
#pragma once

namespace forever {

// Those that its affinity allows, and no more than its cgroup's CPU quota comes to (Linux, cgroup v2), rounded up. At least 1.
[[nodiscard]] unsigned usable_processors();

}  // namespace forever
