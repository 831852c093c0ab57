// CLU1, CLU3: many workers on one port, with servers that know nothing of it.
#include <algorithm>
#include <cstring>
#include <future>
#include <sstream>
#include <thread>

#include "test/e2e/shared_ports.hpp"

using namespace forever::test;

namespace {

// Connections to that port of 127.0.0.1, accepted or not (/proc/net/tcp).
std::size_t established_at(int port) {
  char text[32];
  std::snprintf(text, sizeof text, ": 0100007F:%04X ", static_cast<unsigned>(port));
  std::size_t count = 0;
  for (const std::string& line : lines_of(read_file("/proc/net/tcp")))
    count += has(line, text) && line.substr(line.find(text) + std::strlen(text)).substr(14, 2) == "01" ? 1U : 0U;
  return count;
}

// What `describe` tells of each slot: "slot pid ready connections".
std::vector<std::string> slots_told(const TemporaryHome& home, const std::string& address) {
  std::vector<std::string> slots;
  for (const std::string& line : lines_of(done(home, {"describe", "web"}).out)) {
    std::istringstream words(line);
    std::string word, slot;
    if (!(words >> word) || word != address) continue;
    while (words >> word) slot += slot.empty() ? word : ' ' + word;
    slots.push_back(slot);
  }
  return slots;
}

}  // namespace

TEST_CASE("CLU1 workers of a server in C++ share one port evenly", "[CLU1]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  start_workers(home, nullptr, port, {"-i", "3"});
  require_even_spread(port, 3);
  const Json app = describe_json(home, "web");
  CHECK(app.at("ports").dump() == "[\"0.0.0.0:" + std::to_string(port) + "\"]");
  for (const Json& instance : app.at("instances")) CHECK(instance.at("ready") == true);
  CHECK(has(done(home, {"describe", "web"}).out, "Shared ports"));
  done(home, {"stop", "web"});
  CHECK(can_bind(port));
}

TEST_CASE("CLU1 workers of an unmodified Node server share one port evenly", "[CLU1]") {
  NEED_SHARING();
  NEED("node");
  const TemporaryHome home;
  const int port = free_port();
  start_workers(home, &kNode, port, {"-i", "2"});
  require_even_spread(port, 2);
}

TEST_CASE("CLU1 workers of an unmodified Python server share one port evenly", "[CLU1]") {
  NEED_SHARING();
  NEED("python3");
  const TemporaryHome home;
  const int port = free_port();
  start_workers(home, &kPython, port, {"-i", "2"});
  require_even_spread(port, 2);
}

TEST_CASE("CLU1 --no-share leaves the port to the first that binds it", "[CLU1]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  done(home,
       start_words("web", {"-i", "2", "--no-share", "--restart", "never"}, {"listen", std::to_string(port), "wait"}));
  CHECK(wait_until([&] { return has(done(home, {"list"}).out, "1/2 online"); }));
  CHECK(describe_json(home, "web").at("ports").empty());
}

TEST_CASE("CLU1 who is not root shares ports as well, through reloads and the deaths of those who watch",
          "[CLU1][CLU2][SUP1]") {
  NEED_SHARING();
  if (!Stranger::possible()) SKIP_CASE("needs root, to become another user");
  const StrangersHome user;
  const int port = free_port();
  user.done(
      {"start", user.child(), "--name", "web", "-i", "2", "--wait", "--", "listen", std::to_string(port), "wait"});
  const auto look = [&] { return parse_json(user.done({"list", "--json"}).out).at("apps").at(0); };
  const std::string worker = std::to_string(look().at("instances").at(0).at("pid").get<int>());
  CHECK(has(read_file("/proc/" + worker + "/status"), "NoNewPrivs:\t1"));
  Load load(port, 4);
  user.done({"reload", "web"});
  const int supervisor = look().at("supervisor_pid").get<int>();
  kill_hard(supervisor);
  REQUIRE(wait_until([&] { return look().at("supervisor_pid") != supervisor; }));
  user.done({"reload", "web"});
  const int keeper = look().at("keeper_pid").get<int>();
  const int second = look().at("supervisor_pid").get<int>();
  kill_hard(keeper);
  kill_hard(second);
  REQUIRE(wait_until([&] { return !alive(keeper) && !alive(second); }));
  user.done({"list"});
  user.done({"reload", "web"});
  REQUIRE(served(load, 20));
  require_none_lost(load.stop());
  require_even_spread(port, 2);
  user.done({"stop", "web"});
  CHECK(can_bind(port));
}

