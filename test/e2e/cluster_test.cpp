// CLU: several instances of one app.
#include <sched.h>

#include <algorithm>
#include <functional>
#include <set>

#include "platform/processors.hpp"
#include "test/e2e/workers.hpp"

using namespace forever::test;

namespace {

bool all_alive(const std::vector<int>& pids) { return std::all_of(pids.begin(), pids.end(), alive); }

}  // namespace

TEST_CASE("CLU1 -i N runs N instances, and each sees its slot", "[CLU1]") {
  const TemporaryHome home;
  start(home, "web", {"print-env", "FOREVER_INSTANCE", "print-env", "NODE_APP_INSTANCE", "print-env", "PORT", "wait"},
        {"-i", "3", "--env", "PORT=8080", "--increment-env", "PORT"});
  const auto pids = pids_of(home, "web");
  REQUIRE(pids.size() == 3);
  REQUIRE(all_alive(pids));
  REQUIRE(std::set<int>(pids.begin(), pids.end()).size() == 3);
  for (const std::string slot : {"0", "1", "2"}) {
    CHECK(wait_for_log(home, "web", "env FOREVER_INSTANCE=" + slot + "\n"));
    CHECK(wait_for_log(home, "web", "env NODE_APP_INSTANCE=" + slot + "\n"));
    CHECK(wait_for_log(home, "web", "env PORT=808" + slot + "\n"));
    CHECK(read_file(home.state() / "pids" / ("web-" + slot + ".pid")) ==
          std::to_string(pids.at(static_cast<std::size_t>(std::stoi(slot)))) + "\n");
  }
  CHECK(has(done(home, {"list"}).out, "3/3 online"));
  CHECK(lines_of(done(home, {"list", "--expand"}).out).size() == 4);
  CHECK(lines_of(done(home, {"pid", "web"}).out).size() == 3);
}

TEST_CASE("CLU1 -i max, -i 0 and -i -K run as many as there are processors for it", "[CLU1]") {
  const TemporaryHome home;
  const unsigned processors = forever::usable_processors();
  const auto count = [&](const std::string& word, const std::function<void()>& before_exec) {
    Command command = home.command(start_words("web", {"-i", word}, {"wait"}));
    command.before_exec = before_exec;
    CHECK(run(command).exit_code == 0);
    const std::size_t found = pids_of(home).size();
    done(home, {"delete", "web"});
    return found;
  };
  CHECK(count("max", {}) == processors);
  CHECK(count("0", {}) == processors);
  CHECK(count("-1", {}) == std::max(1U, processors - 1));
  CHECK(count("-1000", {}) == 1);
  const auto on_one = [] {
    cpu_set_t all, one;
    CPU_ZERO(&one);
    if (sched_getaffinity(0, sizeof all, &all) != 0) return;
    for (std::size_t i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++i)
      if (CPU_ISSET(i, &all)) CPU_SET(i, &one);
    (void)sched_setaffinity(0, sizeof one, &one);
  };
  CHECK(count("max", on_one) == 1);
}

TEST_CASE("CLU1 a variable that is no number cannot be incremented", "[CLU1]") {
  const TemporaryHome home;
  const Result unset = home.forever(start_words("web", {"-i", "2", "--increment-env", "NO_SUCH"}, {"wait"}));
  CHECK(unset.exit_code == 1);
  require_one_line(unset.err, "NO_SUCH: it is not set");
  const Result word =
      home.forever(start_words("web", {"-i", "2", "--env", "PORT=http", "--increment-env", "PORT"}, {"wait"}));
  CHECK(word.exit_code == 1);
  require_one_line(word.err, "'http', no number");
}

TEST_CASE("CLU1 a port is not incremented beyond the last there is, at the start or by scaling", "[CLU1]") {
  const TemporaryHome home;
  const Result refused = home.forever(
      start_words("web", {"-i", "2", "--env", "HTTP_PORT=65535", "--increment-env", "HTTP_PORT"}, {"wait"}));
  CHECK(refused.exit_code == 1);
  require_one_line(refused.err, "cannot add the slot to HTTP_PORT: from 65535 on there are no 2 ports up to 65535");
  start(home, "web", {"wait"},
        {"-i", "2", "--env", "PORT=65534", "--increment-env", "PORT", "--env", "N=70000", "--increment-env", "N"});
  const Result scaled = home.forever({"scale", "web", "3"});
  CHECK(scaled.exit_code == 1);
  require_one_line(scaled.err, "from 65534 on there are no 3 ports up to 65535");
  CHECK(pids_of(home).size() == 2);
  done(home, {"stop", "web"});
  CHECK(home.forever({"scale", "web", "3"}).exit_code == 1);
}

