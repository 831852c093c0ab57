// setfsuid(2), setfsgid(2), setgroups(2), capabilities(7).
#include "platform/user_rights.hpp"

#include <linux/capability.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <cstdlib>
#include <vector>

#include "platform/posix/current_groups.hpp"
#include "platform/posix/sys.hpp"

namespace forever {
namespace {

using Capabilities = std::array<__user_cap_data_struct, 2>;

bool get_capabilities(Capabilities& into) noexcept {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  return FOREVER_SYS(syscall, -1L, SYS_capget, &header, into.data()) == 0;
}

bool set_capabilities(const Capabilities& wanted) noexcept {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  return FOREVER_SYS(syscall, -1L, SYS_capset, &header, wanted.data()) == 0;
}

// Of this thread alone; the C library's would change all of them. 32-bit systems have it with 16-bit ids under the plain name.
#ifdef SYS_setgroups32
constexpr long kSetGroups = SYS_setgroups32;
#else
constexpr long kSetGroups = SYS_setgroups;
#endif
bool set_groups(const std::vector<gid_t>& groups) noexcept {
  return ::syscall(kSetGroups, groups.size(), groups.data()) == 0;
}

// These two return the previous value, whether they succeed or not; an invalid id changes nothing.
bool set_file_ids(uid_t uid, gid_t gid) noexcept {
  ::setfsgid(gid);
  ::setfsuid(uid);
  return static_cast<gid_t>(::setfsgid(static_cast<gid_t>(-1))) == gid &&
         static_cast<uid_t>(::setfsuid(static_cast<uid_t>(-1))) == uid;
}

}  // namespace

struct UserRights::Former {
  uid_t uid = ::geteuid();
  gid_t gid = ::getegid();
  std::vector<gid_t> groups;
  Capabilities capabilities{};
  int dumpable = ::prctl(PR_GET_DUMPABLE);

  [[nodiscard]] bool give_back() const noexcept {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    // The capabilities first: without them no groups can be set.
    if (::syscall(SYS_capset, &header, capabilities.data()) != 0 || !set_file_ids(uid, gid)) return false;
    int code = 0;
    for (int attempt = 0; attempt < 100; ++attempt) {
      code = set_groups(groups) ? 0 : errno;
      if (code != ENOMEM) break;
    }
    // A change of ids takes it away, and with it what other processes of ours may see of us (proc_pid(5)).
    if (dumpable == 1) ::prctl(PR_SET_DUMPABLE, 1);
    return code == 0;
  }
};

UserRights::UserRights(const std::optional<Credentials>& user) noexcept {
  if (!user || user->uid == ::geteuid()) return;
  taken_ = false;
  std::vector<gid_t> groups;
  former_ = remember_groups<Former>(*user, groups);
  if (!former_) return;
  if (!get_capabilities(former_->capabilities) || fault::next("setgroups") != 0 || !set_groups(groups)) {
    former_.reset();  // nothing has been changed
    return;
  }
  Capabilities none = former_->capabilities;
  for (auto& word : none) word.effective = 0;
  taken_ = set_file_ids(user->uid, user->gid) && set_capabilities(none);
  if (taken_) return;
  if (!former_->give_back()) std::abort();
  former_.reset();
  errno = EPERM;
}

UserRights::~UserRights() {
  const int code = errno;
  if (former_ && !former_->give_back()) std::abort();
  errno = code;
}

}  // namespace forever
