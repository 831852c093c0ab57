// The holders of a port, each once.
#include "platform/ports.hpp"

#include <algorithm>

namespace forever {

std::vector<Pid> holders_of_port(std::uint16_t port) {
  std::vector<Pid> holders;
  const auto uses = port_uses(port);
  if (!uses) return holders;
  for (const PortUse& use : *uses) {
    if (use.pid > 0) holders.push_back(use.pid);
  }
  std::sort(holders.begin(), holders.end());
  holders.erase(std::unique(holders.begin(), holders.end()), holders.end());
  return holders;
}

}  // namespace forever
