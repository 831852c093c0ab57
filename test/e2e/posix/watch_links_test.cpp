// Watched files that are reached by links, and a state directory that is the directory of a project.
#include "test/e2e/watched.hpp"

using namespace forever::test;
namespace fs = std::filesystem;

namespace {

// What a deployment tool does: a link beside the old one, moved over it.
void swing(const fs::path& link, const fs::path& to) {
  fs::create_symlink(to, link.string() + ".new");
  fs::rename(link.string() + ".new", link);
}

}  // namespace

TEST_CASE("REAL16 a watched file that is a link is followed: exchanged, and written at its end", "[REAL16]") {
  Watched app({});
  for (const char* release : {"one", "two"}) {
    fs::create_directories(app.tree / "releases" / release);
    write_file(app.tree / "releases" / release / "app.yaml", release);
  }
  fs::create_directory(app.tree / "cfg");
  fs::create_symlink("../releases/one/app.yaml", app.tree / "cfg" / "app.yaml");
  start(app.home, "web", {"stamp", app.stamps, "start", "wait"},
        {"--cwd", app.tree, "--watch=" + (app.tree / "cfg" / "app.yaml").string(), "--watch-delay", "10ms"});
  REQUIRE(app.starts_are(1));
  write_file(app.tree / "releases" / "one" / "app.yaml", "changed at the end");
  REQUIRE(app.stays_at(2));
  swing(app.tree / "cfg" / "app.yaml", "../releases/two/app.yaml");
  REQUIRE(app.stays_at(3));
  swing(app.tree / "cfg" / "app.yaml", app.tree / "releases" / "two" / "app.yaml");  // the same file
  write_file(app.tree / "releases" / "one" / "app.yaml", "no more on the way");
  REQUIRE(stays_true([&] { return app.starts() == 3; }, kQuiet));
  write_file(app.tree / "releases" / "two" / "app.yaml", "changed at the new end");
  REQUIRE(app.stays_at(4));
}

TEST_CASE("REAL16 a directory on the way that is a link is exchanged, as a volume of Kubernetes is", "[REAL16]") {
  Watched app({});
  const fs::path cfg = app.tree / "cfg";
  for (const char* version : {"..1", "..2", "..3"}) {
    fs::create_directories(cfg / version);
    write_file(cfg / version / "app.yaml", std::string{version} == "..3" ? "..2" : version);
  }
  fs::create_symlink("..1", cfg / "..data");
  fs::create_symlink("..data/app.yaml", cfg / "app.yaml");
  start(app.home, "web", {"stamp", app.stamps, "start", "wait"},
        {"--cwd", app.tree, "--watch=" + (app.tree / "cfg" / "app.yaml").string(), "--watch-delay", "10ms"});
  REQUIRE(app.starts_are(1));
  swing(cfg / "..data", "..2");
  REQUIRE(app.stays_at(2));
  fs::remove(cfg / "..data");  // in two steps: nothing is there in between
  fs::create_symlink("..1", cfg / "..data");
  REQUIRE(app.stays_at(3));
  write_file(cfg / "other.yaml", "x");
  REQUIRE(stays_true([&] { return app.starts() == 3; }, kQuiet));
}

TEST_CASE("REAL17 a project that is its own state directory is watched, but for our files", "[REAL17]") {
  const TemporaryHome home;
  const fs::path tree = home.state(), stamps = home.scratch() / "stamps";
  fs::create_directories(tree / "src");
  fs::permissions(tree, fs::perms::owner_all);
  write_file(tree / "src" / "main.js", "one");
  start(home, "web", {"stamp", stamps.string(), "start", "say", "to our log", "wait"},
        {"--cwd", tree.string(), "--watch", "--watch-delay", "10ms"});
  const auto starts = [&] { return stamps_in(stamps).size(); };
  REQUIRE(wait_until([&] { return starts() == 1 && status_of(home, "web") == "online"; }));
  start(home, "other", {"lines", "100", "100", "wait"});
  done(home, {"save"});
  REQUIRE(stays_true([&] { return starts() == 1; }, kQuiet));
  write_file(tree / "src" / "main.js", "two");
  REQUIRE(wait_until([&] { return starts() == 2; }));
  write_file(tree / "new.js", "three");
  REQUIRE(wait_until([&] { return starts() == 3; }));
}

TEST_CASE("REAL18 the program learns which files have changed, and nothing at any other start", "[REAL18]") {
  Watched app({"--watch-delay", "50ms"}, {"print-env", "FOREVER_CHANGED", "wait"});
  app.begin();
  REQUIRE(wait_for_log(app.home, "web", "env FOREVER_CHANGED unset"));
  write_file(app.tree / "main.js", "two");
  REQUIRE(wait_for_log(app.home, "web", "env FOREVER_CHANGED=main.js"));
  done(app.home, {"flush", "web"});
  done(app.home, {"restart", "web"});
  REQUIRE(wait_for_log(app.home, "web", "env FOREVER_CHANGED unset"));
  kill_hard(pid_of(app.home, "web"));
  REQUIRE(wait_until([&] { return count_of(log_of(app.home, "web"), "unset") == 2; }));
  for (int i = 0; i < 400; ++i) write_file(app.tree / ("a-file-with-a-long-name-" + std::to_string(i)), "x");
  REQUIRE(wait_until([&] { return has(log_of(app.home, "web"), "and "); }));
  const std::string log = log_of(app.home, "web");
  const std::size_t begin = log.rfind("FOREVER_CHANGED=");
  REQUIRE(log.size() - begin < 4200);
  REQUIRE_THAT(log, contains(" more\n"));
}

TEST_CASE("REAL18 dev clears the terminal on request, tells what has changed, and names nodemon's settings",
          "[REAL18]") {
  const TemporaryHome home;
  const fs::path tree = home.scratch() / "tree";
  fs::create_directory(tree);
  write_file(tree / "main.js", "one");
  write_file(tree / "nodemon.json", "{}");
  Command command = home.command({"dev", child_binary(), "--clear", "--watch-delay", "10ms", "--", "print-env",
                                  "FOREVER_CHANGED", "say", "up", "wait"});
  command.directory = tree;
  Running running(command, 24, 80);
  REQUIRE(running.wait_for("up"));
  REQUIRE_THAT(running.out(), contains("nodemon.json is not read") && contains("\x1b[2J"));
  write_file(tree / "main.js", "two");
  REQUIRE(running.wait_for("env FOREVER_CHANGED=main.js"));
  REQUIRE(count_of(running.out(), "\x1b[2J") == 2);
}
