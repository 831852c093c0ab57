// SUP10: a crash loop that is slower than the least uptime is seen, backed off and reported; what is healthy is never called one.
// REQ4: the answers of the verbs are true in each state.
#include "test/e2e/workers.hpp"

using namespace forever::test;

namespace {

// The least uptime is a tenth of the usual one, and with it all times of a crash loop: runs under 1.2 s are one.
const Words kQuick{"--min-uptime", "100ms"};

bool wait_for_state(const TemporaryHome& home, const std::string& name, const std::string& state) {
  return wait_until([&] { return status_of(home, name) == state; }, 20s);
}

std::string list_of(const TemporaryHome& home) { return done(home, {"list"}).out; }

// In back-off for a minute.
void start_failing(const TemporaryHome& home, const Words& words) {
  start(home, "web", words, kQuick + Words{"--backoff-first", "60s", "--backoff-cap", "60s"});
  REQUIRE(wait_for_state(home, "web", "backoff"));
}

}  // namespace

TEST_CASE("SUP10 a crash loop slower than the least uptime is called crashing, with the reason, and waits", "[SUP10]") {
  const TemporaryHome home;
  start(home, "web", {"sleep", "200", "say", "no database", "exit", "7"}, kQuick);
  REQUIRE(wait_for_state(home, "web", "crashing"));
  REQUIRE(wait_until([&] { return has(list_of(home), "crashing (exit 7)"); }));
  REQUIRE(wait_for_state(home, "web", "crashing"));
  CHECK(listed(home, "web").at("failures").get<int>() >= 5);
  REQUIRE(wait_until([&] { return has(done(home, {"metrics"}).out, "state=\"crashing\"} 1"); }));
  REQUIRE(wait_until([&] { return has(done(home, {"describe", "web"}).out, "exit 7 after"); }));
  const auto told = home.forever({"doctor"});
  CHECK(told.exit_code == 1);
  CHECK(has(told.out, "exit 7"));
  // It waits, and longer each time.
  REQUIRE(wait_until([&] { return listed(home, "web").at("failures").get<int>() >= 8; }, 20s));
  REQUIRE(wait_for_state(home, "web", "backoff"));
  // A supervisor that follows knows it.
  const int supervisor = supervisor_of(home, "web");
  kill_hard(supervisor);
  (void)new_supervisor(home, "web", supervisor);
  CHECK(listed(home, "web").at("failures").get<int>() >= 8);
}

TEST_CASE("SUP10 an app that stops failing is online again after a while", "[SUP10]") {
  const TemporaryHome home;
  start(home, "web", {"count", home.scratch() / "runs", "first", "6", "sleep", "150", "exit", "1", "end", "wait"},
        kQuick);
  REQUIRE(wait_for_state(home, "web", "crashing"));
  REQUIRE(wait_for_log(home, "web", "count 7"));
  REQUIRE(wait_for_state(home, "web", "online"));
  CHECK(has(done(home, {"doctor", "--json"}).out, "has failed"));
}

TEST_CASE("SUP10 an app that ends with code 0, or is restarted by commands repeatedly, is not called crashing",
          "[SUP10]") {
  const TemporaryHome home;
  start(home, "task", {"sleep", "150", "say", "done"}, kQuick);
  start(home, "web", {"wait"}, kQuick);
  for (int round = 0; round < 8; ++round) {
    done(home, {"restart", "web"});
    CHECK(status_of(home, "web") == "online");
    CHECK(status_of(home, "task") != "crashing");
  }
  REQUIRE(wait_until([&] { return count_of(log_of(home, "task"), "done") >= 8; }));
  CHECK(status_of(home, "task") != "crashing");
  CHECK(listed(home, "web").at("failures") == 0);
}

TEST_CASE("SUP10 start --wait waits until an app has settled, or fails with the reason and the last lines", "[SUP10]") {
  const TemporaryHome home;
  const auto wait = [&](const Words& options, const Words& words) {
    return home.forever(start_words("web", Words{"--wait", "10s"} + options, words));
  };
  // A little longer than the least uptime, and then it fails.
  auto result = wait({"--min-uptime", "700ms"}, {"sleep", "900", "say", "no config", "exit", "3"});
  CHECK(result.exit_code == 1);
  CHECK(has(result.err, "exit 3"));
  CHECK(has(result.out + result.err, "| no config"));
  done(home, {"delete", "web"});
  // Busy while it loads, and then it fails.
  result = wait({"--min-uptime", "500ms"}, {"spin", "1700", "exit", "4"});
  CHECK(result.exit_code == 1);
  CHECK(has(result.err, "exit 4"));
  done(home, {"delete", "web"});
  // One that lives is not waited for longer than that, busy or not.
  result = wait({"--min-uptime", "300ms"}, {"wait"});
  CHECK(result.exit_code == 0);
  CHECK(result.elapsed >= 550ms);
  done(home, {"delete", "web"});
  result = wait({"--min-uptime", "300ms"}, {"burn", "60000"});
  CHECK(result.exit_code == 0);
  CHECK(result.elapsed >= 1400ms);
}

