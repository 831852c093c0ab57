// Sockets on 127.0.0.1, by Winsock.
#include "test/support/net.hpp"

#include <winsock2.h>

#include <array>
#include <cstdint>

namespace forever::test {
namespace {

class Socket {
 public:
  Socket() {
    static const int begun = [] {
      WSADATA data{};
      return ::WSAStartup(MAKEWORD(2, 2), &data);
    }();
    if (begun == 0) socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { ::closesocket(socket_); }
  [[nodiscard]] SOCKET get() const { return socket_; }

 private:
  SOCKET socket_ = INVALID_SOCKET;
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
  return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

bool can_bind(int port, bool) {
  const Socket socket;
  const sockaddr_in address = loopback(port);
  return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
         ::listen(socket.get(), 1) == 0;
}

bool can_connect(int port) {
  const Socket socket;
  return connect_to(socket, port);
}

std::string exchange(int port, const std::string& request, Milliseconds deadline, std::string& error) {
  const Socket socket;
  const auto limit = static_cast<DWORD>(deadline.count());
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, reinterpret_cast<const char*>(&limit), sizeof limit);
  std::string text;
  if (!connect_to(socket, port) || ::send(socket.get(), request.data(), static_cast<int>(request.size()), 0) < 0) {
    error = "error " + std::to_string(::WSAGetLastError());
    return text;
  }
  std::array<char, 4096> buffer{};
  int count = 0;
  while ((count = ::recv(socket.get(), buffer.data(), static_cast<int>(buffer.size()), 0)) > 0)
    text.append(buffer.data(), static_cast<std::size_t>(count));
  return text;
}

}  // namespace forever::test
