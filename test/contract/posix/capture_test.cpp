// Running a program for what it prints.
#include "platform/capture.hpp"

#include "test/support/catch.hpp"

using namespace forever;
using namespace std::chrono_literals;

TEST_CASE("CAPTURE the output and the end of a program are separate") {
  const auto ran = capture({"sh", "-c", "printf 'a\\nb'; echo lost >&2; exit 3"}, 10s, ErrorStream::captured);
  REQUIRE(ran.ok());
  CHECK(ran->out == "a\nblost\n");
  CHECK(ran->status == ExitStatus{ExitStatus::Kind::exited, 3, false});
  CHECK_FALSE(ran->timed_out);
  CHECK(capture({"sh", "-c", "cat; echo end"}, 10s)->out == "end\n");  // it reads the null device
}

TEST_CASE("CAPTURE more than a pipe holds arrives whole") {
  const auto ran = capture({"sh", "-c", "head -c 300000 /dev/zero"}, 20s);
  REQUIRE(ran.ok());
  CHECK(ran->out.size() == 300000);
  CHECK(ran->status.success());
}

TEST_CASE("CAPTURE patience is bounded, whether output or end is missing") {
  for (const char* script : {"sleep 600", "exec >&-; exec sleep 600", "trap '' TERM; sleep 600 & wait"}) {
    const auto ran = capture({"sh", "-c", script}, 200ms);
    REQUIRE(ran.ok());
    CHECK(ran->timed_out);
    CHECK_FALSE(ran->status.success());
  }
}

TEST_CASE("CAPTURE what is not there is an error of its own") {
  const auto missing = capture({"no-such-program-anywhere"}, 1s);
  REQUIRE_FALSE(missing.ok());
  CHECK(missing.error().code == std::errc::no_such_file_or_directory);
}
