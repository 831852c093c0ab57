// What SECURITY.md says of files, sockets and messages, each line tried by another user: SEC2, SEC5. (Of identities and of the state
// directory: attack_identity_test.cpp.) The attacker is the app's own user, or one who has nothing to do with it.
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <functional>

#include "test/e2e/apps.hpp"

using namespace forever::test;

namespace {

namespace fs = std::filesystem;

constexpr const char* kSecret = "only root may read this\n";

// Root's home with a vault that no other user can enter, and a directory of the attacker.
class Scene {
 public:
  Scene() : id(std::to_string(user.id())), theirs(home.scratch() / "theirs"), vault(home.scratch() / "vault") {
    fs::create_directory(theirs);
    give(theirs);
    fs::create_directory(vault);
    fs::permissions(vault, fs::perms::owner_all);
    write_file(vault / "secret", kSecret);
    fs::permissions(vault / "secret", fs::perms::owner_read | fs::perms::owner_write);
    fs::copy_file(child_binary(), home.scratch() / "child");
  }
  void give(const fs::path& path) const { REQUIRE(lchown(path.c_str(), user.id(), user.id()) == 0); }
  // `start` of a program as the attacker, in the attacker's directory.
  [[nodiscard]] Words asking(const std::string& program, const std::string& name, const Words& options,
                             const Words& arguments) const {
    return Words{"start", program, "--name", name, "--user", id, "--group", id, "--cwd", theirs} + options +
           Words{"--"} + arguments;
  }
  // The same of a shell that does `script`.
  Result start(const std::string& name, const Words& options, const std::string& script) const {
    return done(home, asking("/bin/sh", name, options, {"-c", script}));
  }
  // What runs beside it as the attacker, outside of forever.
  [[nodiscard]] Running attacker(const std::string& script) const {
    Command command;
    command.argv = {"/bin/sh", "-c", script};
    command.directory = theirs;
    command.before_exec = user.become();
    return Running(command);
  }
  void require_vault_untouched() const {
    struct stat facts {};
    REQUIRE(stat((vault / "secret").c_str(), &facts) == 0);
    CHECK(facts.st_uid == 0);
    CHECK((facts.st_mode & 07777U) == 0600);
    CHECK(read_file(vault / "secret") == kSecret);
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(vault)) names.push_back(entry.path().filename());
    REQUIRE(names == std::vector<std::string>{"secret"});
  }

  static const char* before() {
    setenv("TMPDIR", "/tmp", 1);  // where another user can reach
    return "";
  }
  const std::string tmp = before();
  const TemporaryHome home;
  const Stranger user;
  const std::string id;
  const Place theirs, vault;
};

uid_t owner_of(const fs::path& path) {
  struct stat facts {};
  return lstat(path.c_str(), &facts) == 0 ? facts.st_uid : static_cast<uid_t>(-1);
}

}  // namespace

#define NEEDS_ROOT() \
  if (!Stranger::possible()) SKIP_CASE("needs root, to become another user")

TEST_CASE("SEC2 a log in the user's own directory is that user's, rotated ones and the directory too", "[SEC2]") {
  NEEDS_ROOT();
  const Scene scene;
  scene.start("web", {"--out", scene.theirs / "new/folder/app.log", "--log-max-size", "2k", "--log-keep", "2"},
              "i=0; while [ $i -lt 900 ]; do echo line $i; i=$((i+1)); done; echo end; exec sleep 1000");
  const Place log = scene.theirs / "new/folder/app.log";
  REQUIRE(wait_until([&] { return has(read_file(log), "end\n"); }));
  for (const fs::path& path : {fs::path(log), fs::path(log.string() + ".1"), fs::path(log.string() + ".2"),
                               fs::path(scene.theirs / "new/folder"), fs::path(scene.theirs / "new")}) {
    INFO(path);
    CHECK(owner_of(path) == scene.user.id());
  }
  CHECK(has(scene.home.forever({"logs", "web"}).out, "end"));
  done(scene.home, {"flush", "web"});
  CHECK(read_file(log).empty());
  CHECK_FALSE(fs::exists(log.string() + ".1"));
  done(scene.home, {"stop", "web"});
  write_file(log, "more\n");
  done(scene.home, {"flush", "web"});
  CHECK(read_file(log).empty());
}