TEST_CASE("CLU1 where ports cannot be shared, start says why and names the ways that are left", "[CLU1]") {
  NEED_SHARING();
  const TemporaryHome home;
  // Below an app whose calls are supervised already there can be no second listener.
  const std::string file = home.scratch() / "outer.sh";
  write_file(file, "export FOREVER_HOME=" + (home.scratch() / "inner").string() + "\n" + forever_binary() + " start " +
                       child_binary() + " --name web -i 2 -- wait; echo code $?\n" + forever_binary() + " start " +
                       child_binary() + " --name web --hold-ports -- wait; echo code $?\n");
  done(home, {"start", file, "--name", "outer", "--hold-ports", "--merge-logs", "--restart", "never"});
  REQUIRE(wait_for_status(home, "outer", "stopped"));
  const std::string told = log_of(home, "outer");
  CHECK(has(told, "forever: cannot share ports among 2 instances: another program already intercepts system calls"));
  CHECK(has(told, "--listen 8080"));
  CHECK(has(told, "--increment-env PORT"));
  CHECK(has(told, "--no-share"));
  CHECK(has(told, "forever: cannot hold its ports: another program"));
  CHECK(count_of(told, "code 1\n") == 2);
}

TEST_CASE("CLU1 instances that bind at the same moment do not disturb each other", "[CLU1]") {
  NEED_SHARING();
  const TemporaryHome home;
  for (int round = 0; round < 20; ++round) {
    start_workers(home, nullptr, free_port(), {"-i", "4"});
    CHECK(listed(home, "web").at("restarts") == 0);
    done(home, {"delete", "web"});
  }
}

TEST_CASE("CLU1 another app cannot join a port that is shared", "[CLU1]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  start_workers(home, nullptr, port, {"-i", "2"});
  const Result other = home.forever(
      start_words("other", {"-i", "2", "--restart", "never", "--wait"}, {"listen", std::to_string(port), "wait"}));
  CHECK(other.exit_code == 1);
  require_even_spread(port, 2);
}

TEST_CASE("CLU1 describe tells of each slot whether it listens, and how many connections it holds", "[CLU1]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  const std::string go = home.scratch() / "go";
  done(home, start_words("web", {"-i", "2"},
                         {"respond-after", "3600000", "wait-for", go, "listen", std::to_string(port), "wait"}));
  const std::string address = "0.0.0.0:" + std::to_string(port);
  CHECK(slots_told(home, address).empty());
  write_file(go, "");
  REQUIRE(wait_until([&] { return all_ready(home); }));
  auto pids = pids_of(home);
  const auto told = [&](std::size_t slot, const std::string& rest) {
    return std::to_string(slot) + ' ' + std::to_string(pids.at(slot)) + ' ' + rest;
  };
  CHECK(slots_told(home, address) == std::vector{told(0, "yes 0"), told(1, "yes 0")});
  // Of one that has just died, too, before the supervisor has it on record.
  const int supervisor = supervisor_of(home, "web");
  send_signal(supervisor, SIGSTOP);
  kill_hard(pids.at(1));
  REQUIRE(wait_until([&] { return !alive(pids.at(1)); }));
  CHECK(slots_told(home, address) == std::vector{told(0, "yes 0"), std::string{"1 - not yet -"}});
  CHECK_FALSE(all_ready(home));
  send_signal(supervisor, SIGCONT);
  REQUIRE(wait_until([&] { return all_ready(home); }));
  pids = pids_of(home);
  // Each worker takes one, and answers it before it takes the next. So many that neither is left out.
  std::vector<std::jthread> clients;
  for (int i = 0; i < 40; ++i) clients.emplace_back([&] { (void)http_get(port, "/", 60s); });
  CHECK(wait_until([&] { return slots_told(home, address) == std::vector{told(0, "yes 1"), told(1, "yes 1")}; }));
  done(home, {"stop", "web", "--force"});  // the clients get an end
}

