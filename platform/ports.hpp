// Who listens on a port of this machine.
#pragma once

#include <cstdint>
#include <vector>

#include "platform/process.hpp"

namespace forever {

// Processes that hold a listening TCP or a bound UDP socket on `port`, IPv4 or IPv6 (proc(5), /proc/net/tcp and its sisters).
// Those of other users are seen by root only. Walks the process table. Empty where the system does not tell.
[[nodiscard]] std::vector<Pid> holders_of_port(std::uint16_t port);

}  // namespace forever
