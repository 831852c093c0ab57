// Apps files that are programs of node, as PM2's users have them.
#include <filesystem>

#include "test/e2e/apps.hpp"

using namespace forever::test;
namespace fs = std::filesystem;

TEST_CASE("REAL26 module.exports in an ES module is reported with both remedies", "[e2e]") {
  if (!fs::exists("/usr/bin/node") && !fs::exists("/usr/local/bin/node")) SKIP_CASE("there is no node");
  const TemporaryHome home;
  write_file(home.scratch() / "package.json", R"({"type": "module"})");
  write_file(home.scratch() / "ecosystem.config.js", "module.exports = {apps: [{script: 'x.js'}]};");
  const Result failed = home.forever({"start", "ecosystem.config.js"});
  CHECK(failed.exit_code != 0);
  require_one_line(failed.err, "export default {apps: [...]}");
  CHECK_THAT(failed.err, contains("ecosystem.config.cjs"));
  write_file(home.scratch() / "required.config.js", "const x = require('fs'); export default {apps: []};");
  require_one_line(home.forever({"start", "required.config.js"}).err, "export default");
}
