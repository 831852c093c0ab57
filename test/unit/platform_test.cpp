// The pure parts of the platform: signal names, how a process ended, errors as one line.
#include <csignal>

#include "platform/clock.hpp"
#include "platform/exit_status.hpp"
#include "platform/result.hpp"
#include "platform/signals.hpp"
#include "test/support/catch.hpp"

namespace forever {
namespace {

TEST_CASE("every signal's name leads back to its number") {
  for (int signal = 1; signal < NSIG; ++signal) {
    CAPTURE(signal);
    const std::string name = signal_name(signal);
    CHECK(signal_from_name(std::to_string(signal)) == signal);
    if (name.starts_with("SIG")) {
      CHECK(signal_from_name(name) == signal);
      CHECK(signal_from_name(name.substr(3)) == signal);
    } else {
      CHECK(name == "signal " + std::to_string(signal));
    }
  }
}

TEST_CASE("a signal is known by name with or without SIG, in any case, or by number") {
  CHECK(signal_from_name("TERM") == SIGTERM);
  CHECK(signal_from_name("SIGTERM") == SIGTERM);
  CHECK(signal_from_name("sigterm") == SIGTERM);
  CHECK(signal_from_name("15") == SIGTERM);
  CHECK(signal_from_name("IOT") == SIGABRT);
  CHECK(signal_from_name("RTMIN") == SIGRTMIN);
  CHECK(signal_from_name("sigrtmin+3") == SIGRTMIN + 3);
  CHECK(signal_from_name("RTMAX-1") == SIGRTMAX - 1);
  CHECK(signal_name(SIGRTMIN + 3) == "SIGRTMIN+3");
  CHECK(signal_name(999) == "signal 999");
}

TEST_CASE("what is no signal is refused") {
  for (const char* junk : {"", "0", "-1", "65", "99999999999999999999", "SIG", "SIGSIGTERM", "TERM ", " TERM", "15x",
                           "RT", "RTMIN+", "RTMIN-1", "RTMIN+99", "RTMAX+1", "RTMIN+-3", "RTMINx"}) {
    CAPTURE(junk);
    CHECK_FALSE(signal_from_name(junk).has_value());
  }
}

TEST_CASE("STATE2 an exit is told in words") {
  using Kind = ExitStatus::Kind;
  CHECK(describe_exit({Kind::exited, 0, false}) == "exit 0");
  CHECK(describe_exit({Kind::exited, 3, false}) == "exit 3");
  CHECK(describe_exit({Kind::exited, 0xC0000005, false}) == "exit 0xC0000005");
  CHECK(describe_exit({Kind::signalled, SIGKILL, false}) == "killed by SIGKILL");
  CHECK(describe_exit({Kind::signalled, SIGSEGV, true}) == "killed by SIGSEGV (core dumped)");
  CHECK(describe_exit({}) == "exit unknown");
  CHECK(describe_exit({Kind::not_started, ENOENT, false}) == "exec: no such file or directory");
  CHECK(describe_exit({Kind::not_started, EAGAIN, false}, "fork") == "fork: resource temporarily unavailable");
}

TEST_CASE("STATE2 every status word of wait is understood: 256 codes, all signals, the core bit") {
  for (int code = 0; code < 256; ++code) {
    const ExitStatus expected{ExitStatus::Kind::exited, code, false};
    CHECK(exit_status_from_wait(code << 8) == expected);
    CHECK(expected.success() == (code == 0));
  }
  for (int signal = 1; signal < 0x7F; ++signal) {
    CHECK(exit_status_from_wait(signal) == ExitStatus{ExitStatus::Kind::signalled, signal, false});
    CHECK(exit_status_from_wait(signal | 0x80) == ExitStatus{ExitStatus::Kind::signalled, signal, true});
  }
  CHECK(exit_status_from_wait(0x137F).kind == ExitStatus::Kind::unknown);  // stopped, which is no end
}

TEST_CASE("an error is one line that begins with what could not be done") {
  CHECK(error_from(ENOENT, "open /x").message() == "cannot open /x: no such file or directory");
  CHECK(Error{"/x: not ours", {}}.message() == "/x: not ours");
  errno = EACCES;
  CHECK(last_error("open " + std::string(100, 'x')).code.value() == EACCES);
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