TEST_CASE("SEC2 a log in a directory of root stays root's, whatever user runs the program", "[SEC2]") {
  NEEDS_ROOT();
  const Scene scene;
  const Place log = scene.home.scratch() / "logs/app.log";
  scene.start("web", {"--out", log}, "echo up; exec sleep 1000");
  REQUIRE(wait_until([&] { return read_file(log) == "up\n"; }));
  CHECK(owner_of(log) == 0);
  CHECK(owner_of(scene.home.scratch() / "logs") == 0);
}

TEST_CASE("SEC2 root's log in its user's directory, of before, makes way for one of the user's own", "[SEC2]") {
  NEEDS_ROOT();
  const Scene scene;
  write_file(scene.theirs / "app.log", "of before\n");
  fs::permissions(scene.theirs / "app.log", fs::perms::owner_read | fs::perms::owner_write);
  scene.start("web", {"--out", scene.theirs / "app.log"}, "echo up; exec sleep 1000");
  REQUIRE(wait_until([&] { return read_file(scene.theirs / "app.log") == "up\n"; }));
  CHECK(read_file(scene.theirs / "app.log.1") == "of before\n");
  CHECK(owner_of(scene.theirs / "app.log") == scene.user.id());
}

TEST_CASE("SEC2 a log where the user may not write is refused at the start, in one line", "[SEC2]") {
  NEEDS_ROOT();
  const Scene scene;
  fs::create_directory(scene.theirs / "locked");
  scene.give(scene.theirs / "locked");
  fs::permissions(scene.theirs / "locked", fs::perms::owner_read | fs::perms::owner_exec);
  const Result refused = scene.home.forever({"start", "/bin/sleep", "--name", "web", "--user", scene.id, "--group",
                                             scene.id, "--out", scene.theirs / "locked/app.log", "--", "1000"});
  CHECK(refused.exit_code == 1);
  require_one_line(refused.err, "locked/app.log");
}

TEST_CASE("SEC2 a link in the place of the user's log has root make, fill or empty nothing", "[SEC2]") {
  NEEDS_ROOT();
  const Scene scene;
  const Words options{"--out", scene.theirs / "app.log", "--err", scene.theirs / "app.err"};
  scene.start(
      "web", options,
      "rm app.log; ln -s ../vault/made app.log; echo evil; rm app.err; ln -s ../vault/secret app.err; echo evil >&2;"
      "touch ready; while :; do echo more; echo more >&2; sleep 0.05; done");
  REQUIRE(wait_until([&] { return fs::exists(scene.theirs / "ready"); }));
  for (const char* verb : {"reopen", "flush", "reopen"}) (void)scene.home.forever({verb, "web"});
  CHECK_FALSE(has(scene.home.forever({"logs", "web"}).out, "only root"));
  (void)scene.home.forever({"restart", "web"});
  kill_hard(supervisor_of(scene.home, "web"));
  REQUIRE(wait_until([&] { return supervisor_of(scene.home, "web") != 0; }));
  (void)scene.home.forever({"stop", "web"});
  (void)scene.home.forever({"flush", "web"});
  scene.require_vault_untouched();
}

TEST_CASE("SEC2 links and directories that are exchanged in a loop lead root nowhere", "[SEC2]") {
  NEEDS_ROOT();
  const Scene scene;
  fs::create_directory(scene.theirs / "logs");
  scene.give(scene.theirs / "logs");
  scene.start("web", {"--out", scene.theirs / "logs/app.log", "--log-max-size", "1k"},
              "while :; do echo ................................................................; done");
  // The directory becomes a link into the vault and back; in it, the log and its rotated ones do.
  Running swapping = scene.attacker(
      "while :; do mv logs away; ln -s ../vault logs; mv logs out; mv away logs;"
      " ln -sf ../../vault/secret logs/app.log; ln -sf ../../vault/secret logs/app.log.1; rm -f out logs/app.log.1; rm "
      "-f logs/app.log;"
      " ln -s ../../vault/made logs/app.log; rm -f logs/app.log; done");
  const auto end = Clock::now() + 3s;
  while (Clock::now() < end) {
    (void)scene.home.forever({"reopen", "web"});
    (void)scene.home.forever({"flush", "web"});
  }
  (void)scene.home.forever({"stop", "web"});
  const auto idle = Clock::now() + 1s;
  while (Clock::now() < idle) (void)scene.home.forever({"flush", "web"});
  CHECK_FALSE(swapping.has_ended());
  scene.require_vault_untouched();
}

