// A small web server to try `forever` with: it tells its pid, and dies when asked to.
//
//   server [PORT]     GET /         "Hello from process 4711, request 3"
//   (8081)            GET /crash    the process aborts
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <string_view>

namespace {

int fail(const std::string& what) {
  std::cerr << "server: cannot " << what << ": " << std::strerror(errno) << std::endl;
  return 1;
}

int listen_on(std::uint16_t port) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  if (bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || listen(listener, 128) != 0) {
    close(listener);
    return -1;
  }
  return listener;
}

// The request up to the empty line, or what came within two seconds.
std::string read_request(int peer) {
  const timeval patience{2, 0};
  setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  std::string request;
  std::array<char, 2048> buffer{};
  while (request.find("\r\n\r\n") == std::string::npos && request.size() < 16384) {
    const ssize_t count = recv(peer, buffer.data(), buffer.size(), 0);
    if (count <= 0) break;
    request.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return request;
}

void respond(int peer, std::string_view status, const std::string& body) {
  std::string text = "HTTP/1.1 ";
  text.append(status).append("\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: ");
  text.append(std::to_string(body.size())).append("\r\n\r\n").append(body);
  std::string_view left = text;
  while (!left.empty()) {
    const ssize_t count = send(peer, left.data(), left.size(), 0);
    if (count <= 0) return;
    left.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int port = argc > 1 ? std::atoi(argv[1]) : 8081;
  if (argc > 2 || port < 1 || port > 65535) {
    std::cerr << "usage: server [PORT]" << std::endl;
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  const int listener = listen_on(static_cast<std::uint16_t>(port));
  if (listener < 0) return fail("listen on port " + std::to_string(port));
  const std::string self = "process " + std::to_string(getpid());
  std::cout << self << " listens on http://localhost:" << port << "/" << std::endl;

  for (long requests = 1;; ++requests) {
    const int peer = accept(listener, nullptr, nullptr);
    if (peer < 0) continue;
    const std::string request = read_request(peer);
    const std::string line = request.substr(0, request.find_first_of("\r\n"));
    std::cout << line << std::endl;
    if (line.starts_with("GET /crash ")) {
      std::cerr << self << " crashes, as it was asked to" << std::endl;
      std::abort();
    }
    if (line.starts_with("GET / ")) {
      respond(peer, "200 OK", "Hello from " + self + ", request " + std::to_string(requests) + "\n");
    } else {
      respond(peer, "404 Not Found", "Try / or /crash\n");
    }
    close(peer);
  }
}
