// Sockets on 127.0.0.1.
#include "test/support/net.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

namespace forever::test {
namespace {

class Socket {
 public:
  Socket() : fd_(socket(AF_INET, SOCK_STREAM, 0)) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { close(fd_); }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool connect_to(const Socket& socket, int port) {
  const sockaddr_in address = loopback(port);
  return connect(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

bool can_bind(int port, bool reuse) {
  const Socket socket;
  const int on = reuse ? 1 : 0;
  setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const sockaddr_in address = loopback(port);
  return bind(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
         listen(socket.fd(), 1) == 0;
}

bool can_connect(int port) {
  const Socket socket;
  return connect_to(socket, port);
}

std::string exchange(int port, const std::string& request, Milliseconds deadline, std::string& error) {
  const Socket socket;
  timeval limit{};
  limit.tv_sec = static_cast<time_t>(deadline.count() / 1000);
  limit.tv_usec = static_cast<suseconds_t>(deadline.count() % 1000 * 1000);
  setsockopt(socket.fd(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(socket.fd(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  std::string text;
  if (!connect_to(socket, port) ||
      send(socket.fd(), request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
    error = std::strerror(errno);
    return text;
  }
  std::array<char, 4096> buffer{};
  ssize_t count = 0;
  while ((count = recv(socket.fd(), buffer.data(), buffer.size(), 0)) > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  if (count < 0) error = std::strerror(errno);
  return text;
}

}  // namespace forever::test
