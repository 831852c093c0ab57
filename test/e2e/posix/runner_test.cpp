// The runner of the tests, and what it says while it runs.
#include <filesystem>

#include "test/support/catch.hpp"
#include "test/support/home.hpp"

using namespace forever::test;
namespace fs = std::filesystem;

namespace {

// Twenty cases, of which the third fails and the fifth is skipped.
constexpr const char* kRing = R"sh(#!/bin/sh
case $1 in
--list-cases) seq -f 'case %g' 20 ;;
-f)
	name=$(cat "$2")
	case $name in
	'case 3') echo 'this is why'; echo "failed $name" >>"$FOREVER_TEST_RESULTS"; exit 1 ;;
	'case 5') printf 'skipped %s\tno such device\n' "$name" >>"$FOREVER_TEST_RESULTS" ;;
	*) echo "passed $name" >>"$FOREVER_TEST_RESULTS" ;;
	esac
	;;
esac
)sh";

}  // namespace

TEST_CASE("REAL36 the runner shows how far it is, names failures as they come, and counts at the end", "[REAL36]") {
  const fs::path runner = fs::absolute("tool/test");
  if (!fs::exists(runner)) SKIP_CASE("needs the source tree as the current directory");
  const TemporaryHome home;
  write_file(home.scratch() / "ring", kRing);
  fs::permissions(home.scratch() / "ring", fs::perms::owner_all);
  Command command;
  command.argv = {"/bin/sh", "-c", "exec \"$0\" e2e=./ring 2>&1", runner.string()};
  command.directory = home.scratch();
  command.environment = {{"JOBS", "1"}, {"ONLY", std::nullopt}};
  const Result result = run(command);
  INFO(result.out);
  CHECK(result.exit_code == 1);
  CHECK(lines_of(result.out).back() == "18 passed, 1 failed");
  const std::size_t failure = result.out.find("FAILED e2e: case 3\n");
  REQUIRE(failure != std::string::npos);
  CHECK(failure < result.out.find("\n4 of 20\n"));
  CHECK(result.out.find("this is why") < result.out.find("\n10 of 20\n"));
  CHECK(result.out.find("\n20 of 20\n") != std::string::npos);
  CHECK_THAT(result.out, contains("skipped: case 5: no such device\n"));
}

TEST_CASE("REAL37 a test that needs a terminal is skipped with its reason where there is none", "[REAL37]") {
  const std::string without = "mount --bind /dev/null /dev/ptmx && exec \"$0\" \"$@\"";
  const std::vector<std::string> apart{"unshare", "--mount", "/bin/sh", "-c", without};
  Command probe;
  probe.argv = apart;
  probe.argv.emplace_back("true");
  if (!fs::exists("/usr/bin/unshare") || run(probe).exit_code != 0) SKIP_CASE("needs root and mount namespaces");
  const TemporaryHome home;
  const fs::path verdicts = home.scratch() / "verdicts";
  Command command;
  command.argv = apart;
  command.argv.push_back(fs::read_symlink("/proc/self/exe").string());
  command.argv.emplace_back("HARNESS a program on a terminal*");
  command.environment["FOREVER_TEST_RESULTS"] = verdicts.string();
  const Result result = run(command);
  INFO(result.out << result.err);
  CHECK_THAT(read_file(verdicts), contains("skipped HARNESS a program on a terminal"));
  CHECK_THAT(read_file(verdicts), contains("\tthere are no terminals here: "));
}
