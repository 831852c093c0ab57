// Restart on change: what counts and what never does, roots that come and go, more changes than the kernel keeps, polling.
#include <signal.h>

#include "test/e2e/watched.hpp"

using namespace forever::test;
namespace fs = std::filesystem;

TEST_CASE("WATCH4 a root that is a link is followed once, and one restart follows where it leads now", "[WATCH4]") {
  Watched app({});
  const auto write = [&](const char* file, const char* text) { write_file(app.home.scratch() / file, text); };
  for (const char* folder : {"one/sub", "two/sub", "aside"}) fs::create_directories(app.home.scratch() / folder);
  for (const char* file : {"one/main.js", "two/main.js"}) write(file, "x");
  fs::create_directory_symlink("../aside", app.home.scratch() / "one/aside");
  fs::create_directory_symlink("one", app.home.scratch() / "current");
  // The same directory by two names: what changes in it is one change all the same.
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
  send_signal(supervisor, SIGSTOP);
  for (int i = 0; i < kMoreThanKept; ++i) write_file(app.tree / ("f" + std::to_string(i % 2)), "x");
  send_signal(supervisor, SIGCONT);
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
  const std::string more = app.home.scratch() / "more";
  // The state directory in the middle of the watched tree, and a log there, too.
  Command begin = app.home.command(
      start_words("web",
                  {"--cwd", app.tree, "--watch", "--ignore", "*.tmp", "--ignore", "/build/", "--ext", "js,json",
                   "--log-max-size", "4K", "--out", app.tree / "out.json", "--watch-delay", "10ms"},
                  {"stamp", app.stamps, "start", "lines", "200", "100", "wait-for", more, "say", "more", "wait"}));
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
  write_file(more, "");
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

TEST_CASE("WATCH4 new directories are picked up, and a root that was deleted and created again", "[WATCH4]") {
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

TEST_CASE("WATCH4 a directory that is moved in is watched like one that was there, one moved out no longer",
          "[WATCH4]") {
  Watched app({"--watch-delay", "20ms"});
  fs::create_directories(app.home.scratch() / "aside/deep");
  write_file(app.home.scratch() / "aside/deep/x", "1");
  app.begin();
  fs::rename(app.home.scratch() / "aside", app.tree / "in");
  CHECK(app.stays_at(2));
  write_file(app.tree / "in/deep/x", "2");
  CHECK(app.stays_at(3));
  fs::rename(app.tree / "in", app.home.scratch() / "aside");
  CHECK(app.stays_at(4));
  write_file(app.home.scratch() / "aside/deep/x", "3");
  CHECK(app.stays_at(4));
  // A file that is deleted is a change, a directory without a file in it none.
  fs::remove(app.tree / "main.js");
  CHECK(app.stays_at(5));
  fs::create_directories(app.tree / "empty/deep");
  CHECK(app.stays_at(5));
}

TEST_CASE("WATCH4 a directory that may not be read is left out, and all else is watched", "[WATCH4][PERM1]") {
  if (!Stranger::possible()) SKIP_CASE("needs root, to become another user");
  const StrangersHome user;
  const Place tree = user.home.scratch() / "tree", stamps = user.home.scratch() / "stamps";
  for (const char* folder : {"closed", "open"}) fs::create_directories(tree / folder);
  write_file(stamps, "");
  fs::permissions(stamps, fs::perms::all);
  fs::permissions(tree / "closed", fs::perms::none);
  user.done({"start", user.child(), "--name", "web", "--cwd", tree, "--watch", "--watch-delay", "20ms", "--", "stamp",
             stamps, "start", "wait"});
  const auto starts_are = [&](std::size_t count) {
    return wait_until([&] { return stamps_in(stamps).size() == count; }) &&
           stays_true([&] { return stamps_in(stamps).size() == count; }, kQuiet);
  };
  REQUIRE(starts_are(1));
  write_file(tree / "open/x", "1");
  CHECK(starts_are(2));
  write_file(tree / "closed/x", "1");
  CHECK(starts_are(2));
  user.done({"delete", "web"});
}

TEST_CASE("WATCH5 of 100,000 files a change of one is found, and ignored directories are not even watched",
          "[WATCH5][slow]") {
  Watched app({"--watch-delay", "0"});
  for (int folder = 0; folder < 1000; ++folder) {
    const fs::path place = app.tree / ("d" + std::to_string(folder));
    fs::create_directories(place);
    fs::create_directories(app.tree / "node_modules" / std::to_string(folder));
    for (int file = 0; file < 100; ++file) write_file(place / std::to_string(file), "x");
  }
  app.begin();
  CHECK_THAT(done(app.home, {"describe", "web"}).out, contains("1001 directories"));
  write_file(app.tree / "d999/99", "y");
  CHECK(app.stays_at(2));
}

TEST_CASE("WATCH a save while it restarts is not lost, and makes no second restart", "[WATCH]") {
  const TemporaryHome home;
  const Place tree = home.scratch() / "tree";
  fs::create_directory(tree);
  write_file(tree / "main.js", "one");
  start(
      home, "web",
      {"on", "TERM", "say", "stopping", "wait-for", "../go", "exit", "0", "end", "count", "../n", "say", "up", "wait"},
      {"--cwd", tree, "--watch", "--watch-delay", "0", "--kill-timeout", "60s"});
  REQUIRE(wait_for_log(home, "web", "up"));
  write_file(tree / "main.js", "two");
  REQUIRE(wait_for_log(home, "web", "stopping"));
  write_file(tree / "main.js", "three");
  write_file(home.scratch() / "go", "");
  REQUIRE(wait_for_log(home, "web", "count 2"));
  CHECK(stays_true([&] { return !has(log_of(home, "web"), "count 3"); }, kQuiet));
  CHECK(wait_for_status(home, "web", "online"));
}

TEST_CASE("WATCH --watch-delay is the quiet that is waited for after the last of several saves", "[WATCH]") {
  Watched app({"--watch-delay", "2s"});
  app.begin();
  // For longer than the delay, and never quiet for so long.
  int saves = 0;
  CHECK(stays_true(
      [&] {
        write_file(app.tree / "main.js", std::to_string(++saves));
        return app.starts() == 1;
      },
      3000ms));
  CHECK(app.stays_at(2));
}

TEST_CASE("WATCH5 --poll finds changes without the kernel's help", "[WATCH5]") {
  Watched app({"--poll=20ms", "--watch-delay", "0"});
  app.begin();
  CHECK_THAT(done(app.home, {"describe", "web"}).out, contains("polled every 20ms"));
  write_file(app.tree / "main.js", "two\n");
  CHECK(app.stays_at(2));
  fs::create_directories(app.tree / "new");
  write_file(app.tree / "new/x", "1");
  CHECK(app.stays_at(3));
  fs::remove(app.tree / "new/x");
  CHECK(app.stays_at(4));
}

TEST_CASE("WATCH5 a limit of the kernel is reported by name, and polling takes over", "[WATCH5]") {
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
