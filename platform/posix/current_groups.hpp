// What is to be known before this process takes another user's groups, and gives its own back later. Private to the POSIX back ends.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <memory>
#include <new>
#include <vector>

#include "platform/users.hpp"

namespace forever {

// The supplementary groups of this process, as getgroups(2) has them. false: errno has the reason. Throws where there is no memory.
[[nodiscard]] inline bool current_groups(std::vector<gid_t>& into) {
  const int count = ::getgroups(0, nullptr);
  into.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return count >= 0 && ::getgroups(count, into.data()) == count;
}

// A FORMER, which has this process's groups in `groups`; `wanted` becomes the user's. Nothing: errno has the reason.
template <class Former>
[[nodiscard]] std::unique_ptr<Former> remember_groups(const Credentials& user, std::vector<gid_t>& wanted) noexcept {
  try {
    auto former = std::make_unique<Former>();
    wanted.assign(user.groups.begin(), user.groups.end());
    if (!current_groups(former->groups)) former.reset();
    return former;
  } catch (const std::bad_alloc&) {
    errno = ENOMEM;
    return nullptr;
  }
}

}  // namespace forever
