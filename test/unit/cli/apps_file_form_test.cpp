// Whose form an apps file has, and what follows from it.
#include "cli/apps_file/apps_file.hpp"
#include "test/support/catch.hpp"

using namespace forever;
using namespace forever::cli;

TEST_CASE("REAL26 a file in PM2's form has PM2's way to stop, unless it says otherwise") {
  const auto stop_of = [](const std::string& file, const std::string& keys) {
    const auto apps = parse_apps("{\"apps\": [{\"name\": \"web\", \"script\": \"x.js\"" + keys + "}]}",
                                 {file, "/srv", "/me", "", {}});
    INFO((apps ? "" : apps.error().message()));
    REQUIRE(apps);
    AppSpec spec;
    apps->apps.front().request.settings.lay_over(spec);
    return spec.stop;
  };
  constexpr int kInt = 2, kTerm = 15, kHup = 1;
  const auto pm2s = [](const StopSettings& stop) { return stop.signal == kInt && stop.timeout == Milliseconds{1600}; };
  for (const char* file : {"ecosystem.config.js", "a/ecosystem.json", "pm2.config.cjs", "process.json"}) {
    INFO(file);
    CHECK(pm2s(stop_of(file, "")));
  }
  for (const char* key : {", \"exec_mode\": \"fork\"", ", \"autorestart\": true", ", \"error_file\": \"x.log\""}) {
    INFO(key);
    CHECK(pm2s(stop_of("apps.json", key)));
  }
  CHECK(stop_of("apps.json", "") == StopSettings{});
  CHECK(stop_of("apps.json", ", \"max_memory\": \"1G\", \"instances\": 2").signal == kTerm);
  CHECK(stop_of("ecosystem.json", ", \"minUptime\": 100").signal == kTerm);  // npm forever's
  const StopSettings said = stop_of("ecosystem.json", ", \"kill_signal\": \"HUP\", \"kill_timeout\": 5000");
  CHECK(said.signal == kHup);
  CHECK(said.timeout == Milliseconds{5000});
}

TEST_CASE("REAL26 \"apps\" may be one app, and an app may be called script") {
  const auto names = [](const std::string& text) {
    const auto apps = parse_apps(text, {"apps.json", "/srv", "/me", "", {}});
    INFO((apps ? "" : apps.error().message()));
    REQUIRE(apps);
    std::vector<std::string> found;
    for (const AppEntry& app : apps->apps) found.push_back(*app.request.name);
    return found;
  };
  CHECK(names(R"({"apps": {"name": "web", "script": "x.js"}})") == std::vector<std::string>{"web"});
  CHECK(names(R"({"apps": {"script": "x.js", "env": {"A": 1}}})") == std::vector<std::string>{"x"});
  CHECK(names(R"({"apps": {"script": {"script": "x.js"}, "web": {"script": "y.js"}}})") ==
        std::vector<std::string>{"script", "web"});
}
