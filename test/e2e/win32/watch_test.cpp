// Restart on change on Windows: by ReadDirectoryChangesW, of which Wine tells for the root alone, and by polling for what is below.
#include "test/e2e/watched.hpp"

using namespace forever::test;
namespace fs = std::filesystem;

TEST_CASE("WATCH2 on Windows a save restarts the app", "[WATCH2]") {
  const TemporaryHome home;
  const auto folder = home.scratch() / "watched";
  std::filesystem::create_directory(folder);
  write_file(folder / "main.txt", "1");
  start(home, "web", {"say", "begun", "wait"}, {"--watch=" + folder.generic_string(), "--kill-timeout", "500ms"});
  REQUIRE(wait_for_log(home, "web", "begun"));
  for (std::size_t saves = 1; saves <= 3; ++saves) {
    write_file(folder / "new", std::to_string(saves));
    std::filesystem::rename(folder / "new", folder / "main.txt");
    REQUIRE(wait_until([&] { return count_of(log_of(home, "web"), "begun") == saves + 1; }));
  }
}

TEST_CASE("WATCH1 on Windows many files that change within the quiet period are one restart", "[WATCH1]") {
  Watched app({});
  app.begin();
  for (int i = 0; i < 300; ++i) write_file(app.tree / ("f" + std::to_string(i)), "x");
  CHECK(app.stays_at(2));
}

TEST_CASE("WATCH4 on Windows by polling, too: what is ignored never restarts, what lies deep does", "[WATCH4]") {
  Watched app({"--poll=50ms", "--ignore", "*.tmp", "--watch-delay", "10ms"});
  for (const char* folder : {".git", "node_modules/x", "sub/deep", "dist"}) fs::create_directories(app.tree / folder);
  write_file(app.tree / ".foreverignore", "dist\n");
  app.begin();
  for (const char* file : {".git/index.js", "node_modules/x/y.js", "sub/deep/x.tmp", "dist/x.js", "main.js~"})
    write_file(app.tree / file, "x");
  CHECK(app.stays_at(1));
  write_file(app.tree / "sub/deep/x.js", "x");
  CHECK(app.stays_at(2));
  fs::remove_all(app.tree / "sub");
  CHECK(app.stays_at(3));
}
