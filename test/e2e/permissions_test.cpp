// PERM: no other user can access a user's apps, and no name or path escapes the state directory or causes a failure.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "test/e2e/apps.hpp"

using namespace forever::test;

namespace {

namespace fs = std::filesystem;

unsigned mode_of(const fs::path& path) {
  struct stat info {};
  REQUIRE(lstat(path.c_str(), &info) == 0);
  return info.st_mode & 07777U;
}

}  // namespace

TEST_CASE("PERM1 the state directory is 0700, spec and socket are 0600, whatever the umask", "[PERM1]") {
  for (const unsigned mask : {0U, 022U, 077U}) {
    const TemporaryHome home;
    Command command = home.command(start_words("web", {}, {"wait"}));
    command.before_exec = [mask] { umask(mask); };
    const Result result = run(command);
    INFO("umask " << mask << ": " << result.err);
    REQUIRE(result.exit_code == 0);
    REQUIRE(mode_of(home.state()) == 0700);
    REQUIRE((mode_of(home.app("web") / "spec.json") & 077U) == 0);
    REQUIRE((mode_of(home.app("web") / "status.json") & 077U) == 0);
    REQUIRE(mode_of(home.app("web") / "control") == 0600);
    for (const char* name : {"out.fifo", "err.fifo"}) REQUIRE((mode_of(home.app("web") / name) & 077U) == 0);
    REQUIRE((mode_of(home.log("web")) & 022U) == 0);
    done(home, {"stop", "web"});
  }
}

TEST_CASE("PERM1 another user's state directory gives one clear line", "[PERM1]") {
  if (!Stranger::possible()) SKIP_CASE("needs root, to become another user");
  setenv("TMPDIR", "/tmp", 1);  // where another user can reach
  const TemporaryHome home;
  const Stranger user;
  fs::copy_file(forever_binary(), home.scratch() / "forever");
  fs::copy_file(child_binary(), home.scratch() / "child");
  start(home, "web", {"wait"});
  const int pid = pid_of(home, "web");
  const auto as_stranger = [&](const Words& words) {
    Command command = home.command({});
    command.argv = Words{home.scratch() / "forever"} + words;
    command.before_exec = user.become();
    const Result result = run(command);
    INFO("forever " << words.at(0) << ": " << result.out << result.err);
    REQUIRE(result.exit_code == 1);
    require_one_line(result.err, home.state());
  };
  as_stranger({"list"});
  as_stranger({"stop", "web"});
  as_stranger({"start", home.scratch() / "child", "--", "wait"});
  as_stranger({"logs", "web"});

  // Readable, even: still not theirs.
  fs::permissions(home.state(), fs::perms::all);
  as_stranger({"list"});
  as_stranger({"stop", "web"});
  as_stranger({"start", home.scratch() / "child", "--", "wait"});
  REQUIRE(alive(pid));
}

TEST_CASE("PERM1 an unprivileged user keeps an app alive like root", "[PERM1]") {
  if (!Stranger::possible()) SKIP_CASE("needs root, to become another user");
  const StrangersHome user;
  user.done({"start", user.child(), "--name", "web", "--", "print-users", "say", "up", "wait"});
  REQUIRE(wait_for_log(user.home, "web", "up"));
  const std::string id = std::to_string(user.user.id());
  REQUIRE(log_of(user.home, "web").starts_with("uid " + id + " gid " + id + " "));
  const Json app = parse_json(user.done({"list", "--json"}).out).at("apps").at(0);
  const int pid = app.at("instances").at(0).at("pid").get<int>();
  kill_hard(app.at("supervisor_pid").get<int>());
  REQUIRE(wait_until([&] {
    const Json now = parse_json(user.done({"list", "--json"}).out).at("apps").at(0);
    return now.at("supervisor_pid") != app.at("supervisor_pid") && now.at("status") == "online" &&
           now.at("instances").at(0).at("pid") == pid;
  }));
  user.done({"restart", "web"});
  user.done({"stop", "web"});
  user.done({"delete", "web"});
}

