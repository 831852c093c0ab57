// What survives a reboot: save and resurrect, and what is written for the init.
#include <unistd.h>

#include "test/e2e/apps.hpp"

using namespace forever::test;
namespace fs = std::filesystem;

TEST_CASE("BOOT1 resurrect brings back what was saved, once; stopped apps stay stopped", "[e2e]") {
  const TemporaryHome home;
  start(home, "web", {"wait"}, {"--max-restarts", "7"});
  start(home, "idle", {"wait"});
  done(home, {"stop", "idle"});
  CHECK_THAT(done(home, {"save"}).out, contains("2 apps saved to"));
  done(home, {"delete", "all"});
  start(home, "later", {"wait"});

  done(home, {"resurrect"});
  const int pid = pid_of(home, "web");
  CHECK(status_of(home, "web") == "online");
  CHECK(status_of(home, "idle") == "stopped");
  CHECK_THAT(done(home, {"describe", "web"}).out, contains("7"));
  const Result again = done(home, {"resurrect"});
  CHECK_THAT(again.out, contains("web is already online"));
  CHECK_THAT(again.out, contains("idle stays stopped"));
  CHECK(pid_of(home, "web") == pid);
  CHECK(status_of(home, "later") == "online");
}

TEST_CASE("BOOT1 without a saved list what was wanted online comes back after a crash of the machine", "[e2e]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  start(home, "idle", {"wait"});
  done(home, {"stop", "idle"});
  const int pid = pid_of(home, "web");
  kill_watchers(home, "web");
  kill_hard(pid);
  REQUIRE(wait_until([&] { return !alive(pid); }));
  // Whether the adopting look or resurrect itself brings it back: once, and nothing else.
  done(home, {"resurrect"});
  REQUIRE(wait_for_status(home, "web", "online"));
  CHECK(pid_of(home, "web") != pid);
  CHECK(status_of(home, "idle") == "stopped");
}

TEST_CASE("BOOT1 what stopall --until-resurrect has stopped comes back, and nothing that was stopped before", "[e2e]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  start(home, "idle", {"wait"});
  done(home, {"stop", "idle"});
  done(home, {"stopall", "--until-resurrect"});
  CHECK(status_of(home, "web") == "stopped");
  done(home, {"resurrect", "--quiet"});
  CHECK(status_of(home, "web") == "online");
  CHECK(status_of(home, "idle") == "stopped");
  done(home, {"stop", "web"});
  done(home, {"resurrect"});  // the note has been used up
  CHECK(status_of(home, "web") == "stopped");
}

TEST_CASE("DISK2 a corrupt list is reported and kept; save does not overwrite it, resurrect takes the record",
          "[e2e]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  done(home, {"save"});
  const fs::path file = home.state() / "saved.json";
  const std::string half = read_file(file).substr(0, 100);
  write_file(file, half);
  const Result saved = home.forever({"save"});
  CHECK(saved.exit_code == 1);
  require_one_line(saved.err, "saved.json is not valid JSON");
  const Result back = home.forever({"resurrect"});
  CHECK(back.exit_code == 1);
  CHECK_THAT(back.err, contains("saved.json is not valid JSON"));
  CHECK_THAT(back.out, contains("web is already online"));
  CHECK(read_file(file) == half);
}

TEST_CASE("BOOT1 one app that cannot start does not keep the others down", "[e2e]") {
  const TemporaryHome home;
  const fs::path program = home.scratch() / "program";
  fs::copy_file(child_binary(), program);
  done(home, {"start", program.string(), "--name", "moved", "--", "wait"});
  start(home, "web", {"wait"});
  done(home, {"save"});
  done(home, {"delete", "all"});
  fs::remove(program);
  const Result back = home.forever({"resurrect"});
  CHECK(back.exit_code == 1);
  CHECK_THAT(back.err, contains("moved: cannot find"));
  CHECK(status_of(home, "web") == "online");
}

