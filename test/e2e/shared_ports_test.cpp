// CLU: many workers on one port, with servers that know nothing of it; connections through reloads, crashes and the
// supervisor's own death.
#include <algorithm>
#include <thread>

#include "test/e2e/workers.hpp"

using namespace forever::test;

namespace {

// A server in a language of its own, which answers each request with its pid. Neither handles any signal.
struct Language {
  const char* interpreter;
  const char* file;
  const char* text;
};

constexpr Language kNode{"node", "server.js",
                         "require('http').createServer((q, r) => r.end(process.pid + '\\n'))"
                         ".listen(+process.argv[2], '127.0.0.1');\n"};
constexpr Language kPython{"python3", "server.py", R"(import os, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'%d\n' % os.getpid()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *words):
        pass
ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
)"};

Words app_words(const TemporaryHome& home, const Language* language, int port) {
  if (language == nullptr) return {child_binary(), "--", "listen", std::to_string(port), "wait"};
  const auto file = home.scratch() / language->file;
  write_file(file, language->text);
  return {file, "--", std::to_string(port)};
}

void start_workers(const TemporaryHome& home, const Language* language, int port, const Words& options) {
  Words words{"start", "--name", "web", "--wait"};
  const Words app = app_words(home, language, port);
  words.push_back(app.front());
  words = words + options;
  words.insert(words.end(), app.begin() + 1, app.end());
  done(home, words);
}

void require_even_spread(int port, std::size_t workers) {
  Load load(port, 4);
  REQUIRE(served(load, 2000));
  const LoadResult result = load.stop();
  CHECK(result.refused + result.failed == 0);
  REQUIRE(result.answered.size() == workers);
  std::vector<std::size_t> counts;
  for (const auto& [pid, count] : result.answered) counts.push_back(count);
  const auto [least, most] = std::minmax_element(counts.begin(), counts.end());
  INFO(*least << " to " << *most);
  CHECK(static_cast<double>(*most) / static_cast<double>(*least) < 1.5);
}

void reload_under_load(const Language* language, const Words& options, int rounds) {
  const TemporaryHome home;
  const int port = free_port();
  start_workers(home, language, port, options);
  const auto before = pids_of(home);
  Load load(port, 6);
  for (int round = 0; round < rounds; ++round) {
    CHECK(has(done(home, {"reload", "web"}).out, "web reloaded"));
    REQUIRE(served(load, 5));
  }
  require_none_lost(load.stop());
  for (const int pid : before) CHECK_FALSE(alive(pid));
  CHECK(pids_of(home).size() == before.size());
  const auto restarts = listed(home, "web").at("restarts").get<std::size_t>();
  CHECK(restarts == before.size() * static_cast<std::size_t>(rounds));
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
  CHECK(
      has(told, "forever: cannot share ports among 2 instances: another program supervises our system calls already"));
  CHECK(has(told, "--listen 8080"));
  CHECK(has(told, "--increment-env PORT"));
  CHECK(has(told, "--no-share"));
  CHECK(has(told, "forever: cannot hold its ports: another program"));
  CHECK(count_of(told, "code 1\n") == 2);
}

TEST_CASE("CLU1 instances that bind in the same moment are in nobody's way", "[CLU1]") {
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

TEST_CASE("CLU2 20 reloads under load lose no request, for a server without any handler", "[CLU2]") {
  NEED_SHARING();
  reload_under_load(nullptr, {"-i", "2"}, 20);
}

TEST_CASE("CLU2 reloads of a Node server without any handler lose no request", "[CLU2]") {
  NEED_SHARING();
  NEED("node");
  reload_under_load(&kNode, {"-i", "2"}, 4);
}

TEST_CASE("CLU2 reloads of a Python server lose no request", "[CLU2]") {
  NEED_SHARING();
  NEED("python3");
  reload_under_load(&kPython, {"-i", "2"}, 3);
}

TEST_CASE("CLU2 a change of watched files reloads workers that share a port, and no request is lost", "[CLU2]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  const auto tree = home.scratch() / "tree";
  std::filesystem::create_directory(tree);
  start_workers(home, nullptr, port, {"-i", "2", "--watch=" + tree.string(), "--watch-delay", "10ms"});
  const auto before = pids_of(home);
  Load load(port, 4);
  REQUIRE(served(load, 20));
  write_file(tree / "main.js", "new");
  REQUIRE(wait_until(
      [&] {
        const auto now = pids_of(home);
        return now.size() == 2 &&
               std::ranges::none_of(now, [&](int pid) { return std::ranges::find(before, pid) != before.end(); });
      },
      30s));
  REQUIRE(served(load, 20));
  require_none_lost(load.stop());
}

TEST_CASE(
    "CLU2 a single instance with held ports is reloaded without a lost request, and restarted without a refused one",
    "[CLU2]") {
  NEED_SHARING();
  reload_under_load(nullptr, {"--hold-ports"}, 5);
  const TemporaryHome home;
  const int port = free_port();
  start_workers(home, nullptr, port, {"--hold-ports"});
  Load load(port, 4);
  for (int round = 0; round < 5; ++round) {
    done(home, {"restart", "web"});
    REQUIRE(served(load, 20));
  }
  const LoadResult result = load.stop();
  INFO(result.first_failure);
  CHECK(result.refused == 0);
  CHECK(result.failed <= 5 * 4);  // those that the process had in its hands when it was stopped
}

TEST_CASE("CLU2 what holds no ports is restarted by reload, and that is said", "[CLU2]") {
  const TemporaryHome home;
  start(home, "web", {"wait"}, {"--min-uptime", "100ms"});
  const int before = pid_of(home, "web");
  const Result result = done(home, {"reload", "web"});
  CHECK(has(result.out, "its ports are not held, so it was restarted"));
  CHECK_FALSE(alive(before));
  CHECK(home.forever({"reload", "nobody"}).exit_code != 0);
  done(home, {"stop", "web"});
  CHECK(home.forever({"reload", "web"}).exit_code == 1);
}

TEST_CASE("CLU2 connections that do not end keep an old process for the drain timeout, and no longer", "[CLU2]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  done(home, start_words("web", {"--hold-ports", "--wait", "--drain-timeout", "700ms"},
                         {"respond-after", "60000", "listen", std::to_string(port), "wait"}));
  const int before = pid_of(home, "web");
  std::thread client([&] { (void)http_get(port, "/", 20s); });
  REQUIRE(wait_until([&] {
    return has(done(home, {"describe", "web"}).out, std::to_string(before) + "  yes              1");
  }));
  const auto began = Clock::now();
  done(home, {"reload", "web"});
  CHECK(Clock::now() - began >= 700ms);
  CHECK_FALSE(alive(before));
  client.join();
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

TEST_CASE("CLU4 a release that ends is not taken, and the old one serves on", "[CLU4]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  const std::string bad = home.scratch() / "server.sh";
  write_file(bad, "exec '" + child_binary() + "' listen " + std::to_string(port) + " wait\n");
  done(home, {"start", bad, "--name", "web", "-i", "2", "--wait", "--ready-timeout", "1s"});
  const auto before = pids_of(home);
  Load load(port, 4);
  write_file(bad, "echo broken >&2; exit 3\n");
  Result result = home.forever({"reload", "web"});
  CHECK(result.exit_code == 1);
  require_one_line(result.err, "slot 0: the new process has ended: exit 3; the old one serves on");
  // And one that lives but never listens.
  write_file(bad, "exec '" + child_binary() + "' wait\n");
  result = home.forever({"reload", "web"});
  CHECK(result.exit_code == 1);
  CHECK(has(result.err, "is not ready after 1s; the old one serves on"));
  CHECK(pids_of(home) == before);
  CHECK(served(load, 50));
  require_none_lost(load.stop());
  CHECK(wait_until([&] { return processes_of(home).size() == 4; }));
}

TEST_CASE("CLU5 scale up and down under load loses no request", "[CLU5]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  start_workers(home, nullptr, port, {"-i", "2"});
  Load load(port, 4);
  for (const char* count : {"4", "-2", "+1", "1", "3"}) {
    done(home, {"scale", "web", count});
    REQUIRE(served(load, 30));
  }
  require_none_lost(load.stop());
  require_even_spread(port, 3);
}

TEST_CASE("CLU5 what is left of several after scaling down to one holds its port through restarts and crashes",
          "[CLU5]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  start_workers(home, nullptr, port, {"-i", "2"});
  done(home, {"scale", "web", "1"});
  Load load(port, 2);
  const int first = pid_of(home, "web");
  done(home, {"reload", "web"});
  REQUIRE(served(load, 30));
  require_none_lost(load.stop());
  const int second = pid_of(home, "web");
  REQUIRE(second != first);
  kill_hard(second);
  REQUIRE(http_get(port).ok());  // waits in the queue for the next process
  done(home, {"stop", "web"});
  done(home, {"start", "web"});
  REQUIRE(wait_until([&] { return http_get(port).ok(); }));
  done(home, {"scale", "web", "2"});
  require_even_spread(port, 2);
}

TEST_CASE("CLU5 an app that had its port to itself shares it once it is scaled", "[CLU5]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  start(home, "web", {"listen", std::to_string(port), "wait"});
  done(home, {"scale", "web", "3"});
  REQUIRE(wait_until([&] {
    const Json instances = listed(home, "web").at("instances");
    return std::all_of(instances.begin(), instances.end(), [](const Json& one) { return one.at("ready") == true; });
  }));
  require_even_spread(port, 3);
}

TEST_CASE("CLU5 a crash loop of one slot is steered around", "[CLU5][BACK1]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  start_workers(home, nullptr, port, {"-i", "2", "--backoff-first", "2s"});
  while (listed(home, "web").at("instances").at(1).at("status") != "backoff") {
    const int pid = pid_of(home, "web", 1);
    if (pid > 0) kill_hard(pid);
  }
  Load load(port, 4);
  REQUIRE(served(load, 200));
  require_none_lost(load.stop());
  CHECK(has(done(home, {"list"}).out, "1/2 online, backoff"));
}

TEST_CASE("SUP1 kill -9 of the supervisor: workers serve on, and its successor goes on sharing", "[SUP1][CLU2]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  start_workers(home, nullptr, port, {"-i", "2"});
  const auto before = pids_of(home);
  Load load(port, 4);
  for (int round = 0; round < 3; ++round) {
    const int supervisor = supervisor_of(home, "web");
    kill_hard(supervisor);
    REQUIRE(wait_until([&] { return supervisor_of(home, "web") != supervisor && supervisor_of(home, "web") != 0; }));
    if (round == 0) CHECK(pids_of(home) == before);
    done(home, {"reload", "web"});
    done(home, {"scale", "web", round % 2 == 0 ? "3" : "2"});
    REQUIRE(served(load, 30));
  }
  require_none_lost(load.stop());
  require_even_spread(port, 3);
}

TEST_CASE("SUP1 a bind that the dead supervisor had not answered is answered by its successor", "[SUP1][CLU2]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  const std::string go = home.scratch() / "go";
  done(home, start_words("web", {"-i", "2"}, {"wait-for", go, "listen", std::to_string(port), "wait"}));
  const int supervisor = supervisor_of(home, "web");
  const auto before = pids_of(home);
  send_signal(supervisor, SIGSTOP);
  write_file(go, "");
  // Both stand in bind now, which nobody answers.
  REQUIRE(wait_until([&] {
    return std::all_of(before.begin(), before.end(), [](int pid) {
      const std::string call = read_file("/proc/" + std::to_string(pid) + "/wchan");
      return has(call, "seccomp");
    });
  }));
  kill_hard(supervisor);
  REQUIRE(wait_until([&] {
    const Json instances = listed(home, "web").at("instances");
    return std::all_of(instances.begin(), instances.end(), [](const Json& one) { return one.at("ready") == true; });
  }));
  CHECK(pids_of(home) == before);
  require_even_spread(port, 2);
}

TEST_CASE(
    "SUP2 who adopts after keeper and supervisor were killed has the queues of living workers: a crash then loses none",
    "[SUP2][CLU3]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  start_workers(home, nullptr, port, {"--hold-ports"});
  kill_watchers(home, "web");
  done(home, {"list"});
  CHECK(describe_json(home, "web").at("ports").dump() == "[\"0.0.0.0:" + std::to_string(port) + "\"]");
  // The only worker dies: what connects meanwhile waits in the socket that was taken back.
  Load load(port, 3);
  for (int round = 0; round < 3; ++round) {
    const int pid = pid_of(home, "web");
    kill_hard(pid);
    REQUIRE(wait_until([&] { return pid_of(home, "web") > 0 && pid_of(home, "web") != pid; }));
    REQUIRE(served(load, 20));
  }
  const LoadResult result = load.stop();
  INFO(result.first_failure);
  CHECK(result.refused == 0);
  CHECK(result.failed <= 3 * 3);  // those in the hands of the killed
  done(home, {"stop", "web"});
  CHECK(can_bind(port));
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
  CHECK(processes_of(home).empty());
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
  REQUIRE(wait_until([&] {
    const Json instances = listed(home, "web").at("instances");
    return std::all_of(instances.begin(), instances.end(), [](const Json& one) { return one.at("ready") == true; });
  }));
  require_even_spread(port, 2);
}

TEST_CASE("SUP2 keeper and supervisor killed together: workers serve on, and whoever adopts them shares on",
          "[SUP2][CLU2]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  start_workers(home, nullptr, port, {"-i", "2"});
  const auto before = pids_of(home);
  Load load(port, 4);
  kill_watchers(home, "web");
  REQUIRE(served(load, 50));
  done(home, {"list"});
  CHECK(pids_of(home) == before);
  done(home, {"reload", "web"});
  REQUIRE(served(load, 50));
  require_none_lost(load.stop());
  require_even_spread(port, 2);
  done(home, {"stop", "web"});
  CHECK(can_bind(port));
}
