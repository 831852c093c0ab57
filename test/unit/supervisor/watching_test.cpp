// What the settings of a watch come to: which directory is watched for a path, a file or a pattern, and what is wanted there.
#include "supervisor/watch/watching.hpp"

#include <fstream>

#include "test/contract/scratch.hpp"
#include "test/support/catch.hpp"

using namespace forever;
using test::Scratch;
namespace fs = std::filesystem;

namespace {

struct Folder {
  Folder() {
    for (const char* folder : {"app/src/deep", "app/conf", "lib"}) fs::create_directories(scratch / folder);
    for (const char* file : {"app/main.js", "app/app.log", "lib/x.js"}) std::ofstream(scratch / file) << "x";
  }
  [[nodiscard]] bool wants(const WatchSettings& settings, const std::string& path, bool directory = false) const {
    return wanted_by(watch_scopes(settings, scratch / "app"), scratch / path, directory);
  }
  Scratch scratch;
};

}  // namespace

TEST_CASE("WATCH4 without a path the app's directory is watched, its ignore file read", "[watch]") {
  const Folder place;
  std::ofstream(place.scratch / "app/.foreverignore") << "/conf\n!*.log\n";
  WatchSettings settings;
  settings.ignore = {"*.tmp", place.scratch / "app/src/deep"};
  CHECK(place.wants(settings, "app/main.js"));
  CHECK(place.wants(settings, "app/src", true));
  CHECK(place.wants(settings, "app/app.log"));
  CHECK(place.wants(settings, "app/.foreverignore"));
  CHECK_FALSE(place.wants(settings, "app/conf", true));
  CHECK_FALSE(place.wants(settings, "app/x.tmp"));
  CHECK_FALSE(place.wants(settings, "app/src/deep", true));
  CHECK_FALSE(place.wants(settings, "lib/x.js"));
  CHECK_FALSE(place.wants(settings, "application/x.js"));
}

TEST_CASE("A directory elsewhere, a single file and a pattern each have their own place", "[watch]") {
  const Folder place;
  WatchSettings settings;
  settings.extensions = {"js"};
  settings.paths = {place.scratch / "lib", place.scratch / "app/app.log", place.scratch / "app/src/*.js",
                    place.scratch / "app/conf/**/*.js"};
  const auto scopes = watch_scopes(settings, place.scratch / "app");
  REQUIRE(scopes.size() == 4);
  CHECK(scopes[0].base == place.scratch / "lib");
  CHECK(scopes[1].root == place.scratch / "app");
  CHECK(scopes[2].root == place.scratch / "app/src");
  CHECK(scopes[2].base == place.scratch / "app");
  CHECK(place.wants(settings, "lib/y.js"));
  CHECK_FALSE(place.wants(settings, "lib/y.css"));
  CHECK(place.wants(settings, "app/app.log"));  // named, so wanted
  CHECK_FALSE(place.wants(settings, "app/main.js"));
  CHECK(place.wants(settings, "app/src/x.js"));
  CHECK_FALSE(place.wants(settings, "app/src/deep/x.js"));
  CHECK_FALSE(place.wants(settings, "app/src/deep", true));
  CHECK(place.wants(settings, "app/conf/x.js"));
  CHECK(place.wants(settings, "app/conf/a", true));
  CHECK(place.wants(settings, "app/conf/a/b/x.js"));
}

TEST_CASE("A name with characters of a pattern is that name where it exists", "[watch]") {
  const Folder place;
  fs::create_directories(place.scratch / "app/pages/[id]");
  WatchSettings settings;
  settings.paths = {place.scratch / "app/pages/[id]"};
  CHECK(place.wants(settings, "app/pages/[id]/x.js"));
  CHECK_FALSE(place.wants(settings, "app/pages/i/x.js"));
}
