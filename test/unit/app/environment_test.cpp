// What of an environment is a user's, and what "~/" is.
#include "app/environment.hpp"
#include "app/settings/setting.hpp"
#include "test/support/catch.hpp"

using namespace forever;

TEST_CASE("REAL8 a user's variables are set unless they were given", "[REAL8]") {
  std::vector<std::string> environment{"HOME=/root", "USER=root", "A=1"};
  Credentials user;
  user.user_name = "web";
  user.home = "/srv";
  user.shell = "/bin/sh";
  set_user(environment, user, {"HOME=/given", "B=2"});
  CHECK(environment == std::vector<std::string>{"HOME=/root", "USER=web", "A=1", "LOGNAME=web", "SHELL=/bin/sh"});
}

TEST_CASE("REAL8 what belongs to a login is known by its name", "[REAL8]") {
  for (const char* name : {"XDG_RUNTIME_DIR", "XDG_SESSION_TYPE", "MAIL", "SSH_CONNECTION", "SUDO_UID", "XDG_SEAT"})
    CHECK(belongs_to_session(name));
  for (const char* name : {"PATH", "LANG", "XDG_DATA_DIRS", "MAILER", "SSHD", "HOME", "MAIL_HOST", ""})
    CHECK_FALSE(belongs_to_session(name));
}

TEST_CASE("REAL8 a leading ~ is the home directory in paths and in words alone", "[REAL8]") {
  CHECK(with_home(ValueKind::directory, "~/x y", "/me") == "/me/x y");
  CHECK(with_home(ValueKind::file, "~", "/me") == "/me");
  CHECK(with_home(ValueKind::log, "~web/x", "/me") == "~web/x");
  CHECK(with_home(ValueKind::file, "a/~/b", "/me") == "a/~/b");
  CHECK(with_home(ValueKind::file, "~/x", "") == "~/x");
  CHECK(with_home(ValueKind::words, "~/bin/node  --require ~/x.js", "/me") == "/me/bin/node --require /me/x.js");
  CHECK(with_home(ValueKind::text, "~/x", "/me") == "~/x");
}
