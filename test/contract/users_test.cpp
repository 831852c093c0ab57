// Users, groups, the environment and the terminal, as this machine has them.
#include "platform/users.hpp"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "platform/console.hpp"
#include "platform/environment.hpp"
#include "test/support/catch.hpp"
#include "test/support/run.hpp"

namespace forever {
namespace {

using test::contains;

TEST_CASE("users are found by name and by number, as the system's own library finds them") {
  for (const char* name : {"root", "daemon", "nobody"}) {
    const passwd* expected = ::getpwnam(name);
    if (expected == nullptr) continue;
    const std::string number = std::to_string(expected->pw_uid);
    for (const std::string& asked : {std::string(name), number}) {
      const auto found = find_credentials(asked, "");
      REQUIRE(found);
      CHECK(found->uid == expected->pw_uid);
      CHECK(found->gid == expected->pw_gid);
      CHECK(found->user_name == name);
      CHECK(found->home == expected->pw_dir);
      CHECK(found->shell == expected->pw_shell);
      int count = 64;
      std::vector<gid_t> groups(64);
      ::getgrouplist(name, expected->pw_gid, groups.data(), &count);
      groups.resize(static_cast<std::size_t>(count));
      std::vector<gid_t> ours(found->groups.begin(), found->groups.end());
      std::sort(groups.begin(), groups.end());
      std::sort(ours.begin(), ours.end());
      CHECK(ours == groups);
    }
    CHECK(user_name(expected->pw_uid) == name);
  }
}

TEST_CASE("a group is taken by name or number") {
  const group* expected = ::getgrgid(1);
  if (expected != nullptr) CHECK(find_credentials("0", expected->gr_name)->gid == 1);
  CHECK(find_credentials("0", "54321")->gid == 54321);
  CHECK(find_credentials("54321", "54321")->uid == 54321);
  CHECK(user_name(54321) == "54321");
}

TEST_CASE("an unknown user or group is named") {
  CHECK_THAT(find_credentials("no-such-user", "").error().message(), contains("no such user: no-such-user"));
  CHECK_THAT(find_credentials("root", "no-such-group").error().message(), contains("no such group: no-such-group"));
  CHECK_THAT(find_credentials("54321", "").error().message(), contains("54321"));
  CHECK_FALSE(find_credentials("", ""));
  CHECK_FALSE(find_credentials("-1", ""));
  CHECK_FALSE(find_credentials("4294967295", "0"));  // (uid_t)-1 means "leave as it is"
  CHECK_FALSE(find_credentials("99999999999", "0"));
}

TEST_CASE("the home directory is $HOME, else the password file's") {
  const std::string before = environment_variable("HOME").value_or("");
  ::setenv("HOME", "/some/where", 1);
  CHECK(home_directory() == "/some/where");
  ::unsetenv("HOME");
  const passwd* self = ::getpwuid(::geteuid());
  if (self != nullptr) CHECK(home_directory() == self->pw_dir);
  ::setenv("HOME", before.c_str(), 1);
}

TEST_CASE("ENV1 a snapshot leaves out what belonged to the caller's service") {
  const char* const names[] = {"NOTIFY_SOCKET",     "LISTEN_FDS",         "LISTEN_PID",   "INVOCATION_ID",
                               "JOURNAL_STREAM",    "WATCHDOG_USEC",      "WATCHDOG_PID", "FOREVER_INSTANCE",
                               "NODE_APP_INSTANCE", "FOREVER_INSTANCE_ID"};
  for (const char* name : names) ::setenv(name, "1", 1);
  ::setenv("FOREVER_TEST_KEPT", "a=b\nc", 1);
  const auto snapshot = environment_snapshot();
  for (const char* name : names) ::unsetenv(name);
  ::unsetenv("FOREVER_TEST_KEPT");
  CHECK(std::count(snapshot.begin(), snapshot.end(), "FOREVER_TEST_KEPT=a=b\nc") == 1);
  for (const std::string& entry : snapshot) {
    for (const char* name : names) CHECK_FALSE(entry.starts_with(std::string(name) + "="));
  }
}

TEST_CASE("COLUMNS says how wide the terminal is, if it makes sense") {
  const auto before = environment_variable("COLUMNS");
  ::setenv("COLUMNS", "123", 1);
  CHECK(terminal_width(80) == 123);
  for (const char* junk : {"", "0", "-5", "x", "99999999"}) {
    ::setenv("COLUMNS", junk, 1);
    CHECK(terminal_width(80) != 123);
    CHECK(terminal_width(80) > 0);
  }
  ::unsetenv("COLUMNS");
  if (before) ::setenv("COLUMNS", before->c_str(), 1);
}

TEST_CASE("colours: FORCE_COLOR wins, NO_COLOR forbids, else a terminal decides") {
  const auto force = environment_variable("FORCE_COLOR");
  const auto none = environment_variable("NO_COLOR");
  ::setenv("NO_COLOR", "1", 1);
  ::unsetenv("FORCE_COLOR");
  CHECK_FALSE(colours_wanted(Stream::out));
  ::setenv("FORCE_COLOR", "1", 1);
  CHECK(colours_wanted(Stream::out));
  ::setenv("FORCE_COLOR", "0", 1);
  CHECK_FALSE(colours_wanted(Stream::out));
  ::unsetenv("FORCE_COLOR");
  ::unsetenv("NO_COLOR");
  if (!is_terminal(Stream::out)) CHECK_FALSE(colours_wanted(Stream::out));
  if (force) ::setenv("FORCE_COLOR", force->c_str(), 1);
  if (none) ::setenv("NO_COLOR", none->c_str(), 1);
}

}  // namespace
}  // namespace forever
