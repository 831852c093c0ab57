// Options over a spec: what was given counts, the rest stays.
#include "cli/new_spec.hpp"
#include "test/support/catch.hpp"

using namespace forever;
using namespace forever::cli;

namespace {

AppSpec spec_for(const std::string& script) {
  AppSpec spec;
  spec.script = script;
  spec.directory = "/";
  spec.environment = {"PATH=/usr/bin:/bin"};
  return spec;
}

}  // namespace

TEST_CASE("START2 options that were not given leave a recorded spec as it is") {
  AppSpec spec = spec_for("x");
  spec.restart.max_restarts = 5;
  spec.logs.format = LogFormat::json;
  spec.stop.mode = KillMode::group;
  const AppSpec before = spec;
  REQUIRE_FALSE(lay_over(AppRequest{}, spec));
  REQUIRE(spec == before);
}

TEST_CASE("START2 options that were given lie on top, the environment entry by entry") {
  AppSpec spec = spec_for("x");
  spec.environment = {"A=1", "B=2"};
  AppRequest request;
  request.environment = {"B=3", "C=4"};
  REQUIRE_FALSE(request.settings.add(*find_setting("kill-signal"), "INT"));
  REQUIRE_FALSE(request.settings.add(*find_setting("out"), "/tmp/one.log"));
  REQUIRE_FALSE(request.settings.add(*find_setting("err"), "/tmp/one.log"));
  REQUIRE_FALSE(lay_over(request, spec));
  REQUIRE(spec.environment == std::vector<std::string>{"A=1", "B=3", "C=4"});
  REQUIRE(spec.stop.signal == 2);
  REQUIRE(spec.logs.merge);  // two writers in one file would overwrite each other
}

TEST_CASE("START2 another argument or another place is another command") {
  AppSpec a = spec_for("x"), b = spec_for("x");
  REQUIRE(same_command(a, b));
  b.script = "./x";
  REQUIRE(same_command(a, b));
  b = a;
  b.arguments = {"8082"};
  REQUIRE_FALSE(same_command(a, b));
  b = a;
  b.directory = "/tmp";
  REQUIRE_FALSE(same_command(a, b));
}

TEST_CASE("START2 an app is called after its program, or after the script that its program interprets") {
  const auto named = [](const std::string& script, const std::vector<std::string>& arguments) {
    AppSpec spec = spec_for(script);
    spec.arguments = arguments;
    return default_name_for(spec);
  };
  CHECK(named("./server", {}) == "server");
  CHECK(named("/srv/server.js", {"8081"}) == "server");
  CHECK(named("node", {"/srv/api.js", "8081"}) == "api");
  CHECK(named("/usr/bin/python3.11", {"job.py"}) == "job");
  CHECK(named("python", {"job.py"}) == "job");
  CHECK(named("bash", {"run.sh"}) == "run");
  CHECK(named("node", {"-e", "1"}) == "node");
  CHECK(named("tail", {"-f", "x.js"}) == "tail");
  CHECK(named("cat", {"x.js"}) == "cat");
}
