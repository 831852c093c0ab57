// Running a program to its end for what it prints, by cmd.exe.
#include "platform/capture.hpp"

#include "platform/side_process.hpp"
#include "test/support/catch.hpp"

using namespace forever;
using namespace std::chrono_literals;

TEST_CASE("CAPTURE the output and the end of a program are separate on Windows", "[capture]") {
  const auto ran = capture(shell_command("echo one two& exit 3"), 20s);
  REQUIRE(ran.ok());
  CHECK(ran->out == "one two\r\n");
  CHECK(ran->status == ExitStatus{ExitStatus::Kind::exited, 3, false});
  CHECK_FALSE(ran->timed_out);
}

TEST_CASE("CAPTURE what does not end is killed with its patience on Windows", "[capture]") {
  const auto ran = capture(shell_command("ping -n 100 127.0.0.1 >NUL"), 300ms);
  REQUIRE(ran.ok());
  CHECK(ran->timed_out);
  CHECK(ran->status == ExitStatus{ExitStatus::Kind::signalled, 9, false});
}
