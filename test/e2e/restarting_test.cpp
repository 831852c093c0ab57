// BACK: what ends comes back: at once at first, then less and less often, for ever.
#include <algorithm>
#include <numeric>

#include "test/e2e/yardstick.hpp"

using namespace forever::test;

namespace {

using Nanoseconds = std::chrono::nanoseconds;

// The pauses between the starts that the stamps in `file` tell of.
std::vector<Milliseconds> pauses_in(const std::filesystem::path& file) {
  const auto stamps = stamps_in(file);
  std::vector<Milliseconds> pauses;
  for (std::size_t i = 1; i < stamps.size(); ++i) {
    pauses.push_back(std::chrono::duration_cast<Milliseconds>(Nanoseconds(stamps[i].at_ns - stamps[i - 1].at_ns)));
  }
  return pauses;
}

}  // namespace

TEST_CASE("BACK1 the first three restarts are immediate, the next wait longer and longer", "[BACK1]") {
  const TemporaryHome home;
  const std::string file = home.scratch() / "stamps";
  start(home, "web", {"stamp", file, "run", "exit", "1"}, {"--backoff-first", "400ms"});
  REQUIRE(wait_until([&] { return stamps_in(file).size() >= 6; }, 20s));
  const auto pauses = pauses_in(file);
  INFO("pauses " << pauses[0].count() << " " << pauses[1].count() << " " << pauses[2].count() << " "
                 << pauses[3].count() << " " << pauses[4].count());
  const auto immediate = std::min({pauses[0], pauses[1], pauses[2]});  // the others may have met a busy machine
  const Milliseconds bare = bare_start();
  INFO("a bare start takes " << bare.count());
  REQUIRE(immediate < 300ms + 5 * bare);
  REQUIRE(pauses[0] + pauses[1] + pauses[2] < 3000ms + 15 * bare);
  REQUIRE(pauses[3] >= 299ms);  // jitter takes off a quarter at most
  REQUIRE(pauses[3] < 2000ms + 10 * bare);
  REQUIRE(pauses[4] >= 599ms);
}

TEST_CASE("BACK1 the delay grows by the factor up to the cap, and restarts never end", "[BACK1]") {
  const TemporaryHome home;
  const std::string file = home.scratch() / "stamps";
  start(home, "web", {"stamp", file, "run", "exit", "1"},
        {"--backoff-first", "20ms", "--backoff-factor", "4", "--backoff-cap", "100ms"});
  REQUIRE(wait_until([&] { return stamps_in(file).size() >= 25; }, 30s));
  const auto pauses = pauses_in(file);
  // The sum, because a start that the machine delays shortens the pause after it. The jitter takes a quarter at most.
  const auto sum = std::accumulate(pauses.begin() + 5, pauses.begin() + 24, Milliseconds{0});
  REQUIRE(sum >= 18 * 75ms);
  REQUIRE(*std::min_element(pauses.begin() + 5, pauses.end()) < 400ms + 5 * bare_start());
}

TEST_CASE("BACK1 a run longer than the minimum uptime clears the count", "[BACK1]") {
  const TemporaryHome home;
  const std::string counter = home.scratch() / "starts";
  start(home, "web", {"count", counter, "first", "4", "exit", "1", "end", "wait"},
        {"--min-uptime", "200ms", "--backoff-first", "50ms"});
  REQUIRE(wait_for_log(home, "web", "count 5"));
  REQUIRE(wait_until([&] { return listed(home, "web").at("instances").at(0).at("uptime_ms") >= 250; }));
  send_signal(pid_of(home, "web"), SIGKILL);
  REQUIRE(wait_for_log(home, "web", "count 6"));
  const auto cleared = [&] {
    const Json app = listed(home, "web");
    return app.at("failures") == 0 && app.at("restarts") == 5;
  };
  REQUIRE(wait_until(cleared));
}

TEST_CASE("BACK1 a start or a restart by hand goes past the back-off", "[BACK1]") {
  const TemporaryHome home;
  const std::string counter = home.scratch() / "starts";
  start(home, "web", {"count", counter, "first", "4", "exit", "1", "end", "first", "5", "exit", "1", "end", "wait"},
        {"--min-uptime", "1h", "--backoff-first", "1h", "--backoff-cap", "2h"});
  REQUIRE(wait_for_status(home, "web", "backoff"));
  REQUIRE(read_file(counter).size() == 4);
  done(home, {"start", "web"});
  REQUIRE(wait_for_log(home, "web", "count 6"));  // the count starts again, so the next one is immediate
  REQUIRE(wait_for_status(home, "web", "online"));

  start(home, "other", {"count", home.scratch() / "other", "first", "4", "exit", "1", "end", "wait"},
        {"--min-uptime", "1h", "--backoff-first", "1h", "--backoff-cap", "2h"});
  REQUIRE(wait_for_status(home, "other", "backoff"));
  done(home, {"restart", "other"});
  REQUIRE(wait_for_status(home, "other", "online"));
}

