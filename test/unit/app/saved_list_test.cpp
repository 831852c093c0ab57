// saved.json, and what is written for each init.
#include "app/saved_list.hpp"

#include "cli/boot/boot_unit.hpp"
#include "platform/logind.hpp"
#include "test/support/catch.hpp"

using namespace forever;
using namespace forever::cli;
using forever::test::contains;

namespace {

AppSpec app(const std::string& name) {
  AppSpec spec;
  spec.name = name;
  spec.script = "x\xff";
  spec.directory = "/";
  spec.environment = {"A=\"1\""};
  spec.depends_on = {"db"};
  return spec;
}

}  // namespace

TEST_CASE("DISK2 a saved list comes back as it was written, bytes and wishes") {
  const std::vector<SavedApp> apps{{app("web"), true}, {app("db"), false}};
  const auto again = saved_from_json(saved_to_json(apps), "saved.json");
  REQUIRE(again.ok());
  CHECK(*again == apps);
  CHECK(saved_from_json(saved_to_json({}), "saved.json")->empty());
}

TEST_CASE("DISK2 a list that was cut off at any byte is refused in one line") {
  const std::string whole = saved_to_json({{app("web"), true}});
  for (std::size_t size = 0; size + 2 < whole.size(); ++size) {  // the last byte is a line's end
    const auto cut = saved_from_json(std::string_view{whole}.substr(0, size), "saved.json");
    REQUIRE_FALSE(cut.ok());
    REQUIRE(cut.error().message().find('\n') == std::string::npos);
  }
  const auto fault = [](const std::string& text) { return saved_from_json(text, "saved.json").error().message(); };
  CHECK_THAT(fault(R"({"version":9,"apps":[]})"), contains("newer forever"));
  CHECK_THAT(fault(R"({"version":1})"), contains("\"apps\" is missing"));
  CHECK_THAT(fault(R"({"version":1,"apps":[1]})"), contains("list of objects"));
  CHECK_THAT(fault(R"({"version":1,"apps":[{"spec":{"version":1}}]})"), contains("saved.json is damaged"));
}

TEST_CASE("BOOT1 names and paths are unchanged in units, whatever characters they have") {
  BootUnit unit{"/opt/a b/50%\"$x/forever", "/home/me/it's", "me", true};
  const std::string systemd = systemd_unit(unit);
  CHECK_THAT(systemd, contains("ExecStart=\"/opt/a b/50%%\\\"$$x/forever\" resurrect\n"));
  CHECK_THAT(systemd, contains("Environment=\"FOREVER_HOME=/home/me/it's\"\n"));
  CHECK_THAT(systemd, contains("User=me\n"));
  for (const char* line : {"KillMode=mixed", "OOMPolicy=continue", "Delegate=yes", "WantedBy=multi-user.target"})
    CHECK_THAT(systemd, contains(std::string{line} + "\n"));
  unit.system = false;
  CHECK_THAT(systemd_unit(unit), contains("WantedBy=default.target\n"));
  CHECK(systemd_unit(unit).find("User=") == std::string::npos);
  CHECK_THAT(cron_line(unit), contains("50\\%\"$x"));
  CHECK_THAT(cron_line(unit), contains("'/home/me/it'\\''s'"));
  CHECK_THAT(openrc_script(unit), contains("su 'me' -s /bin/sh -c "));
  unit.binary = "/a&b<c>";
  CHECK_THAT(launchd_plist(unit), contains("<string>/a&amp;b&lt;c&gt;</string>"));
}

TEST_CASE("BOOT1 a crontab keeps the lines of others, and has ours once") {
  const std::string line = "@reboot x " + std::string{kCronMark};
  const std::string once = crontab_with("0 4 * * * y\n", line);
  CHECK(once == "0 4 * * * y\n" + line + "\n");
  CHECK(crontab_with(once, line) == once);
  CHECK(crontab_with(once, {}) == "0 4 * * * y\n");
  CHECK(crontab_with({}, {}).empty());
}

TEST_CASE("BOOT1 programs of version managers are known by their directories") {
  CHECK(version_manager_of("/home/me/.nvm/versions/node/v20/bin/node") == "nvm");
  CHECK(version_manager_of("/home/me/.pyenv/shims/python3") == "pyenv");
  CHECK(version_manager_of("/run/user/1000/fnm_multishells/1_2/bin/node") == "fnm");
  CHECK_FALSE(version_manager_of("/usr/bin/node"));
}

TEST_CASE("LOGIND1 what logind does at logout is read as logind.conf(5) has it") {
  CHECK_FALSE(kills_user_processes({}, "me"));
  CHECK_FALSE(kills_user_processes({"[Login]\n#KillUserProcesses=yes\n"}, "me"));
  CHECK_FALSE(kills_user_processes({"KillUserProcesses=yes\n[Other]\nKillUserProcesses=yes"}, "me"));
  CHECK(kills_user_processes({"[Login]\nKillUserProcesses = yes\n"}, "me") == true);
  CHECK(kills_user_processes({"[Login]\nKillUserProcesses=yes\n"}, "root") == false);
  CHECK(kills_user_processes({"[Login]\nKillUserProcesses=yes\n", "[Login]\nKillUserProcesses=no\n"}, "me") == false);
  const std::string some = "[Login]\nKillUserProcesses=1\nKillOnlyUsers=you me\nKillExcludeUsers=it\n";
  CHECK(kills_user_processes({some}, "me") == true);
  CHECK(kills_user_processes({some}, "they") == false);
}
