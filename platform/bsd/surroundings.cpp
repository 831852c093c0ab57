// macOS and the BSDs: only the limits of the process are available.
#include "platform/surroundings.hpp"

#include "platform/posix/sys.hpp"
#include "platform/users.hpp"

namespace forever {

Surroundings look_around(const std::string&) {
  Surroundings found;
  found.root = effective_uid() == 0;
  found.user = user_name(effective_uid());
  rlimit limit{};
  if (sys::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    found.open_files = limit.rlim_cur;
    found.open_files_most = limit.rlim_max;
  }
  if (sys::getrlimit(RLIMIT_NPROC, &limit) == 0) found.processes = limit.rlim_cur;
  return found;
}

}  // namespace forever
