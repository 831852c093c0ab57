// --on-exit at the last end of an app.
#include "test/e2e/apps.hpp"

using namespace forever::test;

TEST_CASE("REAL24 what the hook says of the last end, and its failure, is in the logs", "[REAL24]") {
  struct Last {
    const char* name;
    Words options, words;
    bool stop = false;
  };
  for (const Last& last :
       {Last{"never", {"--restart", "never"}, {"exit", "3"}},
        Last{"gave-up", {"--max-restarts", "1", "--backoff-first", "10ms"}, {"exit", "3"}},
        Last{"done", {"--stop-exit-codes", "3"}, {"exit", "3"}}, Last{"stopped", {}, {"wait"}, true}}) {
    INFO(last.name);
    const TemporaryHome home;
    const std::string go = home.scratch() / "go";
    start(home, "web", last.words,
          last.options +
              Words{"--on-exit", "while [ ! -e '" + go + "' ]; do sleep 0.05; done; echo the last word; exit 7"});
    if (last.stop) done(home, {"stop", "web"});  // does not wait for it
    REQUIRE(wait_until([&] { return status_of(home, "web") == "stopped" || status_of(home, "web") == "errored"; }));
    write_file(go, "");
    REQUIRE(wait_for_log(home, "web", "the last word", "err"));
    REQUIRE(wait_until([&] { return has(read_file(home.log("web", "forever")), "on-exit command failed: exit 7"); }));
    REQUIRE(all_gone(home));
  }
}

TEST_CASE("REAL24 an app whose last hook still runs can be started again, and be deleted at once, by the hook too",
          "[REAL24]") {
  const TemporaryHome home;
  start(home, "web", {"wait"}, {"--on-exit", "sleep 20", "--on-exit-timeout", "20s"});
  done(home, {"stop", "web"});
  done(home, {"start", "web"});
  REQUIRE(status_of(home, "web") == "online");
  done(home, {"stop", "web"});
  REQUIRE(done(home, {"delete", "web"}).elapsed < 10s);
  REQUIRE(list_json(home).at("apps").empty());

  start(home, "self", {"exit", "0"}, {"--restart", "never", "--on-exit", "'" + forever_binary() + "' delete self"});
  REQUIRE(wait_until([&] { return list_json(home).at("apps").empty(); }));
}
