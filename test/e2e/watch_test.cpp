// Restart on change: every way of saving restarts once, a flood of changes restarts once, what does not count never does.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "test/e2e/apps.hpp"

using namespace forever::test;
namespace fs = std::filesystem;

namespace {

constexpr Milliseconds kQuiet{600};  // long enough for a second restart to be seen, were there one

// An app called web, whose every start leaves a stamp, and the folder that is watched.
struct Watched {
  explicit Watched(const Words& options, const Words& words = {"wait"}) : options_(options), words_(words) {
    fs::create_directory(tree);
    write_file(tree / "main.js", "one\n");
  }
  void begin() {
    start(home, "web", Words{"stamp", stamps, "start"} + words_, Words{"--cwd", tree, "--watch"} + options_);
    REQUIRE(starts_are(1));
  }
  [[nodiscard]] std::size_t starts() const { return stamps_in(stamps).size(); }
  [[nodiscard]] bool starts_are(std::size_t count) const {
    return wait_until([&] { return starts() == count && home_status() == "online"; }, 20s);
  }
  [[nodiscard]] bool stays_at(std::size_t count) const {
    return starts_are(count) && stays_true([&] { return starts() == count; }, kQuiet);
  }
  [[nodiscard]] std::string home_status() const { return status_of(home, "web"); }
  [[nodiscard]] Result shell(const std::string& line) const {
    Command command;
    command.argv = {"/bin/sh", "-ec", line};
    command.directory = tree;
    Result result = run(command);
    INFO(line << ": " << result.out << result.err);
    CHECK(result.exit_code == 0);
    return result;
  }

  const TemporaryHome home;
  const fs::path tree = home.scratch() / "tree";
  const fs::path stamps = home.scratch() / "stamps";

 private:
  Words options_, words_;
};

bool have(const char* program) { return run({"/bin/sh", "-c", std::string{"command -v "} + program}).exit_code == 0; }

}  // namespace

TEST_CASE("WATCH1 a checkout of 1000 files leads to exactly one restart", "[WATCH1]") {
  if (!have("git")) SKIP_CASE("needs git");
  Watched app({});
  (void)app.shell(
      "git init -q . && git config user.email a@b && git config user.name a && git add -A && git commit -qm 0 && "
      "git checkout -qb other && for i in $(seq 1000); do mkdir -p d$((i % 50)); echo $i >d$((i % 50))/f$i; done && "
      "echo two >main.js && git add -A && git commit -qm 1 && git checkout -q -");
  app.begin();
  (void)app.shell("git checkout -q other");
  CHECK(app.stays_at(2));
  (void)app.shell("git checkout -q -");
  CHECK(app.stays_at(3));
}

TEST_CASE("WATCH2 ten atomic saves are ten restarts", "[WATCH2]") {
  Watched app({"--watch-delay", "0"});
  app.begin();
  for (std::size_t save = 1; save <= 10; ++save) {
    write_file(app.tree / "main.js~", std::to_string(save));
    fs::rename(app.tree / "main.js~", app.tree / "main.js");
    REQUIRE(app.starts_are(1 + save));
  }
  CHECK(app.stays_at(11));
}

TEST_CASE("WATCH2 every editor's way of saving is one restart", "[WATCH2]") {
  struct Way {
    const char* program;
    const char* line;
  };
  constexpr Way kWays[] = {
      {"sh", "echo x >main.js"},
      {"sh", "echo x >>main.js"},
      {"cp", "cp ../other main.js"},
      {"mv", "cp ../other .#new; mv .#new main.js"},
      {"sed", "sed -i s/o/0/ main.js"},
      {"touch", "touch main.js"},
      {"ed", "printf 'a\\nx\\n.\\nw\\nq\\n' | ed -s main.js"},
      {"vim", "vim -es -u NONE -c 'set swapfile' -c 'normal ox' -c wq main.js </dev/null"},
      {"vim", "vim -es -u NONE -c 'set backup backupcopy=no' -c 'normal ox' -c wq main.js </dev/null"},
      {"vim", "vim -es -u NONE -c 'set writebackup backupcopy=yes' -c 'normal ox' -c wq main.js </dev/null"},
      {"perl", "perl -pi -e 's/x/y/' main.js"},
  };
  Watched app({"--watch-delay", "20ms"});
  write_file(app.home.scratch() / "other", "other\n");
  app.begin();
  std::size_t starts = 1;
  for (const Way& way : kWays) {
    if (!have(way.program)) continue;
    (void)app.shell(way.line);
    INFO(way.line);
    CHECK(app.stays_at(++starts));
    starts = app.starts();
  }
}