TEST_CASE("SEC2 a file of root in the place of a rotated log is passed to no hook", "[SEC2]") {
  NEEDS_ROOT();
  const Scene scene;
  scene.start("web",
              {"--out", scene.theirs / "app.log", "--merge-logs", "--log-max-size", "1k", "--restart", "never",
               "--on-exit", "printf %s \"$FOREVER_LAST_LINES\" >told; touch ended"},
              "i=0; while [ ! -e app.log.1 ]; do echo line $i; i=$((i+1)); sleep 0.01; done;"
              "rm -f app.log.1; ln -s ../vault/secret app.log.1; echo last; sleep 0.3; exit 3");
  REQUIRE(wait_until([&] { return fs::exists(scene.theirs / "ended"); }));
  CHECK(has(read_file(scene.theirs / "told"), "last"));
  CHECK_FALSE(has(read_file(scene.theirs / "told"), "only root"));
}

TEST_CASE("SEC2 a setting of the kernel's in the place of a log is not written to", "[SEC2]") {
  NEEDS_ROOT();
  const Scene scene;
  fs::create_symlink("/proc/sys/kernel/domainname", scene.theirs / "app.log");
  scene.give(scene.theirs / "app.log");
  Command command = scene.home.command({"start", "/bin/sh", "--name", "web", "--user", scene.id, "--group", scene.id,
                                        "--cwd", scene.theirs, "--out", scene.theirs / "app.log", "--", "-c",
                                        "echo evil; cat /proc/sys/kernel/domainname >seen; sleep 0.3;"
                                        "cat /proc/sys/kernel/domainname >>seen; touch ready; exec sleep 1000"});
  command.before_exec = [] { (void)unshare(CLONE_NEWUTS); };  // a name of its own, should it be written after all
  (void)run(command);
  REQUIRE(wait_until([&] { return fs::exists(scene.theirs / "ready"); }));
  CHECK_FALSE(has(read_file(scene.theirs / "seen"), "evil"));
  // Nor what the user may write alone, but with root's word behind it would come to more.
  done(scene.home, {"delete", "web"});
  scene.start("web", {"--out", scene.theirs / "score.log"},
              "rm -f score.log; ln -s /proc/$$/oom_score_adj score.log; echo -900; touch set; sleep 0.3;"
              "cat /proc/$$/oom_score_adj >score; touch done; exec sleep 1000");
  REQUIRE(wait_until([&] { return fs::exists(scene.theirs / "set"); }));
  (void)scene.home.forever({"reopen", "web"});
  REQUIRE(wait_until([&] { return fs::exists(scene.theirs / "done"); }));
  CHECK_FALSE(has(read_file(scene.theirs / "score"), "-900"));
}

TEST_CASE("SEC2 root's own app follows no other user's link to its log, and no hard link", "[SEC2]") {
  NEEDS_ROOT();
  const Scene scene;
  fs::create_symlink("../vault/made", scene.theirs / "app.log");
  scene.give(scene.theirs / "app.log");
  fs::create_symlink("../vault", scene.theirs / "folder");
  scene.give(scene.theirs / "folder");
  for (const char* log : {"app.log", "folder/made"}) {
    (void)scene.home.forever({"start", scene.home.scratch() / "child", "--name", "web", "--out", scene.theirs / log,
                              "--", "say", "evil", "wait"});
    (void)scene.home.forever({"reopen", "web"});
    (void)scene.home.forever({"flush", "web"});
    (void)scene.home.forever({"stop", "web"});
    (void)scene.home.forever({"flush", "web"});
    (void)scene.home.forever({"delete", "web"});
  }
  scene.require_vault_untouched();
  // A plain file in that directory is a log like any other.
  done(scene.home, {"start", scene.home.scratch() / "child", "--name", "web", "--out", scene.theirs / "plain.log", "--",
                    "say", "fine", "wait"});
  REQUIRE(wait_until([&] { return read_file(scene.theirs / "plain.log") == "fine\n"; }));
}

