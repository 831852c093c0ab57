// Restart on change: however a file is saved, and however many are, it is one restart.
#include "test/e2e/watched.hpp"

using namespace forever::test;
namespace fs = std::filesystem;

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

TEST_CASE("WATCH2 a file that is written under any name and moved into place is one restart, however short the delay",
          "[WATCH2]") {
  Watched app({"--watch-delay", "0"});
  app.begin();
  for (std::size_t save = 1; save <= 5; ++save) {
    write_file(app.tree / "sedX4711", std::to_string(save));
    const auto written = Clock::now();
    REQUIRE(
        wait_until([&] { return Clock::now() - written >= 10ms; }));  // a supervisor needs less than one for a change
    fs::rename(app.tree / "sedX4711", app.tree / "main.js");
    REQUIRE(app.starts_are(1 + save));
  }
  CHECK(app.stays_at(6));
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

TEST_CASE("WATCH4 the ignore file itself, however it is saved, is no change of the program", "[WATCH4]") {
  Watched app({"--watch-delay", "300ms"});
  app.begin();
  write_file(app.tree / ".foreverignore", "dist\n");  // it need not have been there from the start
  CHECK(app.stays_at(1));
  for (const char* line : {"sed -i s/dist/build/ .foreverignore", "cp .foreverignore new~; mv new~ .foreverignore",
                           "echo out >>.foreverignore", "perl -pi -e s/out/gone/ .foreverignore"}) {
    (void)app.shell(line);
    INFO(line);
    CHECK(app.stays_at(1));
  }
  write_file(app.tree / "gone", "x");
  CHECK(app.stays_at(1));
  write_file(app.tree / "dist", "x");
  CHECK(app.stays_at(2));
}

TEST_CASE("WATCH4 what came and is gone again before the delay is over is no change", "[WATCH4]") {
  Watched app({"--watch-delay", "1500ms"});
  app.begin();
  (void)app.shell("echo x >new; rm new; mkdir -p a/b; echo x >a/b/c; rm -r a; mktemp -p . >name.log; rm tmp.*");
  CHECK(stays_true([&] { return app.starts() == 1; }, 2500ms));
  (void)app.shell("echo x >main.js.tmp; mv main.js.tmp main.js");
  CHECK(app.stays_at(2));
  CHECK_THAT(read_file(app.home.log("web", "forever")), contains("main.js has changed: restarting"));
  (void)app.shell("rm main.js; echo x >other; rm other");
  CHECK(app.stays_at(3));
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
