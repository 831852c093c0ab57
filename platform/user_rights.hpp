// For a while files are touched with another user's rights: what that user may not open, make, rename or remove, we cannot
// either, and what we make is that user's. So nothing is won by leading us elsewhere with a link.
#pragma once

#include <memory>
#include <optional>

#include "platform/users.hpp"

namespace forever {

// Linux changes the ids that file systems look at (setfsuid(2)), the groups, and leaves no capability effective; the process cannot
// be signalled, traced or slowed down by that user meanwhile. Other POSIX systems change the effective ids. On Windows all files
// are of one user, and nothing is changed.
//
// Not for writing: the kernel's own files (/proc/sys) ask for the effective user as well. They must never be opened (guarded_folder.hpp).
class UserRights {
 public:
  // Nothing: our own rights stay.
  explicit UserRights(const std::optional<Credentials>& user) noexcept;
  UserRights(const UserRights&) = delete;
  UserRights& operator=(const UserRights&) = delete;
  // Takes our rights back. A process that could not would be of no more use: it ends, and what it kept alive is adopted.
  ~UserRights();

  // false: that user's rights could not be had (EPERM: only root may), nothing has changed, and nothing may be touched.
  explicit operator bool() const noexcept { return taken_; }

 private:
  struct Former;
  std::unique_ptr<Former> former_;
  bool taken_ = true;
};

}  // namespace forever
