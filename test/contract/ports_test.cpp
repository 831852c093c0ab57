// Who listens on a port, asked of the real kernel.
#include "platform/ports.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "platform/handle.hpp"
#include "test/support/catch.hpp"

using namespace forever;

namespace {

struct Bound {
  Handle socket;
  std::uint16_t port = 0;
};

// Binds a socket of ours to a loopback port of the kernel's choosing.
Bound bind_some(int family, int type) {
  Bound bound;
  bound.socket.reset(::socket(family, type, 0));
  sockaddr_storage address{};
  socklen_t length = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  address.ss_family = static_cast<sa_family_t>(family);
  if (family == AF_INET) reinterpret_cast<sockaddr_in&>(address).sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (family == AF_INET6) reinterpret_cast<sockaddr_in6&>(address).sin6_addr = in6addr_loopback;
  if (::bind(bound.socket.get(), reinterpret_cast<sockaddr*>(&address), length) != 0) return {};
  if (type == SOCK_STREAM) ::listen(bound.socket.get(), 1);
  ::getsockname(bound.socket.get(), reinterpret_cast<sockaddr*>(&address), &length);
  bound.port = ntohs(family == AF_INET ? reinterpret_cast<sockaddr_in&>(address).sin_port
                                       : reinterpret_cast<sockaddr_in6&>(address).sin6_port);
  return bound;
}

bool we_hold(std::uint16_t port) {
  const auto holders = holders_of_port(port);
  return std::find(holders.begin(), holders.end(), current_pid()) != holders.end();
}

}  // namespace

TEST_CASE("ID2 the holder of a port is found, TCP and UDP, IPv4 and IPv6, and no longer once it lets go") {
  for (const int family : {AF_INET, AF_INET6}) {
    for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
      Bound bound = bind_some(family, type);
      if (!bound.socket) continue;  // no IPv6 here
      INFO("family " << family << " type " << type << " port " << bound.port);
      CHECK(we_hold(bound.port));
      bound.socket.reset();
      CHECK_FALSE(we_hold(bound.port));
    }
  }
}