TEST_CASE("SUP10 a Python program that fails after a second is called crashing", "[SUP10]") {
  NEED("python3");
  const TemporaryHome home;
  write_file(home.scratch() / "slow.py", "import time\ntime.sleep(1)\nraise SystemExit(1)\n");
  // Its run is a second longer than Python needs to start here: longer than the minimum uptime, shorter than twice that.
  const Milliseconds uptime = 1s + run({"python3", "-c", ""}).elapsed / 2;
  const auto result = home.forever({"start", home.scratch() / "slow.py", "--name", "web", "--wait", "30s",
                                    "--min-uptime", std::to_string(uptime.count()) + "ms"});
  CHECK(result.exit_code == 1);
  CHECK(has(result.err, "exit 1"));
  REQUIRE(wait_until([&] { return status_of(home, "web") == "crashing"; }, 40s));
}

TEST_CASE("REQ4 start of an app in back-off that fails at once reports this, and that it stays supervised", "[REQ4]") {
  const TemporaryHome home;
  start_failing(home, {"sleep", "30", "exit", "5"});
  for (const char* verb : {"start", "restart"}) {
    INFO(verb);
    const auto result = home.forever({verb, "web"});
    CHECK(result.exit_code == 1);
    CHECK(has(result.err, "exit 5"));
    CHECK(has(result.err, "it stays supervised, next start in"));
    CHECK(listed(home, "web").at("supervisor_pid").is_number());
  }
}

TEST_CASE("REQ4 start of an app in back-off that runs now says that it is online", "[REQ4]") {
  const TemporaryHome home;
  start_failing(home, {"count", home.scratch() / "runs", "first", "9", "exit", "5", "end", "wait"});
  write_file(home.scratch() / "runs", std::string(20, '.'));
  const auto result = done(home, {"start", "web"});
  CHECK(has(result.out, "online, pid " + std::to_string(pid_of(home, "web"))));
  CHECK(status_of(home, "web") == "online");
}

TEST_CASE("REQ4 start and restart of several instances in back-off wait for each of them", "[REQ4]") {
  const TemporaryHome home;
  start(home, "web", {"exit", "5"}, kQuick + Words{"-i", "2", "--backoff-first", "60s", "--backoff-cap", "60s"});
  REQUIRE(wait_for_state(home, "web", "backoff"));
  for (const char* verb : {"start", "restart"}) {
    INFO(verb);
    const auto result = home.forever({verb, "web"});
    CHECK(result.exit_code == 1);
    CHECK(has(result.err, "exit 5; it stays supervised"));
    CHECK(status_of(home, "web") == "backoff");
  }
}

TEST_CASE("REQ4 what cannot be done to an app without a process is refused in words", "[REQ4]") {
  const TemporaryHome home;
  start_failing(home, {"exit", "5"});
  auto result = home.forever({"signal", "USR1", "web"});
  CHECK(result.exit_code == 1);
  CHECK(has(result.err, "it has no process; it is backoff"));
  done(home, {"stop", "web"});
  start(home, "watched", {"exit", "5"}, {"--watch", "--watch-on-crash", "wait"});
  REQUIRE(wait_for_state(home, "watched", "stopped"));
  result = home.forever({"reload", "watched"});
  CHECK(result.exit_code == 1);
  CHECK(has(result.err, "waits for its files to change"));
  done(home, {"stop", "watched"});
}

TEST_CASE("SUP9 a state is never online without a process", "[SUP9]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  const int supervisor = supervisor_of(home, "web");
  send_signal(supervisor, SIGSTOP);
  kill_hard(pid_of(home, "web"));
  const bool told = wait_until([&] { return status_of(home, "web") == "starting"; });
  const Json app = listed(home, "web");
  send_signal(supervisor, SIGCONT);
  CHECK(told);
  CHECK(has(app.at("trouble").get<std::string>(), "kill -CONT " + std::to_string(supervisor)));
  REQUIRE(wait_for_state(home, "web", "online"));
}
