#include "platform/win32/port_probe.hpp"

#include <winsock2.h>
// clang-format off: it needs the one above
#include <ws2tcpip.h>
// clang-format on

#include <cstdlib>

#include "platform/arguments.hpp"
#include "platform/win32/program_file.hpp"
#include "platform/win32/system.hpp"

namespace forever::win32 {
namespace {

constexpr const char* kFace = "(probe)";

class Connection {
 public:
  Connection(int family, std::uint16_t port) : socket_(::socket(family, SOCK_STREAM, 0)) {
    sockaddr_in ipv4{};
    ipv4.sin_family = AF_INET;
    ipv4.sin_port = htons(port);
    ipv4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr_in6 ipv6{};
    ipv6.sin6_family = AF_INET6;
    ipv6.sin6_port = htons(port);
    ipv6.sin6_addr.s6_addr[15] = 1;
    const bool four = family == AF_INET;
    const auto* const address =
        four ? reinterpret_cast<const sockaddr*>(&ipv4) : reinterpret_cast<const sockaddr*>(&ipv6);
    stands_ = socket_ != INVALID_SOCKET &&
              ::connect(socket_, address, static_cast<int>(four ? sizeof ipv4 : sizeof ipv6)) == 0;
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    if (socket_ != INVALID_SOCKET) ::closesocket(socket_);
  }
  explicit operator bool() const noexcept { return stands_; }

  // "HTTP/1.1 204 …": the status line is all that is read.
  [[nodiscard]] bool answers(const PortProbe& probe) const {
    const std::string request = "GET " + probe.path + " HTTP/1.0\r\nHost: localhost:" + std::to_string(probe.port) +
                                "\r\nUser-Agent: forever\r\nConnection: close\r\n\r\n";
    if (::send(socket_, request.data(), static_cast<int>(request.size()), 0) != static_cast<int>(request.size()))
      return false;
    std::string line;
    for (char byte = 0; line.size() < 64 && ::recv(socket_, &byte, 1, 0) == 1 && byte != '\r';) line += byte;
    const std::size_t space = line.find(' ');
    if (!line.starts_with("HTTP/") || space == std::string::npos || space + 1 >= line.size()) return false;
    return line[space + 1] >= '1' && line[space + 1] <= '3';
  }

 private:
  SOCKET socket_;
  bool stands_ = false;
};

bool is_well(const PortProbe& probe) {
  WSADATA data{};
  if (::WSAStartup(MAKEWORD(2, 2), &data) != 0) return false;
  for (const int family : {AF_INET, AF_INET6}) {
    const Connection connection(family, probe.port);
    if (connection) return probe.path.empty() || connection.answers(probe);
  }
  return false;
}

}  // namespace

std::vector<std::string> probe_arguments(const PortProbe& probe) {
  return {to_utf8(program_file()), kFace, std::to_string(probe.port), probe.path};
}

void be_a_probe_if_asked(int argc) {
  if (argc != 4) return;
  const std::vector<std::string> words = program_arguments(argc, nullptr);
  if (words.size() != 3 || words[0] != kFace) return;
  std::exit(is_well({static_cast<std::uint16_t>(std::atoi(words[1].c_str())), words[2]}) ? 0 : 1);
}

}  // namespace forever::win32
