// What is the same of sockets on every system: choosing a port, and speaking HTTP.
#include "test/support/net.hpp"

#include <random>
#include <stdexcept>

namespace forever::test {

int free_port() {
  static std::mt19937 random{std::random_device{}()};
  std::uniform_int_distribution<int> ports(20000, 31999);
  for (int attempt = 0; attempt < 1000; ++attempt) {
    const int port = ports(random);
    if (can_bind(port)) return port;
  }
  throw std::runtime_error("no free port");
}

HttpResponse http_get(int port, const std::string& path, Milliseconds deadline) {
  HttpResponse response;
  const std::string text =
      exchange(port, "GET " + path + " HTTP/1.0\r\nHost: localhost\r\n\r\n", deadline, response.error);
  const auto end_of_head = text.find("\r\n\r\n");
  if (!text.starts_with("HTTP/1.") || end_of_head == std::string::npos) {
    if (response.error.empty()) response.error = "no response";
    return response;
  }
  response.status = std::stoi(text.substr(9, 3));
  response.body = text.substr(end_of_head + 4);
  response.error.clear();
  return response;
}

}  // namespace forever::test
