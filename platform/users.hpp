// Users and groups by name or number. Reads /etc/passwd and /etc/group itself: a static libc has no NSS.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platform/result.hpp"

namespace forever {

struct Credentials {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::vector<std::uint32_t> groups;  // supplementary, as initgroups(3) would set them
  std::string user_name;              // as found; the number where there is no name
  std::string home;                   // empty if unknown
  std::string shell;
};

// `user` and `group` by name or number; an empty group means the user's own. The Error says which is unknown.
[[nodiscard]] Result<Credentials> find_credentials(const std::string& user, const std::string& group);
// Name of a uid, else the number in decimal.
[[nodiscard]] std::string user_name(std::uint32_t uid);
[[nodiscard]] std::uint32_t effective_uid() noexcept;
// Drops root for that user permanently: groups, group, user and capabilities of this process (credentials(7)). For a process with
// one thread, before it has opened anything. The Error: not root, or some rights of root remain; then the process must do nothing more.
[[nodiscard]] Status become_user(const Credentials& user);
// $HOME, else the passwd entry's; empty if neither.
[[nodiscard]] std::string home_directory();

}  // namespace forever
