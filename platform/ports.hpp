// Who holds a port of this machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/process.hpp"
#include "platform/result.hpp"

namespace forever {

enum class Transport : std::uint8_t { tcp, udp };

// One process that holds one listening TCP or unconnected UDP socket.
struct PortUse {
  Transport transport = Transport::tcp;
  bool ipv6 = false;
  std::string address;  // "127.0.0.1", "::"
  std::uint16_t port = 0;
  std::uint32_t owner = 0;  // uid that made the socket
  Pid pid = 0;              // 0: the holder cannot be seen (processes of other users are seen by root only)
  friend bool operator==(const PortUse&, const PortUse&) = default;
};

// All processes that hold `port`, or any port; in the order of port, transport, address and pid. A socket that several processes share
// appears once for each. Linux: sock_diag(7), else /proc/net; and a scan of /proc/PID/fd. ENOTSUP if the system does not
// report this; sockets of other network namespaces are not visible.
[[nodiscard]] Result<std::vector<PortUse>> port_uses(std::optional<std::uint16_t> port);

// The processes among them that can be seen, each once. Empty if unknown.
[[nodiscard]] std::vector<Pid> holders_of_port(std::uint16_t port);

}  // namespace forever