TEST_CASE("WATCH2 nano's way of saving is one restart", "[WATCH2]") {
  if (!have("nano")) SKIP_CASE("needs nano");
  Watched app({"--watch-delay", "20ms"});
  app.begin();
  std::size_t starts = 1;
  for (const Words& options : {Words{}, Words{"--backup"}}) {
    Command command;
    command.argv = Words{"nano", "--ignorercfiles"} + options + Words{"main.js"};
    command.directory = app.tree;
    command.environment["TERM"] = "xterm";
    Running nano(command, 24, 80);
    REQUIRE(nano.wait_for("main.js"));
    nano.type("x\x0f\r");  // a letter, write out, under that name
    REQUIRE(nano.wait_for("Wrote"));
    CHECK(app.stays_at(++starts));
    nano.type("\x18");
    CHECK(nano.wait().exit_code == 0);
    CHECK(app.stays_at(starts));
  }
}

TEST_CASE("WATCH4 npm installs beside without a restart; what it writes of the project itself is one", "[WATCH4]") {
  if (!have("npm")) SKIP_CASE("needs npm");
  Watched app({"--ignore", "package-lock.json", "--watch-delay", "300ms"});
  for (const char* package : {"left", "right"}) {
    const fs::path folder = app.home.scratch() / package;
    fs::create_directory(folder);
    for (int i = 0; i < 100; ++i) write_file(folder / ("f" + std::to_string(i) + ".js"), "x");
    write_file(folder / "package.json", "{\"name\": \"" + std::string{package} + "\", \"version\": \"1.0.0\"}\n");
  }
  write_file(app.tree / "package.json", "{\"name\": \"app\", \"version\": \"1.0.0\"}\n");
  app.begin();
  const auto npm = [&](const std::string& words) {
    (void)app.shell("npm install --offline --no-audit --no-fund --install-links " + words + " >../npm.log 2>&1");
  };
  npm("--no-save ../left ../right");
  REQUIRE(fs::exists(app.tree / "node_modules/left/f99.js"));
  CHECK(app.stays_at(1));
  npm("--save ../left");
  CHECK(app.stays_at(2));
}

TEST_CASE("WATCH4 a root that is a link is followed once, and one restart follows where it leads now", "[WATCH4]") {
  Watched app({});
  const auto write = [&](const char* file, const char* text) { write_file(app.home.scratch() / file, text); };
  for (const char* folder : {"one/sub", "two/sub", "aside"}) fs::create_directories(app.home.scratch() / folder);
  for (const char* file : {"one/main.js", "two/main.js"}) write(file, "x");
  fs::create_directory_symlink("../aside", app.home.scratch() / "one/aside");
  fs::create_directory_symlink("one", app.home.scratch() / "current");
  // The same folder by two names: what changes in it is one change all the same.
  start(app.home, "web", {"stamp", app.stamps, "start", "wait"},
        {"--watch=current", "--watch=one", "--watch-delay", "50ms"});
  REQUIRE(app.starts_are(1));
  write("one/sub/a.js", "1");
  CHECK(app.stays_at(2));
  write("aside/b.js", "1");  // a link below is not followed
  CHECK(app.stays_at(2));
  fs::create_directory_symlink("two", app.home.scratch() / "next");
  fs::rename(app.home.scratch() / "next", app.home.scratch() / "current");
  CHECK(app.stays_at(3));
  write("two/sub/c.js", "1");
  CHECK(app.stays_at(4));
}

