// The kernel's tables of listening sockets: sock_diag(7), and /proc/net where that is unavailable.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/ports.hpp"

namespace forever::sockets {

struct Socket {
  PortUse use;  // without a pid
  unsigned long inode = 0;
};

// Listening TCP and unconnected UDP sockets, IPv4 and IPv6; of one port, or all.
[[nodiscard]] std::vector<Socket> bound_sockets(std::optional<std::uint16_t> port);

// One line of /proc/net/tcp, tcp6, udp or udp6; nothing for its heading, other states and junk. Pure.
[[nodiscard]] std::optional<Socket> socket_from_line(std::string_view line, Transport transport);

}  // namespace forever::sockets