TEST_CASE("PERM1 root runs an app as another user, with that user's groups", "[PERM1]") {
  if (!Stranger::possible()) SKIP_CASE("needs root, to become another user");
  setenv("TMPDIR", "/tmp", 1);
  const TemporaryHome home;
  const Stranger user;
  const std::string id = std::to_string(user.id());
  fs::copy_file(child_binary(), home.scratch() / "child");
  const auto start_as = [&](const std::string& name, const Words& options) {
    done(home,
         Words{"start", home.scratch() / "child", "--name", name} + options +
             Words{"--", "print-users", "stream", "err", "partial", "to err\n", "stream", "out", "say", "up", "wait"});
    REQUIRE(wait_for_log(home, name, "up"));
    REQUIRE(wait_for_log(home, name, "to err", "err"));
    return log_of(home, name);
  };
  REQUIRE_THAT(start_as("nobody", {"--user", "nobody"}), contains("uid 65534 gid 65534 groups"));
  REQUIRE_FALSE(has(log_of(home, "nobody"), "groups 0"));
  REQUIRE_THAT(start_as("numeric", {"--user", id, "--group", id}), contains("uid " + id + " gid " + id + " groups"));
  REQUIRE_THAT(start_as("grouped", {"--user", "nobody", "--group", "daemon"}), contains("uid 65534 gid 1 groups"));
  done(home, {"restart", "nobody"});
  REQUIRE(wait_until([&] { return count_of(log_of(home, "nobody"), "up\n") == 2; }));
  REQUIRE(listed(home, "nobody").at("user") == "nobody");
  done(home, {"stop", "all"});
}

TEST_CASE("PERM1 names cannot leave the directory", "[PERM1]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  for (const char* name :
       {"../web", "..", ".", "a/b", "/tmp/x", "a\nb", "a\x1b[31m", "a\x7f", "all", "-x", "", "a:b", "12", "\xff\xfe"}) {
    const Result result = home.forever({"start", child_binary(), std::string("--name=") + name, "--", "wait"});
    INFO("name " << name << ": " << result.out << result.err);
    REQUIRE(result.exit_code == 2);
    require_one_line(result.err);
    REQUIRE_FALSE(has(result.err, "\x1b"));
  }
  REQUIRE(list_json(home).at("apps").size() == 1);
  for (const char* name : {"../../web", "..", "./web", "web/../web"}) {
    for (const char* verb : {"stop", "delete", "logs", "flush"}) {
      REQUIRE(home.forever({verb, std::string("name:") + name}).exit_code == 3);
      REQUIRE(home.forever({verb, name}).exit_code == 3);
    }
  }
  REQUIRE(status_of(home, "web") == "online");
}

TEST_CASE("PERM1 control characters of the app's doing do not reach a terminal in tables", "[PERM1]") {
  const TemporaryHome home;
  const auto directory = home.scratch() / "esc\x1b]0;title\x07";
  fs::create_directory(directory);
  start(home, "web",
        {"say", "up", "stream", "err", "partial", "\x1b[2Jbad\x07\n", "exit", "1", "--", "\x1b[31mred", "\x9b"},
        {"--cwd", directory, "--max-restarts", "0", "--namespace", "green"});
  REQUIRE(wait_for_status(home, "web", "errored"));
  for (const Words& words : {Words{"list"}, Words{"describe", "web"}}) {
    const Result plain = done(home, words);
    REQUIRE_FALSE(has(plain.out, "\x1b"));
    REQUIRE_FALSE(has(plain.out, "\x07"));
    Running terminal(home.command(words), 40, 200);
    const std::string shown = terminal.wait().out;
    REQUIRE_FALSE(has(shown, "\x1b]"));
    REQUIRE_FALSE(has(shown, "\x1b[2J"));
    REQUIRE_FALSE(has(shown, "\x1b[31mred"));
    REQUIRE_FALSE(has(shown, "\x07"));
  }
}

TEST_CASE("PERM2 a state directory path of 300 characters works", "[PERM2]") {
  const TemporaryHome home;
  const fs::path deep = home.scratch() / std::string(150, 'a') / std::string(150, 'b') / "home";
  fs::create_directories(deep.parent_path());
  const auto forever = [&](const Words& words) {
    Command command = home.command(words);
    command.environment["FOREVER_HOME"] = deep.string();
    Result result = run(command);
    INFO("forever " << words.at(0) << ": " << result.out << result.err);
    REQUIRE(result.exit_code == 0);
    return result;
  };
  forever(start_words("web", {}, {"say", "up", "wait"}));
  const Json app = parse_json(forever({"list", "--json"}).out).at("apps").at(0);
  REQUIRE(app.at("status") == "online");
  kill_hard(app.at("supervisor_pid").get<int>());
  REQUIRE(wait_until([&] {
    const Json now = parse_json(forever({"list", "--json"}).out).at("apps").at(0);
    return now.at("status") == "online" && now.at("supervisor_pid") != app.at("supervisor_pid");
  }));
  forever({"restart", "web"});
  forever({"stop", "web"});
}