TEST_CASE("BACK1 the restart delay is kept before every restart", "[BACK1]") {
  const TemporaryHome home;
  const std::string file = home.scratch() / "stamps";
  start(home, "web", {"stamp", file, "run", "exit", "0"}, {"--restart-delay", "250ms"});
  REQUIRE(wait_until([&] { return stamps_in(file).size() >= 4; }));
  for (const Milliseconds pause : pauses_in(file)) REQUIRE(pause >= 245ms);
}

TEST_CASE("BACK1 policy decides which ends are followed by a start", "[BACK1]") {
  const TemporaryHome home;
  const auto ends_as = [&](const std::string& name, const Words& words, const Words& options) {
    // To begin and to end may take seconds on a machine that is busy.
    start(home, name, words, Words{"--min-uptime", "1h"} + options);
    std::string status;  // one look decides: in back-off the next start is near
    REQUIRE(wait_until([&] {
      status = status_of(home, name);
      return status == "stopped" || status == "backoff" || status == "errored";
    }));
    return status;
  };
  REQUIRE(ends_as("always", {"exit", "0"}, {}) == "backoff");
  REQUIRE(ends_as("always-explicit", {"exit", "0"}, {"--restart", "always"}) == "backoff");
  REQUIRE(ends_as("on-failure-0", {"exit", "0"}, {"--restart", "on-failure"}) == "stopped");
  REQUIRE(ends_as("on-failure-1", {"exit", "1"}, {"--restart", "on-failure"}) == "backoff");
  REQUIRE(ends_as("on-failure-signal", {"die", "KILL"}, {"--restart", "on-failure"}) == "backoff");
  REQUIRE(ends_as("never-0", {"exit", "0"}, {"--restart", "never"}) == "stopped");
  REQUIRE(ends_as("never-1", {"exit", "1"}, {"--restart", "never"}) == "stopped");
  REQUIRE(ends_as("final", {"exit", "42"}, {"--stop-exit-codes", "3,42"}) == "stopped");
  REQUIRE(ends_as("not-final", {"exit", "41"}, {"--stop-exit-codes", "3,42"}) == "backoff");
  REQUIRE(ends_as("given-up", {"exit", "1"}, {"--max-restarts", "2"}) == "errored");
  REQUIRE(listed(home, "given-up").at("restarts") == 2);
  REQUIRE(ends_as("given-up-short", {"exit", "1"}, {"-m", "1"}) == "errored");
  // An app that is down by policy has no supervisor left, or at least no instance; start brings it back.
  done(home, {"start", "given-up"});
  REQUIRE(wait_for_status(home, "given-up", "errored"));
}

TEST_CASE("BACK2 list shows the countdown and the failures", "[BACK2]") {
  const TemporaryHome home;
  start(home, "web", {"exit", "1"}, {"--min-uptime", "1h", "--backoff-first", "30s", "--backoff-cap", "60s"});
  REQUIRE(wait_for_status(home, "web", "backoff"));
  const std::string list = done(home, {"list"}).out;
  INFO(list);
  REQUIRE_THAT(list, contains("backoff 2") || contains("backoff 30"));  // 30 s less a quarter at most
  REQUIRE_THAT(list, contains("(4 failures)"));
  REQUIRE(listed(home, "web").at("failures") == 4);
}

TEST_CASE("BACK2 describe shows the last exits with reason, uptime and the last lines of the crash", "[BACK2]") {
  const TemporaryHome home;
  const std::string counter = home.scratch() / "starts";
  start(home, "web",
        {"count", counter, "stream", "err", "partial", "cannot open the database\n", "first", "1", "die", "SEGV", "end",
         "first", "2", "exit", "17", "end", "wait"});
  REQUIRE(wait_for_log(home, "web", "count 3"));
  REQUIRE(wait_for_status(home, "web", "online"));
  done(home, {"restart", "web"});
  const std::string text = done(home, {"describe", "web"}).out;
  INFO(text);
  for (const char* part : {"killed by SIGSEGV", "17", "restart", "cannot open the database"}) {
    REQUIRE_THAT(text, contains(part));
  }
  const Json json = describe_json(home, "web");
  INFO(json.dump(2));
  REQUIRE(json.at("last_exits").size() == 3);
  REQUIRE(json.at("last_exits").dump().find("cannot open the database") != std::string::npos);
}

