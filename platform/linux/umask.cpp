// The umask, read without setting it (proc_pid_status(5), "Umask", since Linux 4.7).
#include <cstdlib>
#include <string>

#include "platform/linux/proc.hpp"
#include "platform/posix/sys.hpp"
#include "platform/spawn.hpp"

namespace forever {

unsigned current_umask() noexcept {
  try {
    const std::string status = proc::read_whole("/proc/self/status");
    if (const std::size_t at = status.find("\nUmask:"); at != std::string::npos) {
      return static_cast<unsigned>(std::strtoul(status.c_str() + at + 7, nullptr, 8));
    }
  } catch (const std::bad_alloc&) {  // the other way needs no memory
  }
  const mode_t mask = ::umask(077);
  ::umask(mask);
  return mask;
}

}  // namespace forever
