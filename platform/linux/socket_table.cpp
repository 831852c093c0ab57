// Reading the socket tables.
#include "platform/linux/socket_table.hpp"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>

#include <array>
#include <cstdio>
#include <cstring>

#include "platform/handle.hpp"
#include "platform/linux/proc.hpp"
#include "platform/posix/sys.hpp"

namespace forever::sockets {
namespace {

// The kernel's states of a socket (net/tcp_states.h); an unconnected UDP socket shows TCP_CLOSE.
constexpr unsigned kListening = 10;
constexpr unsigned kClosed = 7;
constexpr unsigned state_of(Transport transport) noexcept { return transport == Transport::tcp ? kListening : kClosed; }

using Address = std::array<std::uint32_t, 4>;  // as in memory: network order

std::string text_of(const Address& address, bool ipv6) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return ::inet_ntop(ipv6 ? AF_INET6 : AF_INET, address.data(), text.data(), text.size()) != nullptr ? text.data() : "";
}

struct Request {
  nlmsghdr header;
  inet_diag_req_v2 body;
};

bool ask(int netlink, Transport transport, bool ipv6) noexcept {
  Request request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.body.sdiag_family = ipv6 ? AF_INET6 : AF_INET;
  request.body.sdiag_protocol = transport == Transport::tcp ? IPPROTO_TCP : IPPROTO_UDP;
  request.body.idiag_states = 1U << state_of(transport);
  const auto sent = FOREVER_SYS(send, sys::kNoCount, netlink, &request, sizeof request, 0);
  return sent == static_cast<ssize_t>(sizeof request);
}

Socket socket_from(const inet_diag_msg& message, Transport transport) {
  Socket socket;
  Address address{};
  std::memcpy(address.data(), message.id.idiag_src, sizeof address);
  socket.use.transport = transport;
  socket.use.ipv6 = message.idiag_family == AF_INET6;
  socket.use.address = text_of(address, socket.use.ipv6);
  socket.use.port = ntohs(message.id.idiag_sport);
  socket.use.owner = message.idiag_uid;
  socket.inode = message.idiag_inode;
  return socket;
}

// Appends what a dump answers; false where the kernel refuses or the answer breaks off.
bool receive(int netlink, Transport transport, std::vector<Socket>& into) {
  alignas(nlmsghdr) std::array<char, 32768> buffer;
  for (;;) {
    const ssize_t got =
        sys::uninterrupted([&] { return FOREVER_SYS(recv, sys::kNoCount, netlink, buffer.data(), buffer.size(), 0); });
    if (got <= 0) return false;
    auto left = static_cast<std::size_t>(got);
    for (const auto* at = reinterpret_cast<const nlmsghdr*>(buffer.data());
         left >= sizeof(nlmsghdr) && at->nlmsg_len >= sizeof(nlmsghdr) && at->nlmsg_len <= left;) {
      if (at->nlmsg_type == NLMSG_DONE) return true;
      if (at->nlmsg_type == NLMSG_ERROR) return false;
      if (at->nlmsg_len >= NLMSG_LENGTH(sizeof(inet_diag_msg)))
        into.push_back(socket_from(*static_cast<const inet_diag_msg*>(NLMSG_DATA(at)), transport));
      const std::size_t step = std::min<std::size_t>(NLMSG_ALIGN(at->nlmsg_len), left);
      left -= step;
      at = reinterpret_cast<const nlmsghdr*>(reinterpret_cast<const char*>(at) + step);
    }
  }
}

// The kernel returns only listening sockets, where /proc/net lists every connection too.
std::optional<std::vector<Socket>> by_netlink(Transport transport) {
  const Handle netlink{FOREVER_SYS(socket, -1, AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)};
  if (!netlink) return std::nullopt;
  std::vector<Socket> found;
  for (const bool ipv6 : {false, true}) {
    if (!ask(netlink.get(), transport, ipv6) || !receive(netlink.get(), transport, found)) return std::nullopt;
  }
  return found;
}

std::vector<Socket> by_proc(Transport transport) {
  constexpr std::array kTables{std::array{"/proc/net/tcp", "/proc/net/tcp6"},
                               std::array{"/proc/net/udp", "/proc/net/udp6"}};
  std::vector<Socket> found;
  for (const char* table : kTables[transport == Transport::tcp ? 0 : 1]) {
    const std::string text = proc::read_whole(table);
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      if (auto socket = socket_from_line({text.data() + at, end - at}, transport)) found.push_back(std::move(*socket));
      at = end + 1;
    }
  }
  return found;
}

}  // namespace

// "  0: 0100007F:1F91 00000000:0000 0A tx:rx tr:when retrans uid timeout inode …" (proc_pid_net(5)); an address of IPv6 is
// four such words.
std::optional<Socket> socket_from_line(std::string_view line, Transport transport) {
  std::array<char, 33> address_text{};
  unsigned port = 0;
  unsigned state = 0;
  Socket socket;
  const std::string text{line};
  const int words = std::sscanf(text.c_str(), " %*u: %32[0-9A-Fa-f]:%4x %*s %2x %*s %*s %*s %u %*u %lu",
                                address_text.data(), &port, &state, &socket.use.owner, &socket.inode);
  const std::string_view digits{address_text.data()};
  if (words != 5 || state != state_of(transport) || (digits.size() != 8 && digits.size() != 32)) return std::nullopt;
  Address address{};
  for (std::size_t word = 0; word < digits.size() / 8; ++word)
    (void)std::sscanf(std::string{digits.substr(word * 8, 8)}.c_str(), "%x", &address[word]);
  socket.use.transport = transport;
  socket.use.ipv6 = digits.size() == 32;
  socket.use.address = text_of(address, socket.use.ipv6);
  socket.use.port = static_cast<std::uint16_t>(port);
  return socket;
}

std::vector<Socket> bound_sockets(std::optional<std::uint16_t> port) {
  std::vector<Socket> found;
  for (const Transport transport : {Transport::tcp, Transport::udp}) {
    auto sockets = by_netlink(transport);
    if (!sockets) sockets = by_proc(transport);
    for (Socket& socket : *sockets) {
      if (socket.inode != 0 && (!port || socket.use.port == *port)) found.push_back(std::move(socket));
    }
  }
  return found;
}

}  // namespace forever::sockets
