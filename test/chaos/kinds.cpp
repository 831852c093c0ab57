// What each kind of app is.
#include "test/chaos/kinds.hpp"

#include <algorithm>

#include "test/support/net.hpp"
#include "test/support/run.hpp"

namespace forever::chaos {

namespace fs = std::filesystem;

bool App::overlaps() const { return std::find(arguments.begin(), arguments.end(), "--overlaps") != arguments.end(); }

Words App::start_words() const {
  Words words{"start", program, "--name", name};
  words.insert(words.end(), options.begin(), options.end());
  words.insert(words.end(), {"--", directory.string()});
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

std::vector<App> all_kinds(const fs::path& scratch, const std::string& program) {
  std::vector<App> apps;
  const auto add = [&](const std::string& name, Words options, Words arguments) -> App& {
    App& app = apps.emplace_back();
    app.name = name;
    app.program = program;
    app.directory = scratch / "programs" / name;
    app.options = std::move(options);
    app.arguments = std::move(arguments);
    fs::create_directories(app.directory);
    return app;
  };
  const auto with_port = [&](App& app, const std::string& option) {
    app.port = test::free_port();
    if (option == "--listen") {
      app.options.insert(app.options.end(), {option, "127.0.0.1:" + std::to_string(app.port)});
      app.arguments.push_back("--passed");
    } else {
      app.arguments.insert(app.arguments.end(), {"--port", std::to_string(app.port), "--overlaps"});
    }
  };
  add("one", {}, {"--lines", "20", "60", "--overlaps"});
  add("forker", {"--kill-timeout", "2s"},
      {"--fork", "child", "--fork", "session", "--fork", "daemon", "--lines", "50", "60"});
  add("lingerer", {"--kill-timeout", "2s"}, {"--linger", "600", "--fork", "child", "--lines", "50", "60"});
  add("logger", {"--log-max-size", "256K", "--log-keep", "400"}, {"--lines", "3", "100", "--burst", "3000", "100"});
  add("stamped", {"--log-format", "time"}, {"--lines", "10", "80"}).raw = false;
  add("looper", {"--backoff-cap", "300ms"}, {"--lines", "5", "60", "--die-after", "30"}).crashes = true;

  App& trio = add("trio", {"-i", "3", "--kill-timeout", "2s"}, {"--lines", "50", "60"});
  trio.instances = 3;
  with_port(trio, "");
  with_port(add("held", {"--hold-ports"}, {"--lines", "50", "60", "--fork", "session"}), "");
  with_port(add("passed", {"-i", "2"}, {"--lines", "50", "60", "--overlaps"}), "--listen");
  apps.back().instances = 2;
  add("fickle", {"--hold-ports"}, {"--open-ports", "40", "--overlaps", "--lines", "50", "60"});

  App& watched = add("watched", {}, {"--lines", "50", "60"});
  watched.watched = scratch / "trees" / "watched" / "source";
  fs::create_directories(watched.watched.parent_path());
  test::write_file(watched.watched, "0\n");
  watched.options = {"--watch=" + watched.watched.parent_path().string(), "--watch-delay", "50ms"};
  // An app that a round kills repeatedly is not in a crash loop, and is restarted at once.
  for (App& app : apps) {
    if (!app.crashes) app.options.insert(app.options.end(), {"--min-uptime", "0"});
  }
  return apps;
}

}  // namespace forever::chaos
