#include "platform/suspended.hpp"

#include "platform/linux/proc.hpp"

namespace forever {

bool is_suspended(const ProcessId& id) {
  proc::Stat stat;
  if (!proc::read_stat(id.pid, stat) || stat.start_time != id.start_time) return false;
  return stat.state == 'T' || stat.state == 't';
}

}  // namespace forever
