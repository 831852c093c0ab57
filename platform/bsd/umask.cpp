// The umask, which can only be read by setting it (umask(2)).
#include "platform/posix/sys.hpp"
#include "platform/spawn.hpp"

namespace forever {

unsigned current_umask() noexcept {
  const mode_t mask = ::umask(077);
  ::umask(mask);
  return mask;
}

}  // namespace forever
