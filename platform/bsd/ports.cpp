// macOS and the BSDs: not told without parsing kernel structures that differ from release to release.
#include "platform/ports.hpp"

#include <cerrno>

namespace forever {

Result<std::vector<PortUse>> port_uses(std::optional<std::uint16_t>) {
  return error_from(ENOTSUP, "find out who holds a port on this system");
}

}  // namespace forever