TEST_CASE("WATCH3 more changes than the kernel keeps lead to exactly one restart", "[WATCH3]") {
  Watched app({});
  app.begin();
  const int supervisor = supervisor_of(app.home, "web");
  REQUIRE(::kill(supervisor, SIGSTOP) == 0);
  for (int i = 0; i < 20'000; ++i) write_file(app.tree / ("f" + std::to_string(i % 2)), "x");
  REQUIRE(::kill(supervisor, SIGCONT) == 0);
  CHECK(app.stays_at(2));
  fs::create_directories(app.tree / "new");
  write_file(app.tree / "new/x", "x");
  CHECK(app.stays_at(3));
}

TEST_CASE("WATCH4 our own logs and state, .git, node_modules and ignored files never restart", "[WATCH4]") {
  Watched app({});
  for (const char* folder : {".git", "node_modules/x", "build", "sub/node_modules", "dist"})
    fs::create_directories(app.tree / folder);
  write_file(app.tree / ".foreverignore", "# ours\ndist\n!dist/keep.js\n*.gen.js\n");
  // The state directory in the middle of the watched tree, and a log there, too.
  Command begin = app.home.command(
      start_words("web",
                  {"--cwd", app.tree, "--watch", "--ignore", "*.tmp", "--ignore", "/build/", "--ext", "js,json",
                   "--log-max-size", "4K", "--out", app.tree / "out.json", "--watch-delay", "10ms"},
                  {"stamp", app.stamps, "start", "trap", "USR1", "lines", "200", "100", "wait"}));
  begin.environment["FOREVER_HOME"] = app.tree / "state";
  const auto forever = [&](const Words& words) {
    Command command = app.home.command(words);
    command.environment["FOREVER_HOME"] = app.tree / "state";
    return run(command);
  };
  REQUIRE(run(begin).exit_code == 0);
  REQUIRE(wait_until([&] { return fs::exists(app.tree / "out.json.1"); }));
  const auto quiet = [&](std::size_t count) {
    return wait_until([&] { return app.starts() == count; }) &&
           stays_true([&] { return app.starts() == count; }, kQuiet);
  };
  CHECK(quiet(1));
  for (const char* file : {".git/index.js", "node_modules/x/index.js", "sub/node_modules/y.js", "x.tmp", "build/x.js",
                           "dist/x.js", "dist/keep.js", "a.gen.js", "style.css", ".main.js.swp", "4913", "main.js~"})
    write_file(app.tree / file, "x");
  REQUIRE(forever({"signal", "USR1", "web"}).exit_code == 0);
  REQUIRE(forever({"flush", "web"}).exit_code == 0);
  CHECK(quiet(1));
  write_file(app.tree / "sub/build.js", "x");
  CHECK(quiet(2));
  // Rules that change hold at once, and are no change of the program.
  write_file(app.tree / ".foreverignore", "*.gen.js\nnew\n");
  CHECK(quiet(2));
  write_file(app.tree / "dist/x.js", "xx");
  CHECK(quiet(3));
  fs::create_directories(app.tree / "new");
  write_file(app.tree / "new/x.js", "x");
  CHECK(quiet(3));
  REQUIRE(forever({"delete", "web"}).exit_code == 0);
}

TEST_CASE("WATCH4 new folders are picked up, and a root that was deleted and made anew", "[WATCH4]") {
  Watched app({});
  for (const char* folder : {"src", "conf/deep"}) fs::create_directories(app.tree / folder);
  Command begin = app.home.command(
      start_words("web", {"--watch=src", "--watch=conf/*.json", "--watch=main.js", "--watch-delay", "10ms"},
                  {"stamp", app.stamps, "start", "wait"}));
  begin.directory = app.tree;
  REQUIRE(run(begin).exit_code == 0);
  REQUIRE(app.starts_are(1));
  fs::create_directories(app.tree / "src/a/b");
  write_file(app.tree / "src/a/b/x", "1");
  CHECK(app.stays_at(2));
  write_file(app.tree / "conf/x.txt", "1");
  write_file(app.tree / "conf/deep/x.json", "1");
  write_file(app.tree / "other.js", "1");
  CHECK(app.stays_at(2));
  write_file(app.tree / "conf/x.json", "1");
  CHECK(app.stays_at(3));
  write_file(app.tree / "main.js", "1");
  CHECK(app.stays_at(4));
  fs::remove_all(app.tree / "src");
  CHECK(app.stays_at(5));
  fs::create_directories(app.tree / "src");
  write_file(app.tree / "src/y", "1");
  CHECK(app.stays_at(6));
  write_file(app.tree / "src/y", "2");
  CHECK(app.stays_at(7));
}

TEST_CASE("WATCH5 --poll finds changes without the kernel's help", "[WATCH5]") {
  Watched app({"--poll=20ms", "--watch-delay", "0"});
  app.begin();
  CHECK_THAT(done(app.home, {"describe", "web"}).out, contains("looked at every 20ms"));
  write_file(app.tree / "main.js", "two\n");
  CHECK(app.stays_at(2));
  fs::create_directories(app.tree / "new");
  write_file(app.tree / "new/x", "1");
  CHECK(app.stays_at(3));
  fs::remove(app.tree / "new/x");
  CHECK(app.stays_at(4));
}

TEST_CASE("WATCH5 a limit of the kernel is told by its name, and polling takes over", "[WATCH5]") {
  const std::string lower = "echo 1 >/proc/sys/user/max_inotify_watches && exec \"$@\"";
  const Words unshared{"unshare", "--user", "--map-root-user", "--", "/bin/sh", "-c", lower, "sh"};
  if (!have("unshare") || run(unshared + Words{"true"}).exit_code != 0) SKIP_CASE("needs user namespaces");
  Watched app({});
  for (int i = 0; i < 5; ++i) fs::create_directory(app.tree / ("d" + std::to_string(i)));
  Command begin =
      app.home.command(start_words("web", {"--cwd", app.tree, "--watch"}, {"stamp", app.stamps, "start", "wait"}));
  begin.argv = unshared + begin.argv;
  REQUIRE(run(begin).exit_code == 0);
  REQUIRE(app.starts_are(1));
  const std::string told = done(app.home, {"describe", "web"}).out;
  CHECK_THAT(told, contains("fs.inotify.max_user_watches"));
  CHECK_THAT(told, contains("polling instead"));
  write_file(app.tree / "d3/x", "1");
  CHECK(app.stays_at(2));
}

TEST_CASE("WATCH a crashed program waits for a change if that is wanted, and else is restarted", "[WATCH]") {
  SECTION("wait") {
    Watched app({});
    start(app.home, "web", {"stamp", app.stamps, "start", "count", "../n", "first", "2", "exit", "3", "end", "wait"},
          {"--cwd", app.tree, "--watch", "--watch-on-crash", "wait", "--watch-delay", "0"});
    REQUIRE(wait_for_status(app.home, "web", "stopped"));
    CHECK(stays_true([&] { return app.starts() == 1; }, kQuiet));
    CHECK_THAT(done(app.home, {"describe", "web"}).out, contains("waits for its files to change"));
    write_file(app.tree / "main.js", "two");
    REQUIRE(wait_until([&] { return app.starts() == 2 && app.home_status() == "stopped"; }));
    write_file(app.tree / "main.js", "three");
    CHECK(app.stays_at(3));
    write_file(app.tree / "main.js", "four");
    CHECK(app.stays_at(4));
    done(app.home, {"stop", "web"});
    CHECK(app.home_status() == "stopped");
    CHECK(wait_until([&] { return processes_of(app.home).empty(); }));  // the keeper ends a moment later
  }
  SECTION("restart; a change starts what was given up or waits in back-off") {
    Watched app({});
    start(app.home, "web", {"stamp", app.stamps, "start", "wait-for", app.tree / "fixed", "wait"},
          {"--cwd", app.tree, "--watch", "--watch-delay", "0"});
    REQUIRE(app.starts_are(1));
    start(app.home, "bad", {"first", "0", "end", "exit", "3"},
          {"--cwd", app.tree, "--watch", "--max-restarts", "1", "--watch-delay", "0"});
    REQUIRE(wait_for_status(app.home, "bad", "errored"));
    const int restarts = listed(app.home, "bad")["restarts"].get<int>();
    write_file(app.tree / "main.js", "two");
    CHECK(wait_until([&] { return listed(app.home, "bad")["restarts"].get<int>() > restarts; }));
  }
}

TEST_CASE("WATCH what is stopped stays stopped, whatever changes", "[WATCH]") {
  Watched app({"--watch-delay", "0"});
  app.begin();
  done(app.home, {"stop", "web"});
  write_file(app.tree / "main.js", "two");
  CHECK(stays_true([&] { return app.starts() == 1; }, kQuiet));
  done(app.home, {"start", "web"});
  REQUIRE(app.starts_are(2));
  write_file(app.tree / "main.js", "three");
  CHECK(app.stays_at(3));
}

TEST_CASE("WATCH --watch-hash: what was saved unchanged does not count", "[WATCH]") {
  Watched app({"--watch-hash", "--watch-delay", "10ms"});
  app.begin();
  write_file(app.tree / "main.js", "one\n");
  (void)app.shell("touch main.js; mkdir folder; echo x >y; rm y");
  CHECK(app.stays_at(1));
  write_file(app.tree / "main.js", "two\n");
  CHECK(app.stays_at(2));
  fs::remove(app.tree / "main.js");
  CHECK(app.stays_at(3));
}

TEST_CASE("WATCH on and off while it runs, when it is stopped, and as `list` and `describe` show it", "[WATCH]") {
  Watched app({});
  start(app.home, "web", {"stamp", app.stamps, "start", "wait"}, {"--cwd", app.tree});
  REQUIRE(app.starts_are(1));
  const auto watching = [&] { return listed(app.home, "web")["watching"].get<bool>(); };
  CHECK_FALSE(watching());
  CHECK(done(app.home, {"watch", "web", "on"}).out == "web is watched\n");
  CHECK(done(app.home, {"watch", "web", "on"}).out == "web is watched already\n");
  CHECK(watching());
  CHECK_THAT(done(app.home, {"describe", "web"}).out, contains("1 folder"));
  CHECK(app.stays_at(1));  // nothing is restarted by that
  write_file(app.tree / "main.js", "two");
  CHECK(app.stays_at(2));
  CHECK(done(app.home, {"watch", "web", "off"}).out == "web is not watched\n");
  CHECK_FALSE(watching());
  write_file(app.tree / "main.js", "three");
  CHECK(app.stays_at(2));
  done(app.home, {"stop", "web"});
  done(app.home, {"watch", "web", "on"});
  CHECK(watching());
  done(app.home, {"start", "web"});
  REQUIRE(app.starts_are(3));
  write_file(app.tree / "main.js", "four");
  CHECK(app.stays_at(4));
}

TEST_CASE("WATCH goes on after the supervisor was killed", "[WATCH]") {
  Watched app({"--watch-delay", "10ms"});
  app.begin();
  kill_hard(supervisor_of(app.home, "web"));
  REQUIRE(wait_until([&] { return supervisor_of(app.home, "web") > 0 && app.home_status() == "online"; }));
  CHECK(wait_until([&] {
    write_file(app.tree / "main.js", "two");
    return app.starts() >= 2;
  }));
}

TEST_CASE("WATCH what makes no sense is refused in one line", "[WATCH]") {
  const TemporaryHome home;
  const auto refused = [&](const Words& options, int code, const std::string& part) {
    const Result result = home.forever(Words{"start", child_binary()} + options + Words{"--", "wait"});
    CHECK(result.exit_code == code);
    require_one_line(result.err, part);
  };
  refused({"--ext", "js"}, 2, "add --watch");
  refused({"--watch=/no/where"}, 1, "cannot watch /no/where");
  refused({"--watch", "--watch-on-crash", "perhaps"}, 2, "wait, restart");
  refused({"--watch", "--poll=0"}, 2, "try 1s");
  refused({"--watch", "--ext", ","}, 2, "extensions");
  const Result result = home.forever({"watch", "web", "maybe"});
  CHECK(result.exit_code == 2);
  require_one_line(result.err, "on or off");
  CHECK(home.forever({"watch", "nobody", "on"}).exit_code == 3);
}