TEST_CASE("BACK2 of many exits the newest are kept", "[BACK2]") {
  const TemporaryHome home;
  start(home, "web", {"exit", "1"},
        {"--min-uptime", "1h", "--backoff-first", "1ms", "--backoff-cap", "5ms", "--max-restarts", "30"});
  REQUIRE(wait_for_status(home, "web", "errored"));
  const Json json = describe_json(home, "web");
  REQUIRE(json.at("restarts") == 30);
  REQUIRE(json.at("last_exits").size() >= 5);
  REQUIRE(json.at("last_exits").size() <= 20);
}

TEST_CASE("BACK3 a thousand processes that die in the same moment are all reaped, and the app comes back", "[BACK3]") {
  const TemporaryHome home;
  const std::string counter = home.scratch() / "starts";
  start(home, "web",
        {"count", counter, "first", "1", "repeat", "1000", "orphan", "wait", "end", "end", "end", "say", "complete",
         "wait"});
  REQUIRE(wait_for_log(home, "web", "complete", "out", 40s));
  const int leader = pid_of(home, "web");
  const int supervisor = supervisor_of(home, "web");
  const int keeper = keeper_of(home, "web");
  REQUIRE(descendants_of(keeper).size() >= 1001);
  send_signal(-leader, SIGKILL);  // the whole process group
  REQUIRE(wait_for_log(home, "web", "count 2", "out", 20s));
  REQUIRE(wait_for_status(home, "web", "online"));
  REQUIRE(wait_until([&] { return descendants_of(keeper).size() == 2; }));
  REQUIRE(zombie_children_of(keeper).empty());
  REQUIRE(zombie_children_of(supervisor).empty());
  REQUIRE(supervisor_of(home, "web") == supervisor);
  REQUIRE(listed(home, "web").at("restarts") == 1);
}

TEST_CASE("BACK3 a herd of orphans that end one after another leaves no zombie", "[BACK3]") {
  const TemporaryHome home;
  start(home, "web", {"repeat", "100", "orphan", "exit", "3", "end", "end", "say", "complete", "wait"});
  REQUIRE(wait_for_log(home, "web", "complete"));
  const int keeper = keeper_of(home, "web");
  const int supervisor = supervisor_of(home, "web");
  REQUIRE(wait_until([&] { return descendants_of(keeper).size() == 2; }));
  REQUIRE(zombie_children_of(keeper).empty());
  REQUIRE(zombie_children_of(supervisor).empty());
  REQUIRE(listed(home, "web").at("restarts") == 0);
}

TEST_CASE(
    "BACK1 a restart by command in back-off is immediate, clears the failures and is counted; a start resets the "
    "counts",
    "[BACK1]") {
  const TemporaryHome home;
  const std::string counter = home.scratch() / "starts";
  start(home, "web", {"count", counter, "first", "4", "exit", "1", "end", "wait"},
        {"--min-uptime", "1h", "--backoff-first", "1h", "--backoff-cap", "2h"});
  REQUIRE(wait_for_status(home, "web", "backoff"));
  REQUIRE(listed(home, "web").at("restarts") == 3);
  REQUIRE(listed(home, "web").at("failures") == 4);
  done(home, {"restart", "web"});
  REQUIRE(wait_for_status(home, "web", "online"));
  REQUIRE(listed(home, "web").at("restarts") == 4);
  REQUIRE(listed(home, "web").at("failures") == 0);

  const std::string other = home.scratch() / "other";
  start(home, "other", {"count", other, "first", "4", "exit", "1", "end", "wait"},
        {"--min-uptime", "1h", "--backoff-first", "1h", "--backoff-cap", "2h"});
  REQUIRE(wait_for_status(home, "other", "backoff"));
  done(home, {"start", "other"});
  REQUIRE(wait_for_status(home, "other", "online"));
  REQUIRE(listed(home, "other").at("restarts") == 0);
  REQUIRE(listed(home, "other").at("failures") == 0);
}