TEST_CASE("SEC2 variables that root may read are not given to the user by a link to their file", "[SEC2]") {
  NEEDS_ROOT();
  const Scene scene;
  write_file(scene.vault / "secret", "TOKEN=abc\n");
  fs::create_symlink("../vault/secret", scene.theirs / ".env");
  scene.give(scene.theirs / ".env");
  const Words arguments{"-c", "env >seen; touch ready; exec sleep 1000"};
  const Result refused =
      scene.home.forever(scene.asking("/bin/sh", "web", {"--env-file", scene.theirs / ".env"}, arguments));
  CHECK(refused.exit_code == 1);
  require_one_line(refused.err, ".env");
  // Root's own file of variables, which only root may read, is for the app that root names it for.
  done(scene.home, scene.asking("/bin/sh", "web", {"--env-file", scene.vault / "secret"}, arguments));
  REQUIRE(wait_until([&] { return fs::exists(scene.theirs / "ready"); }));
  CHECK(has(read_file(scene.theirs / "seen"), "TOKEN=abc"));
}

TEST_CASE("SEC2 a Unix socket in the user's directory is the user's from the first, and no link lends root's rights",
          "[SEC2]") {
  NEEDS_ROOT();
  const Scene scene;
  const Place socket = scene.theirs / "web.sock";
  scene.start("web", {"--listen", "unix:" + socket.string()}, "exec sleep 1000");
  struct stat facts {};
  REQUIRE(lstat(socket.c_str(), &facts) == 0);
  CHECK(S_ISSOCK(facts.st_mode));
  CHECK(facts.st_uid == scene.user.id());
  CHECK(facts.st_gid == scene.user.id());
  done(scene.home, {"stop", "web"});
  CHECK_FALSE(fs::exists(socket));
  // In a directory of root's root makes it, and gives it to the user.
  const Place given = scene.home.scratch() / "given.sock";
  scene.start("given", {"--listen", "unix:" + given.string()}, "exec sleep 1000");
  REQUIRE(lstat(given.c_str(), &facts) == 0);
  CHECK(facts.st_uid == scene.user.id());
  // What is at the path at the end is removed only if it is a socket, and never through a link.
  fs::remove(socket);
  fs::create_symlink("../vault/secret", socket);
  (void)scene.home.forever({"delete", "all"});
  scene.require_vault_untouched();
}

TEST_CASE("SEC2 what the user may not see is not watched for the user", "[SEC2]") {
  NEEDS_ROOT();
  const Scene scene;
  fs::create_symlink("../vault", scene.theirs / "watched");
  scene.give(scene.theirs / "watched");
  const Result started = scene.home.forever(scene.asking(
      "/bin/sleep", "web", {"--watch=" + (scene.theirs / "watched").string(), "--poll", "50ms"}, {"1000"}));
  if (started.exit_code != 0) return;  // refused is as good
  const int pid = pid_of(scene.home, "web");
  write_file(scene.vault / "secret", "changed\n");
  CHECK(stays_true([&] { return pid_of(scene.home, "web") == pid; }, 800ms));
}

TEST_CASE("SEC2 a FIFO among the watched files blocks no process", "[SEC2][REQ3]") {
  NEEDS_ROOT();
  const Scene scene;
  for (const char* name : {".foreverignore", "pipe"}) {
    REQUIRE(mkfifo((scene.theirs / name).c_str(), 0666) == 0);
    scene.give(scene.theirs / name);
  }
  Command command = scene.home.command({"start", "/bin/sleep", "--name", "web", "--user", scene.id, "--group", scene.id,
                                        "--cwd", scene.theirs, "--watch", "--watch-hash", "--", "1000"});
  command.deadline = 8s;
  const Result started = run(command);
  INFO(started.err);
  REQUIRE(started.exit_code == 0);
  done(scene.home, {"stop", "web"});
}