namespace {

// A user without privileges, with a home directory and `forever` in it, accessible to all users.
class Person {
 public:
  Person() : home_(fs::path("/tmp") / ("forever-boot-" + std::to_string(::getpid()))) {
    fs::create_directories(home_ / "bin");
    fs::permissions(home_, fs::perms::all);
    fs::permissions(home_ / "bin", fs::perms::all);
    fs::copy_file(forever_binary(), home_ / "bin/forever");
  }
  Person(const Person&) = delete;
  Person& operator=(const Person&) = delete;
  ~Person() {
    std::error_code ignored;
    fs::remove_all(home_, ignored);
  }
  [[nodiscard]] const fs::path& home() const { return home_; }
  // `path`: where programs are looked for, if not in the usual places.
  [[nodiscard]] Result forever(const std::vector<std::string>& arguments, const std::string& path = {}) const {
    Command command;
    if (!path.empty()) command.environment["PATH"] = path;
    command.argv = {(home_ / "bin/forever").string()};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    command.directory = home_;
    command.environment["HOME"] = home_.string();
    command.environment["FOREVER_HOME"] = (home_ / ".forever").string();
    command.environment["XDG_CONFIG_HOME"] = std::nullopt;
    if (Stranger::possible()) command.before_exec = stranger_.become();
    return run(command);
  }

 private:
  fs::path home_;
  Stranger stranger_;
};

}  // namespace

TEST_CASE("BOOT1 startup writes a unit that systemd accepts, is the same twice, and unstartup removes it", "[e2e]") {
  const TemporaryHome home;
  const Person me;
  const Result first = me.forever({"startup", "--init", "systemd"});
  INFO(first.err);
  REQUIRE(first.exit_code == 0);
  CHECK_THAT(first.err, contains("loginctl enable-linger"));
  const fs::path unit = me.home() / ".config/systemd/user/forever.service";
  const fs::path link = me.home() / ".config/systemd/user/default.target.wants/forever.service";
  const std::string text = read_file(unit);
  CHECK_THAT(text, contains("bin/forever\" resurrect"));
  CHECK(fs::read_symlink(link) == unit);
  CHECK_THAT(me.forever({"startup", "--init", "systemd"}).out, contains("startup is already set up"));
  CHECK(read_file(unit) == text);
  if (fs::exists("/usr/bin/systemd-analyze")) {
    fs::copy_file(unit, home.scratch() / "checked.service");
    const Result checked =
        run({"systemd-analyze", "verify", "--man=no", (home.scratch() / "checked.service").string()});
    INFO(checked.out << checked.err);
    CHECK(checked.exit_code == 0);
    CHECK((checked.out + checked.err).find("checked.service") == std::string::npos);
  }
  CHECK(me.forever({"unstartup", "--init", "systemd", "--dry-run"}).out == "would be removed: " + unit.string() + "\n");
  CHECK(fs::exists(unit));
  CHECK_THAT(me.forever({"unstartup", "--init", "systemd"}).out, contains("removed"));
  CHECK_FALSE(fs::exists(unit));
  CHECK_FALSE(fs::is_symlink(link));
  CHECK_THAT(me.forever({"unstartup", "--init", "systemd"}).out, contains("startup was not set up"));
}

TEST_CASE("BOOT1 startup --dry-run shows the file for every init and writes nothing", "[e2e]") {
  const TemporaryHome home;
  for (const char* init : {"systemd", "openrc", "launchd", "cron"}) {
    const Result shown = home.forever({"startup", "--init", init, "--dry-run"});
    CHECK(shown.exit_code == 0);
    CHECK_THAT(shown.out, contains("resurrect"));
    CHECK_THAT(shown.out, contains(home.state().string()));
  }
  CHECK_FALSE(fs::exists("/etc/init.d/forever-root"));
  const Result wrong = home.forever({"startup", "--init", "upstart"});
  CHECK(wrong.exit_code == 2);
  require_one_line(wrong.err, "must be one of systemd, openrc, launchd, cron");
}

