// Which port a program could not have, by its last words.
#include "cli/verbs/address_in_use.hpp"

#include <algorithm>

#include "test/support/catch.hpp"

using namespace forever;
using namespace forever::cli;

namespace {

using Ports = std::vector<std::uint16_t>;

Ports first_port(const char* words, const std::vector<std::string>& arguments = {},
                 const std::vector<std::string>& environment = {}) {
  AppSpec spec;
  spec.arguments = arguments;
  spec.environment = environment;
  Ports ports = ports_in_use(words, spec);
  if (ports.size() > 1) ports.resize(1);
  return ports;
}

}  // namespace

TEST_CASE("PORT5 the port is found in the words of every common runtime") {
  CHECK(first_port("Error: listen EADDRINUSE: address already in use :::8081\n    at Server") == Ports{8081});
  CHECK(first_port("Error: listen EADDRINUSE: address already in use 127.0.0.1:3000") == Ports{3000});
  CHECK(first_port("listen tcp :8080: bind: address already in use") == Ports{8080});
  CHECK(first_port("nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)") == Ports{80});
  CHECK(first_port("Address already in use - bind(2) for \"127.0.0.1\" port 3000 (Errno::EADDRINUSE)") == Ports{3000});
  CHECK(first_port("Web server failed to start. Port 8080 was already in use.") == Ports{8080});
  CHECK(first_port("bind [::]:443: Address in use\nbye") == Ports{443});
}

TEST_CASE("PORT5 where the words name no port, the arguments and PORT do") {
  const char* const kPython = "OSError: [Errno 98] Address already in use";
  CHECK(first_port(kPython, {"--verbose", "8000"}) == Ports{8000});
  CHECK(first_port(kPython, {"--port=8001"}) == Ports{8001});
  CHECK(first_port(kPython, {"-b", "0.0.0.0:8002"}) == Ports{8002});
  CHECK(first_port(kPython, {}, {"A=1", "PORT=8003"}) == Ports{8003});
}

TEST_CASE("PORT5 where nothing else does, the other last lines may name the port") {
  const char* const kTraceback =
      "  File \"/srv/server.py\", line 6, in <module>\n"
      "    http.server.HTTPServer(('127.0.0.1',7932),H).serve_forever()\n"
      "  File \"/usr/lib/python3.11/socketserver.py\", line 456, in __init__\n"
      "OSError: [Errno 98] Address already in use\n";
  AppSpec spec;
  const Ports ports = ports_in_use(kTraceback, spec);
  CHECK(std::find(ports.begin(), ports.end(), 7932) != ports.end());
  CHECK(std::find(ports.begin(), ports.end(), 456) == ports.end());
  CHECK(first_port(kTraceback, {"8000"}) == Ports{8000});
  CHECK(tells_of_address_in_use(kTraceback));
  CHECK_FALSE(tells_of_address_in_use("Segmentation fault at :8081\n"));
}

TEST_CASE("PORT5 words that tell of nothing of the kind name no port") {
  CHECK(first_port("", {"8000"}).empty());
  CHECK(first_port("Segmentation fault at :8081", {"8000"}, {"PORT=1"}).empty());
  CHECK(first_port("address already in use", {"0", "99999", "x"}, {"PORT=", "PORT"}).empty());
}
