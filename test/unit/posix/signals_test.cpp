// Signal names and the status word of wait, as POSIX has them.
#include <cerrno>
#include <csignal>

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

TEST_CASE("the last error is read before anything else is done") {
  errno = EACCES;
  CHECK(last_error("open " + std::string(100, 'x')).code.value() == EACCES);
}

}  // namespace
}  // namespace forever
