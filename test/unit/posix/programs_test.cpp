// What can be started is known before anything is touched; by the programs that every POSIX system has.
#include "cli/new_spec.hpp"
#include "test/support/catch.hpp"

using namespace forever;
using namespace forever::cli;
using forever::test::contains;

namespace {

AppSpec spec_for(const std::string& script) {
  AppSpec spec;
  spec.script = script;
  spec.directory = "/";
  spec.environment = {"PATH=/usr/bin:/bin"};
  return spec;
}

// "code message", or "fine".
std::string checked(AppSpec spec) {
  const auto failure = check_spec(spec);
  return failure ? std::to_string(to_int(failure->code)) + " " + failure->message : "fine";
}

}  // namespace

TEST_CASE("STATE2 a program that cannot be started is reported before anything is changed") {
  CHECK(checked(spec_for("sh")) == "fine");
  CHECK(checked(spec_for("/bin/sh")) == "fine");
  CHECK_THAT(checked(spec_for("no-such-program-anywhere")), contains("127 cannot find no-such-program-anywhere"));
  CHECK_THAT(checked(spec_for("/no/such/program")), contains("127 cannot find /no/such/program"));
  CHECK_THAT(checked(spec_for("/etc")), contains("126 /etc is a directory"));
  CHECK_THAT(checked(spec_for("/etc/passwd")), contains("126 /etc/passwd is not executable"));
  AppSpec nowhere = spec_for("sh");
  nowhere.directory = "/no/such/place";
  CHECK_THAT(checked(nowhere), contains("1 cannot use /no/such/place as working directory"));
  nowhere.directory = "/etc/passwd";
  CHECK_THAT(checked(nowhere), contains("it is not a directory"));
  AppSpec lost = spec_for("sh");
  lost.logs.out = "/no/such/place/out.log";  // which is made at the start
  CHECK(checked(lost) == "fine");
  lost.logs.out = "/etc/passwd/logs/out.log";
  CHECK_THAT(checked(lost), contains("1 cannot keep a log in /etc/passwd"));
  AppSpec interpreted = spec_for("/etc/passwd");
  interpreted.interpreter = {"no-such-interpreter"};
  CHECK_THAT(checked(interpreted), contains("127 cannot find no-such-interpreter"));
  AppSpec stranger = spec_for("sh");
  stranger.user = "no-such-user-here";
  CHECK_THAT(checked(stranger), contains("no-such-user-here"));
}
