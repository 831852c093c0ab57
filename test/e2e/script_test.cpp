// REAL5, REAL8: scripts run as their files say, in an environment that fits where they run.
#include <sys/stat.h>

#include "test/e2e/apps.hpp"

using namespace forever::test;

namespace {

namespace fs = std::filesystem;

// A file in the scratch directory with these permissions.
std::string script(const TemporaryHome& home, const std::string& name, const std::string& text, fs::perms mode) {
  const fs::path file = home.scratch() / name;
  write_file(file, text);
  fs::permissions(file, mode);
  return file.string();
}

constexpr fs::perms kAll = fs::perms::all, kPlain = fs::perms::owner_read | fs::perms::owner_write;

void starts_and_says(const TemporaryHome& home, const std::string& file, const std::string& word) {
  INFO(file);
  done(home, {"start", file, "--name", word});
  CHECK(wait_for_log(home, word, word + "\n"));
}

}  // namespace

TEST_CASE("REAL5 an executable script without a #! line that works runs by its extension", "[REAL5]") {
  const TemporaryHome home;
  starts_and_says(home, script(home, "a.sh", "echo bare\nsleep 1000\n", kAll), "bare");
  starts_and_says(home, script(home, "b.sh", "#!/bin/sh\r\necho crlf\nsleep 1000\n", kAll), "crlf");
  starts_and_says(home, script(home, "c.sh", "#!/no/such/sh\necho gone\nsleep 1000\n", kAll), "gone");
  starts_and_says(home, script(home, "d.sh", "#!/usr/bin/env nosuchshell\necho noenv\nsleep 1000\n", kAll), "noenv");
}

TEST_CASE("REAL5 a script without the exec bit runs by its #! line", "[REAL5]") {
  const TemporaryHome home;
  starts_and_says(home, script(home, "www", "#!/usr/bin/env sh\necho env\nsleep 1000\n", kPlain), "env");
  starts_and_says(home, script(home, "x", "#! /bin/sh -e\necho option\nfalse || sleep 1000\n", kPlain), "option");
}

TEST_CASE("REAL5 a script that nothing can run is refused with what its first line names", "[REAL5]") {
  const TemporaryHome home;
  const auto refused = [&](const std::string& file, const std::string& part) {
    const Result result = home.forever({"start", file});
    CHECK(result.exit_code == 126);
    require_one_line(result.err, part);
  };
  refused(script(home, "a", "#!/no/such/perl\n", kAll), "its first line names /no/such/perl, which does not exist");
  refused(script(home, "b", "#!/usr/bin/env nosuchperl -w\n", kAll), "nosuchperl, which does not exist");
  refused(script(home, "c", "#!/bin/sh\r\n", kAll), "carriage return");
  refused(script(home, "d", "echo\n", kAll), "without a #! line");
  refused(script(home, "e", "#!/no/such/perl\n", kPlain), "is not executable, and its first line names /no/such/perl");
  CHECK(all_gone(home));
}

TEST_CASE("REAL8 PWD is where the program runs, as typed, and OLDPWD is not handed on", "[REAL8]") {
  const TemporaryHome home;
  fs::create_directory(home.scratch() / "release");
  fs::create_directory_symlink("release", home.scratch() / "current");
  const std::string file = script(home, "print.sh", "echo \"$PWD ${OLDPWD-none}\"\nsleep 1000\n", kAll);
  Command command = home.command({"start", file, "--cwd", (home.scratch() / "current").string(), "--name", "app"});
  command.environment["PWD"] = "/";
  command.environment["OLDPWD"] = "/tmp";
  REQUIRE(run(command).exit_code == 0);
  CHECK(wait_for_log(home, "app", (home.scratch() / "current").string() + " none\n"));
}