TEST_CASE("PERM2 strange characters in the state directory's path work", "[PERM2]") {
  const TemporaryHome home;
  const fs::path strange = home.scratch() / "with space 'quote' \"double\" %s $HOME \xc3\xa4\nline";
  Command command = home.command(start_words("web", {}, {"wait"}));
  command.environment["FOREVER_HOME"] = strange.string();
  REQUIRE(run(command).exit_code == 0);
  command.argv = {forever_binary(), "list", "--json"};
  REQUIRE(parse_json(run(command).out).at("state_dir") == strange.string());
  command.argv = {forever_binary(), "stop", "web"};
  REQUIRE(run(command).exit_code == 0);
}

TEST_CASE("PERM2 a state directory given by a relative path is the same for keeper and commands", "[PERM2]") {
  const TemporaryHome home;
  Command command = home.command(start_words("web", {}, {"wait"}));
  command.environment["FOREVER_HOME"] = "../home";
  REQUIRE(run(command).exit_code == 0);
  REQUIRE(status_of(home, "web") == "online");
  done(home, {"stop", "web"});
}

TEST_CASE("PERM2 a working directory that is removed leaves the supervisor alive, and the next start says why",
          "[PERM2]") {
  const TemporaryHome home;
  const fs::path directory = home.scratch() / "cwd";
  fs::create_directory(directory);
  Command command = home.command(start_words("web", {}, {"wait"}));
  command.directory = directory;
  REQUIRE(run(command).exit_code == 0);
  fs::remove(directory);
  REQUIRE(status_of(home, "web") == "online");
  done(home, {"stop", "web"});
  const Result result = home.forever({"start", "web"});
  INFO(result.out << result.err);
  REQUIRE(result.exit_code == 1);
  require_one_line(result.err, directory);
  REQUIRE(status_of(home, "web") == "stopped");
  REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
}

TEST_CASE("PERM2 commands work from a directory that does not exist any more", "[PERM2]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  const fs::path directory = home.scratch() / "cwd";
  for (const Words& words : {Words{"list"}, Words{"restart", "web"}, Words{"stop", "web"}}) {
    fs::create_directory(directory);
    Command command = home.command(words);
    command.directory = directory;
    command.before_exec = [directory] { rmdir(directory.c_str()); };
    const Result result = run(command);
    INFO("forever " << words.at(0) << ": " << result.err);
    REQUIRE(result.exit_code == 0);
  }
}

TEST_CASE("PERM2 a current directory that cannot be entered is reported as such, not as missing", "[PERM2]") {
  if (!Stranger::possible()) SKIP_CASE("needs root, to become another user");
  const StrangersHome strangers;
  const fs::path directory = strangers.home.scratch() / "closed";
  fs::create_directory(directory);
  fs::permissions(directory, fs::perms::none);
  Command command = strangers.home.command({});
  command.argv = {strangers.home.scratch() / "forever", "start", strangers.child(), "--", "wait"};
  command.directory = directory;
  command.before_exec = strangers.user.become();
  const Result result = run(command);
  INFO(result.out << result.err);
  REQUIRE(result.exit_code == 1);
  require_one_line(result.err, "permission denied");
  REQUIRE_FALSE(has(result.err, "exist"));
}

TEST_CASE("PERM1 whatever the caller's umask, the state directory is the owner's and the app has that umask",
          "[PERM1]") {
  for (const unsigned mask : {0777U, 0700U, 0U}) {
    INFO("umask " << std::oct << mask);
    const TemporaryHome home;
    Command command = home.command(start_words("web", {}, {"print-umask", "wait"}));
    command.before_exec = [mask] { ::umask(mask); };
    const Result result = run(command);
    INFO(result.out << result.err);
    REQUIRE(result.exit_code == 0);
    for (const char* path : {"", "apps", "apps/web", "locks", "pids", "logs"})
      REQUIRE(mode_of(home.state() / path) == 0700);
    for (const char* path : {"apps/web/spec.json", "apps/web/status.json", "locks/web", "ids"})
      REQUIRE(mode_of(home.state() / path) == 0600);
    char text[24];
    std::snprintf(text, sizeof text, "umask %04o", mask);
    REQUIRE(wait_for_log(home, "web", text));
    done(home, {"stop", "web"});
  }
}