TEST_CASE("BOOT1 startup writes launchd's agent once, its tools can read it, and unstartup removes it", "[e2e]") {
  const Person me;
  const fs::path plist = me.home() / "Library/LaunchAgents/forever.resurrect.plist";
  REQUIRE(me.forever({"startup", "--init", "launchd"}).exit_code == 0);
  const std::string text = read_file(plist);
  CHECK_THAT(me.forever({"startup", "--init", "launchd"}).out, contains("startup is already set up"));
  CHECK(read_file(plist) == text);
  if (fs::exists("/usr/bin/python3")) {
    const Result read = run({"/usr/bin/python3", "-c",
                             "import plistlib, sys; it = plistlib.load(open(sys.argv[1], 'rb')); print(it['Label'], "
                             "it['ProgramArguments'][1:], it['RunAtLoad'], it['AbandonProcessGroup'])",
                             plist.string()});
    CHECK(read.out == "forever.resurrect ['resurrect'] True True\n");
  }
  CHECK_THAT(me.forever({"unstartup", "--init", "launchd", "--dry-run"}).out, contains("would be removed"));
  CHECK(fs::exists(plist));
  CHECK_THAT(me.forever({"unstartup", "--init", "launchd"}).out, contains("removed: "));
  CHECK_FALSE(fs::exists(plist));
  CHECK_THAT(me.forever({"unstartup", "--init", "launchd"}).out, contains("startup was not set up"));
}

TEST_CASE("BOOT1 a line of crontab is added once to the right user's table, whose other lines stay", "[e2e]") {
  const TemporaryHome home;
  const Person me;
  const bool root = Stranger::possible();
  // crontab(1), whose tables are files of this directory, one for each user.
  const fs::path tables = me.home() / "tables";
  fs::create_directories(tables);
  fs::permissions(tables, fs::perms::all);
  write_file(me.home() / "bin/crontab",
             "#!/bin/sh\nuser=me\n[ \"$1\" = -u ] && { user=$2; shift 2; }\ntable='" + tables.string() +
                 "'/$user\ncase $1 in -l) cat \"$table\" 2>/dev/null ;; *) cat \"$1\" >\"$table\" ;; esac\n");
  fs::permissions(me.home() / "bin/crontab", fs::perms::all);
  const std::string path = (me.home() / "bin").string() + ":/usr/bin:/bin";
  const std::string others = "# mine\n5 4 * * * /bin/true\n";
  write_file(tables / "me", others);
  fs::permissions(tables / "me", fs::perms::all);
  CHECK_THAT(me.forever({"startup", "--init", "cron"}, path).out, contains("at boot cron runs"));
  const std::string with = read_file(tables / "me");
  CHECK(with.starts_with(others + "@reboot FOREVER_HOME="));
  CHECK_THAT(me.forever({"startup", "--init", "cron"}, path).out, contains("startup is already set up"));
  CHECK(read_file(tables / "me") == with);
  CHECK_THAT(me.forever({"unstartup", "--init", "cron", "--dry-run"}, path).out, contains("would be removed"));
  CHECK(read_file(tables / "me") == with);
  CHECK_THAT(me.forever({"unstartup", "--init", "cron"}, path).out, contains("removed: the crontab of "));
  CHECK(read_file(tables / "me") == others);
  CHECK_THAT(me.forever({"unstartup", "--init", "cron"}, path).out, contains("startup was not set up"));
  if (!root) return;
  // Root asks for another user: that one's table is read and written, not root's.
  write_file(tables / "root", "# root's\n");
  write_file(tables / "nobody", "# nobody's\n");
  Command command = home.command({"startup", "--init", "cron", "--user", "nobody"});
  command.environment["PATH"] = path;
  const Result other = run(command);
  INFO(other.err);
  CHECK(other.exit_code == 0);
  CHECK(read_file(tables / "root") == "# root's\n");
  CHECK(read_file(tables / "nobody").starts_with("# nobody's\n@reboot "));
}

TEST_CASE("BOOT1 OpenRC's script is one that a shell can read, with a start and a stop", "[e2e]") {
  const TemporaryHome home;
  const Result shown = home.forever({"startup", "--init", "openrc", "--dry-run"});
  const fs::path script = home.scratch() / "service";
  write_file(script, shown.out);
  const std::string asked = "ebegin() { :; }; eend() { :; }; . '" + script.string() + "'; type start stop depend";
  const Result read = run({"sh", "-c", asked});
  INFO(shown.out << read.err);
  CHECK(read.exit_code == 0);
  for (const char* const name : {"start", "stop", "depend"})
    CHECK_THAT(read.out, contains(std::string{name} + " is a shell function"));
}