TEST_CASE("CLU3 kill -9 of workers under load fails only what was in their hands", "[CLU3]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  constexpr unsigned kClients = 6;
  constexpr int kKills = 10;
  start_workers(home, nullptr, port, {"-i", "2"});
  Load load(port, kClients);
  for (int kill = 0; kill < kKills; ++kill) {
    const auto slot = static_cast<std::size_t>(kill % 2);
    const int pid = pid_of(home, "web", slot);
    kill_hard(pid);
    REQUIRE(wait_until([&] { return pid_of(home, "web", slot) > 0 && pid_of(home, "web", slot) != pid; }));
    REQUIRE(served(load, 50));
  }
  const LoadResult result = load.stop();
  INFO(result.requests << " answered, first failure: " << result.first_failure);
  CHECK(result.refused == 0);
  CHECK(result.failed <= kKills * kClients);  // each client has one request under way
}

TEST_CASE("CLU3 connections that wait in the queue of a worker when it is killed are served by its successor",
          "[CLU3]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  start_workers(home, nullptr, port, {"-i", "2"});
  const auto before = pids_of(home);
  for (const int pid : before) send_signal(pid, SIGSTOP);
  REQUIRE(wait_until([&] {
    return std::all_of(before.begin(), before.end(),
                       [](int pid) { return has(read_file("/proc/" + std::to_string(pid) + "/stat"), ") T "); });
  }));
  // No process accepts now: the requests wait in both queues.
  constexpr std::size_t kRequests = 10;
  std::vector<std::future<HttpResponse>> answers;
  for (std::size_t i = 0; i < kRequests; ++i)
    answers.push_back(std::async(std::launch::async, [&] { return http_get(port, "/", 30s); }));
  REQUIRE(wait_until([&] { return established_at(port) == kRequests; }));
  for (const int pid : before) kill_hard(pid);
  for (auto& answer : answers) {
    const HttpResponse response = answer.get();
    INFO(response.error);
    CHECK(response.ok());
    CHECK(std::ranges::none_of(before, [&](int pid) { return response.body == std::to_string(pid) + "\n"; }));
  }
}

TEST_CASE("STOP1 stop of workers that share a port leaves no process of theirs, and the port is free",
          "[STOP1][CLU1]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  start(home, "web",
        {"listen", std::to_string(port), "fork", "ignore", "TERM", "wait", "end", "daemon", "wait", "end", "wait"},
        {"-i", "2", "--kill-timeout", "300ms"});
  const auto forked = forked_by(home, "web", 4);
  const auto leaders = pids_of(home);
  done(home, {"stop", "web"});
  CHECK(can_bind(port));
  CHECK(none_alive(forked));
  CHECK(none_alive(leaders));
  CHECK(wait_until([&] { return processes_of(home).empty(); }));
}

TEST_CASE("BACK1 workers that end at once back off one by one, and come back on the port when they can",
          "[BACK1][CLU5]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  const std::string go = home.scratch() / "go";
  const std::string file = home.scratch() / "server.sh";
  write_file(file,
             "[ -e " + go + " ] || exit 3\nexec '" + child_binary() + "' listen " + std::to_string(port) + " wait\n");
  done(home, {"start", file, "--name", "web", "-i", "2", "--backoff-first", "50ms", "--backoff-cap", "200ms"});
  REQUIRE(wait_until([&] {
    const Json instances = listed(home, "web").at("instances");
    return std::all_of(instances.begin(), instances.end(), [](const Json& one) { return one.at("failures") >= 4; });
  }));
  write_file(go, "");
  REQUIRE(wait_until([&] { return all_ready(home); }));
  require_even_spread(port, 2);
}
