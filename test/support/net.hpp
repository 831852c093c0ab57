// Loopback ports and the smallest HTTP client.
#pragma once

#include <string>

#include "test/support/wait.hpp"

namespace forever::test {

// A TCP port of 127.0.0.1 that is not in use, outside the range that the system hands out by itself.
[[nodiscard]] int free_port();

// Whether a server could bind it now (SO_REUSEADDR set: connections that linger do not count).
// Without `reuse` not even a socket that has ended to listen may be left (SO_REUSEADDR).
[[nodiscard]] bool can_bind(int port, bool reuse = true);
[[nodiscard]] bool can_connect(int port);

// Sends it on a connection of its own, and returns what comes back until the peer closes it or the deadline is over. `error` is set
// if something failed.
[[nodiscard]] std::string exchange(int port, const std::string& request, Milliseconds deadline, std::string& error);

struct HttpResponse {
  int status = 0;  // 0: no response; then `error` says why
  std::string body;
  std::string error;
  [[nodiscard]] bool ok() const { return status == 200; }
};

// One request on a connection of its own (HTTP/1.0).
[[nodiscard]] HttpResponse http_get(int port, const std::string& path = "/", Milliseconds deadline = 5s);

}  // namespace forever::test