TEST_CASE("SEC5 the app's user can neither signal, stop, trace nor slow down root's supervisor", "[SEC5]") {
  NEEDS_ROOT();
  const Scene scene;
  scene.start("web", {"--out", scene.theirs / "app.log", "--log-max-size", "1k"},
              "while :; do echo ...............................................................; done");
  const int supervisor = supervisor_of(scene.home, "web"), keeper = keeper_of(scene.home, "web");
  const std::string both = std::to_string(supervisor) + " " + std::to_string(keeper);
  // All the time that it opens and rotates with that user's rights.
  Running attack =
      scene.attacker("while :; do for p in " + both +
                     "; do for s in STOP KILL HUP TERM USR1; do kill -$s $p; done; renice 19 $p; cat /proc/$p/environ "
                     "/proc/$p/maps; ls /proc/$p/fd/; done; done 2>/dev/null");
  CHECK(stays_true(
      [&] {
        (void)scene.home.forever({"reopen", "web"});
        return alive(supervisor) && state_of(supervisor) != 'T' && alive(keeper) && state_of(keeper) != 'T';
      },
      2s));
  CHECK(attack.out().empty());
  CHECK(supervisor_of(scene.home, "web") == supervisor);
  for (const int pid : {supervisor, keeper})
    CHECK(getpriority(PRIO_PROCESS, static_cast<id_t>(pid)) == getpriority(PRIO_PROCESS, 0));
  done(scene.home, {"stop", "web"});
}

namespace {

// Sends `count` messages to an abstract socket; negative: until it is killed.
[[noreturn]] void send_notices(const std::string& name, const std::string& text, int count) {
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(static_cast<char*>(address.sun_path) + 1, name.data() + 1, name.size() - 1);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  for (int i = 0; count < 0 || i < count; ++i)
    (void)::sendto(socket, text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&address), size);
  ::_exit(0);
}

std::string notify_name_of(const Scene& scene, const std::string& app) {
  REQUIRE(wait_until([&] { return has(read_file(scene.theirs / "socket"), "@"); }));
  (void)app;
  std::string name = read_file(scene.theirs / "socket");
  while (!name.empty() && name.back() == '\n') name.pop_back();
  return name;
}

}  // namespace

TEST_CASE("SEC5 another user's notification is ignored, and a flood of them blocks no process", "[SEC5]") {
  NEEDS_ROOT();
  const Scene scene;
  scene.start("web", {"--ready", "notify"},
              "echo \"$NOTIFY_SOCKET\" >socket.new; mv socket.new socket; exec sleep 1000");
  const std::string name = notify_name_of(scene, "web");
  const Stranger stranger;
  const auto as_stranger = [&](int count) {
    const pid_t pid = fork();
    if (pid == 0) {
      // Neither root nor the app's user.
      if (setgid(stranger.id() + 1) != 0 || setuid(stranger.id() + 1) != 0) _exit(1);
      send_notices(name, "READY=1\nSTATUS=forged", count);
    }
    return pid;
  };
  REQUIRE(waitpid(as_stranger(3), nullptr, 0) > 0);
  CHECK_FALSE(has(scene.home.forever({"describe", "web"}).out, "forged"));
  std::vector<pid_t> flood;
  for (int i = 0; i < 4; ++i) flood.push_back(as_stranger(-1));
  Command stop = scene.home.command({"stop", "web"});
  stop.deadline = 6s;
  const Result stopped = run(stop);
  for (const pid_t pid : flood) {
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }
  INFO(stopped.err);
  CHECK(stopped.exit_code == 0);
}

TEST_CASE("SEC5 what a program says of itself cannot speak to root's terminal", "[SEC5]") {
  NEEDS_ROOT();
  const Scene scene;
  done(scene.home, {"start", scene.home.scratch() / "child", "--name", "web", "--user", scene.id, "--group", scene.id,
                    "--ready", "notify", "--", "notify", "READY=1\nSTATUS=\x1b]0;evil\x07\x1b[2J", "wait"});
  REQUIRE(wait_until([&] { return has(scene.home.forever({"describe", "web"}).out, "evil"); }));
  for (const Words& words :
       {Words{"describe", "web"}, Words{"list"}, Words{"list", "--json"}, Words{"describe", "web", "--json"}})
    CHECK_FALSE(has(scene.home.forever(words).out, "\x1b"));
}