TEST_CASE("CLU5 scale adds and removes instances while the others stay", "[CLU5]") {
  const TemporaryHome home;
  start(home, "web", {"wait"}, {"-i", "2"});
  const auto before = pids_of(home, "web");
  CHECK(has(done(home, {"scale", "web", "4"}).out, "web has 4 instances"));
  auto now = pids_of(home, "web");
  REQUIRE(now.size() == 4);
  CHECK(all_alive(now));
  CHECK(std::equal(before.begin(), before.end(), now.begin()));
  CHECK(has(done(home, {"scale", "web", "-1"}).out, "web has 3 instances"));
  CHECK_FALSE(alive(now[3]));
  CHECK_FALSE(std::filesystem::exists(home.state() / "pids" / "web-3.pid"));
  CHECK(has(done(home, {"scale", "web", "+2"}).out, "web has 5 instances"));
  CHECK(has(done(home, {"scale", "web", "-9"}).out, "web has 1 instance"));
  now = pids_of(home, "web");
  REQUIRE(now.size() == 1);
  CHECK(now[0] == before[0]);

  done(home, {"stop", "web"});
  CHECK(has(done(home, {"scale", "web", "3"}).out, "will have 3 instances when it is started"));
  done(home, {"start", "web"});
  CHECK(pids_of(home, "web").size() == 3);
}

TEST_CASE("CLU5 the number of instances outlives the supervisor", "[CLU5]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  done(home, {"scale", "web", "3", "--force"});
  const auto before = pids_of(home, "web");
  const int supervisor = supervisor_of(home, "web");
  kill_hard(supervisor);
  (void)new_supervisor(home, "web", supervisor);
  CHECK(pids_of(home, "web") == before);
  kill_watchers(home, "web");
  done(home, {"list"});
  CHECK(pids_of(home, "web") == before);
  CHECK(all_alive(before));
}

TEST_CASE("CLU5 a crash loop of one slot leaves the others alone", "[CLU5][BACK1]") {
  const TemporaryHome home;
  start(home, "web", {"wait"}, {"-i", "3"});
  const auto before = pids_of(home, "web");
  for (int i = 0; i < 6; ++i) {
    const int pid = pid_of(home, "web", 1);
    if (pid != 0) send_signal(pid, SIGKILL);
    REQUIRE(wait_until([&] { return pid_of(home, "web", 1) != pid; }));
  }
  REQUIRE(wait_until([&] { return listed(home, "web").at("instances").at(1).at("failures") >= 4; }));
  const auto now = pids_of(home, "web");
  CHECK(now[0] == before[0]);
  CHECK(now[2] == before[2]);
  CHECK(listed(home, "web").at("instances").at(0).at("restarts") == 0);
}

TEST_CASE("STOP6 restart of several instances starts no new one before the last old one has ended", "[STOP6][CLU5]") {
  const TemporaryHome home;
  const std::string file = home.scratch() / "stamps";
  // Ends only some time after it was asked to.
  start(home, "web",
        {"stamp", file, "begin", "on", "TERM", "sleep", "300", "stamp", file, "over", "exit", "0", "end", "wait"},
        {"-i", "3"});
  REQUIRE(wait_until([&] { return stamps_in(file).size() == 3; }));
  const auto before = pids_of(home, "web");
  done(home, {"restart", "web"});
  REQUIRE(wait_until([&] { return stamps_in(file).size() == 9; }));
  const auto stamps = stamps_in(file);
  for (std::size_t i = 3; i < 6; ++i) CHECK(stamps[i].text == "over");
  for (std::size_t i = 6; i < 9; ++i) CHECK(stamps[i].text == "begin");
  for (const int pid : before) CHECK_FALSE(alive(pid));
  CHECK(listed(home, "web").at("restarts") == 3);
}

TEST_CASE("STOP1 stop of several instances leaves nothing of any of them", "[STOP1][CLU5]") {
  const TemporaryHome home;
  start(home, "web", {"fork", "ignore", "TERM", "wait", "end", "session", "wait", "end", "wait"},
        {"-i", "3", "--kill-timeout", "300ms"});
  const auto forked = forked_by(home, "web", 6);
  const auto leaders = pids_of(home, "web");
  done(home, {"stop", "web"});
  CHECK(none_alive(forked));
  CHECK(none_alive(leaders));
}

TEST_CASE("ID3 stop by the pid of one of several instances leaves the others", "[ID3][CLU5]") {
  const TemporaryHome home;
  start(home, "web", {"wait"}, {"-i", "3"});
  const auto before = pids_of(home, "web");
  done(home, {"stop", std::to_string(before[1])});
  CHECK_FALSE(alive(before[1]));
  CHECK(alive(before[0]));
  CHECK(alive(before[2]));
  CHECK(has(done(home, {"list"}).out, "2/3 online"));
  done(home, {"restart", "web"});
  CHECK(has(done(home, {"list"}).out, "3/3 online"));
}
