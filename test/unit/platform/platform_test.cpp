// The pure parts of the platform: how a process ended, errors as one line, a date.
#include <cerrno>

#include "platform/clock.hpp"
#include "platform/exit_status.hpp"
#include "platform/result.hpp"
#include "platform/signals.hpp"
#include "test/support/catch.hpp"

namespace forever {
namespace {

TEST_CASE("STATE2 an exit is described in words") {
  using Kind = ExitStatus::Kind;
  CHECK(describe_exit({Kind::exited, 0, false}) == "exit 0");
  CHECK(describe_exit({Kind::exited, 3, false}) == "exit 3");
  CHECK(describe_exit({Kind::exited, 0xC0000005, false}) == "exit 0xC0000005 (access violation)");
  CHECK(describe_exit({Kind::exited, 0xC00000FD, false}) == "exit 0xC00000FD (stack overflow)");
  CHECK(describe_exit({Kind::exited, 0xC000ABCD, false}) == "exit 0xC000ABCD");
  CHECK(describe_exit({Kind::signalled, kKillSignal, false}) == "killed by SIGKILL");
  CHECK(describe_exit({Kind::signalled, kTermSignal, true}) == "killed by SIGTERM (core dumped)");
  CHECK(describe_exit({Kind::signalled, *signal_from_name("XFSZ"), false}) ==
        "killed by SIGXFSZ, the file size limit (ulimit -f)");
  CHECK(describe_exit({}) == "exit unknown");
  CHECK(describe_exit({Kind::not_started, ENOENT, false}) == "exec: no such file or directory");
  CHECK(describe_exit({Kind::not_started, EAGAIN, false}, "fork") == "fork: resource temporarily unavailable");
}

TEST_CASE("an error is one line that begins with what could not be done") {
  CHECK(error_from(ENOENT, "open /x").message() == "cannot open /x: no such file or directory");
  CHECK(Error{"/x: not ours", {}}.message() == "/x: not ours");
}

TEST_CASE("a date is written as RFC 3339 wants it") {
  const std::string text = rfc3339_local(wall_from_ms(1'700'000'000'123));
  REQUIRE(text.size() == 29);
  CHECK(text.substr(0, 5) == "2023-");
  CHECK(text[10] == 'T');
  CHECK(text.substr(19, 4) == ".123");
  CHECK((text[23] == '+' || text[23] == '-'));
  CHECK(rfc3339_local(wall_from_ms(-1)).substr(19, 4) == ".999");
}

}  // namespace
}  // namespace forever
