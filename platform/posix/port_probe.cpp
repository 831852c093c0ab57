// Whether a port of this machine answers. Blocking: it is done by a process of its own, which a timer ends.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cctype>
#include <string>
#include <string_view>

#include "platform/handle.hpp"
#include "platform/posix/sys.hpp"
#include "platform/side_process.hpp"

namespace forever {

[[nodiscard]] bool port_is_well(const PortProbe& probe) noexcept;

namespace {

// If that port is free there.
void bind_to(std::uint16_t port, NativeHandle socket) noexcept {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  address.sin6_addr = in6addr_loopback;
  (void)FOREVER_SYS(bind, -1, socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

Handle connect_to(int family, const PortProbe& probe) noexcept {
  sockaddr_in ipv4{};
  ipv4.sin_family = AF_INET;
  ipv4.sin_port = htons(probe.port);
  ipv4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr_in6 ipv6{};
  ipv6.sin6_family = AF_INET6;
  ipv6.sin6_port = htons(probe.port);
  ipv6.sin6_addr = in6addr_loopback;
  const auto* const address =
      family == AF_INET ? reinterpret_cast<const sockaddr*>(&ipv4) : reinterpret_cast<const sockaddr*>(&ipv6);
  const socklen_t length = family == AF_INET ? sizeof ipv4 : sizeof ipv6;
  const bool given = probe.through != kNoHandle && family == AF_INET;
  Handle socket{given ? probe.through : FOREVER_SYS(socket, -1, family, SOCK_STREAM, 0)};
  if (socket && probe.from != 0 && family == AF_INET6) bind_to(probe.from, socket.get());
  if (socket && FOREVER_SYS(connect, -1, socket.get(), address, length) != 0) socket.reset();
  return socket;
}

// "HTTP/1.1 204 …": the status line is all that is read.
bool answers(NativeHandle socket, const PortProbe& probe) {
  const std::string request = "GET " + probe.path + " HTTP/1.0\r\nHost: localhost:" + std::to_string(probe.port) +
                              "\r\nUser-Agent: forever\r\nConnection: close\r\n\r\n";
  std::string_view left = request;
  while (!left.empty()) {
    const ssize_t put = sys::write(socket, left.data(), left.size());
    if (put <= 0) return false;
    left.remove_prefix(static_cast<std::size_t>(put));
  }
  std::string line;
  for (char byte = 0; line.size() < 64 && sys::read(socket, &byte, std::size_t{1}) == 1 && byte != '\r';) line += byte;
  const std::size_t space = line.find(' ');
  if (!line.starts_with("HTTP/") || space == std::string::npos || space + 3 >= line.size() + 1) return false;
  return line[space + 1] >= '1' && line[space + 1] <= '3';
}

}  // namespace

bool port_is_well(const PortProbe& probe) noexcept {
  for (const int family : {AF_INET, AF_INET6}) {
    const Handle socket = connect_to(family, probe);
    if (socket) return probe.path.empty() || answers(socket.get(), probe);
  }
  return false;
}

}  // namespace forever
