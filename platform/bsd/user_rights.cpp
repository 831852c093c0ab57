// seteuid(2), setegid(2), setgroups(2).
#include "platform/user_rights.hpp"

#include <unistd.h>

#include <cstdlib>
#include <vector>

#include "platform/posix/current_groups.hpp"
#include "platform/posix/sys.hpp"

namespace forever {

struct UserRights::Former {
  uid_t uid = ::geteuid();
  gid_t gid = ::getegid();
  std::vector<gid_t> groups;

  [[nodiscard]] bool give_back() const noexcept {
    return ::seteuid(uid) == 0 && ::setegid(gid) == 0 &&
           ::setgroups(static_cast<int>(groups.size()), groups.data()) == 0;
  }
};

UserRights::UserRights(const std::optional<Credentials>& user) noexcept {
  if (!user || user->uid == ::geteuid()) return;
  taken_ = false;
  std::vector<gid_t> groups;
  former_ = remember_groups<Former>(*user, groups);
  if (!former_) return;
  if (sys::setgroups(static_cast<int>(groups.size()), groups.data()) != 0) {
    former_.reset();  // nothing has been changed
    return;
  }
  taken_ = ::setegid(user->gid) == 0 && ::seteuid(user->uid) == 0;
  if (taken_) return;
  const int code = errno;
  if (!former_->give_back()) std::abort();
  former_.reset();
  errno = code;
}

UserRights::~UserRights() {
  const int code = errno;
  if (former_ && !former_->give_back()) std::abort();
  errno = code;
}

}  // namespace forever
