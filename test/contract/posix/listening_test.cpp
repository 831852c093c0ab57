// Sockets that are opened for a program: what names one, and what is opened.
#include "platform/listening.hpp"

#include <sys/socket.h>
#include <sys/stat.h>

#include "test/contract/scratch.hpp"
#include "test/support/catch.hpp"
#include "test/support/net.hpp"

using namespace forever;
using namespace forever::test;

TEST_CASE("CLU1 every form of an address is read, and written in one form") {
  using Kind = ListenAddress::Kind;
  const auto read = [](const char* text) { return listen_address_from(text).value(); };
  CHECK(read("8081") == ListenAddress{Kind::any, "", "", 8081, ""});
  CHECK(read("http=127.0.0.1:80") == ListenAddress{Kind::ipv4, "http", "127.0.0.1", 80, ""});
  CHECK(read("[0:0::1]:443") == ListenAddress{Kind::ipv6, "", "::1", 443, ""});
  CHECK(read("unix:/run/a=b:c") == ListenAddress{Kind::local, "", "", 0, "/run/a=b:c"});
  for (const char* text : {"8081", "http=127.0.0.1:80", "[::1]:443", "x.y-z_1=[::]:1", "a=unix:/run/web.sock"})
    CHECK(to_text(read(text)) == text);
  for (const char* text : {"", "x", "0", "65536", "-1", "80 ", "127.0.0.1", "127.0.0.1:0", "127.0.0.256:80", "::1:80",
                           "[::1]", "[]:80", "[x]:80", "unix:", "unix:x", "=80", "a=b=80"}) {
    INFO(text);
    CHECK_FALSE(listen_address_from(text).ok());
  }
}

TEST_CASE("CLU1 a port for all addresses takes IPv4 and IPv6 alike, and is known again") {
  const int port = free_port();
  const auto any = listen_address_from(std::to_string(port)).value();
  auto opened = open_listener(any, {});
  REQUIRE(opened.ok());
  CHECK(can_connect(port));
  CHECK(listens_on(opened->get(), any));
  CHECK_FALSE(listens_on(opened->get(), listen_address_from("127.0.0.1:" + std::to_string(port)).value()));
  CHECK_FALSE(open_listener(any, {}).ok());
  close_listener(opened->get(), any);
  CHECK_FALSE(listens_on(opened->get(), any));
  CHECK_FALSE(can_connect(port));
}

TEST_CASE("CLU1 a Unix socket has the rights that are asked for, and a stale one is replaced") {
  const Scratch scratch;
  const std::string path = scratch / "web.sock";
  const auto address = listen_address_from("unix:" + path).value();
  {
    auto opened = open_listener(address, {0640, std::nullopt});
    REQUIRE(opened.ok());
    CHECK(listens_on(opened->get(), address));
    struct stat facts {};
    REQUIRE(::stat(path.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777U) == 0640U);
    const auto again = open_listener(address, {});
    REQUIRE_FALSE(again.ok());
    CHECK(again.error().message() ==
          "cannot listen on unix:" + path + ": pid " + std::to_string(current_pid()) + " listens there");
  }
  auto replaced = open_listener(address, {});
  REQUIRE(replaced.ok());
  close_listener(replaced->get(), address);
  struct stat facts {};
  CHECK(::stat(path.c_str(), &facts) != 0);
}
