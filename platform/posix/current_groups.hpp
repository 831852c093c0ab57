// The supplementary groups of this process, as getgroups(2) has them. Private to the POSIX back ends.
#pragma once

#include <unistd.h>

#include <vector>

namespace forever {

// false: errno has the reason. Throws where there is no memory.
[[nodiscard]] inline bool current_groups(std::vector<gid_t>& into) {
  const int count = ::getgroups(0, nullptr);
  into.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return count >= 0 && ::getgroups(count, into.data()) == count;
}

}  // namespace forever
