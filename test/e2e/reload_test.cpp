// CLU2, CLU4: reload replaces workers one by one, and no connection is lost.
#include <algorithm>
#include <csignal>
#include <optional>
#include <thread>

#include "test/e2e/shared_ports.hpp"

using namespace forever::test;

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

TEST_CASE("CLU2 the exits of a reload have that trigger, those of a watched change theirs", "[CLU2]") {
  const TemporaryHome home;
  const auto last_trigger = [&] {
    return describe_json(home, "web").at("last_exits").back().at("trigger").get<std::string>();
  };
  const std::filesystem::path tree = home.scratch() / "tree";
  std::filesystem::create_directory(tree);
  for (const Words& options : {Words{"--hold-ports"}, Words{}}) {
    start(home, "web", {"listen", std::to_string(free_port()), "wait"},
          Words{"--cwd", tree, "--watch", "--watch-delay", "0", "--min-uptime", "50ms"} + options);
    done(home, {"reload", "web"});
    REQUIRE(wait_until([&] { return describe_json(home, "web").at("last_exits").size() == 1; }));
    CHECK(last_trigger() == "reload");
    write_file(tree / "x", options.empty() ? "1" : "2");
    REQUIRE(wait_until([&] { return describe_json(home, "web").at("last_exits").size() == 2; }));
    CHECK(last_trigger() == "watch");
    done(home, {"delete", "web"});
  }
}

TEST_CASE("CLU2 an app without held ports is restarted by reload, which is reported", "[CLU2]") {
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

TEST_CASE("CLU4 a release that ends is not taken, and the old one serves on", "[CLU4]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  const std::string bad = home.scratch() / "server.sh";
  write_file(bad, "exec '" + child_binary() + "' listen " + std::to_string(port) + " wait\n");
  done(home, {"start", bad, "--name", "web", "-i", "2", "--wait", "--ready-timeout", "60s"});
  const auto before = pids_of(home);
  Load load(port, 4);
  write_file(bad, "echo broken >&2; exit 3\n");
  Result result = home.forever({"reload", "web"});
  CHECK(result.exit_code == 1);
  require_one_line(result.err, "slot 0: the new process has ended: exit 3; the old one keeps serving");
  // And one that lives but never listens.
  write_file(bad, "exec '" + child_binary() + "' wait\n");
  result = home.forever({"reload", "web", "--ready-timeout", "1s"});
  CHECK(result.exit_code == 1);
  CHECK(has(result.err, "is not ready after 1s; the old one keeps serving"));
  CHECK(pids_of(home) == before);
  CHECK(served(load, 50));
  require_none_lost(load.stop());
  CHECK(wait_until([&] { return processes_of(home).size() == 4; }));
}

TEST_CASE("CLU4 a release that listens on one of its two ports only is not taken", "[CLU4]") {
  NEED_SHARING();
  const TemporaryHome home;
  const std::string first = std::to_string(free_port()), second = std::to_string(free_port());
  const std::string file = home.scratch() / "server.sh";
  const auto write_release = [&](const std::string& words) {
    write_file(file, "exec '" + child_binary() + "' " + words + " wait\n");
  };
  write_release("listen " + first + " listen " + second);
  done(home, {"start", file, "--name", "web", "-i", "2", "--wait", "--ready-timeout", "60s"});
  const auto before = pids_of(home);
  Load load(std::stoi(second), 3);
  write_release("listen " + first);
  const Result result = home.forever({"reload", "web", "--ready-timeout", "500ms"});
  CHECK(result.exit_code == 1);
  CHECK(has(result.err, "is not ready after 500ms; the old one keeps serving"));
  CHECK(pids_of(home) == before);
  write_release("listen " + second + " listen " + first);
  done(home, {"reload", "web"});
  REQUIRE(served(load, 30));
  require_none_lost(load.stop());
}

namespace {

// A client that keeps one request open on `port` until it is answered, or the worker ends.
class OpenRequest {
 public:
  explicit OpenRequest(int port) : client_([port] { (void)http_get(port, "/", 60s); }) {}
  OpenRequest(const OpenRequest&) = delete;
  OpenRequest& operator=(const OpenRequest&) = delete;
  ~OpenRequest() { client_.join(); }

 private:
  std::thread client_;
};

// A single instance whose port is held and which answers after a minute, with one request in its hands.
struct Busy {
  Busy(const TemporaryHome& home, const Words& options, const Words& words = {}) : port(free_port()) {
    done(home, start_words("web", Words{"--hold-ports", "--wait"} + options,
                           words + Words{"respond-after", "60000", "listen", std::to_string(port), "wait"}));
    pid = pid_of(home, "web");
    request.emplace(port);
    taken = wait_until([&] {
      return has(done(home, {"describe", "web"}).out, std::to_string(pid) + "  yes              1");
    });
  }
  int port;
  int pid = 0;
  bool taken = false;
  std::optional<OpenRequest> request;
};

bool wait_for_successor(const TemporaryHome& home, int before) {
  return wait_until([&] {
    const int now = pid_of(home, "web");
    return now != 0 && now != before;
  });
}

// That is all that there is of the app: the one that serves.
bool only_one_is_left(const TemporaryHome& home, int before) {
  return wait_until([&] {
    const Json instances = listed(home, "web").at("instances");
    return instances.size() == 1 && instances[0].at("status") == "online" && instances[0].at("pid") != before &&
           !alive(before) && processes_of(home).size() == 3;  // with keeper and supervisor
  });
}

}  // namespace

TEST_CASE("CLU2 reload takes its timeouts this once instead of the app's", "[CLU2]") {
  NEED_SHARING();
  const TemporaryHome home;
  const Busy busy(home, {"--drain-timeout", "1h"});
  REQUIRE(busy.taken);
  const auto began = Clock::now();
  done(home, {"reload", "web", "--drain-timeout", "300ms"});
  CHECK(Clock::now() - began >= 300ms);
  CHECK_FALSE(alive(busy.pid));
  CHECK(describe_json(home, "web").at("drain_timeout_ms") == 3600000);
  const Result zero = home.forever({"reload", "web", "--ready-timeout", "0"});
  CHECK(zero.exit_code == 2);
  require_one_line(zero.err, "--ready-timeout '0' must be more than 0");
  CHECK(home.forever({"start", "x", "--ready-timeout", "0s"}).exit_code == 2);
}

TEST_CASE("CLU4 reload gives a new process up after the time that is given it this once", "[CLU4]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  const std::string script = home.scratch() / "server.sh";
  write_file(script, "exec '" + child_binary() + "' listen " + std::to_string(port) + " wait\n");
  done(home, {"start", script, "--name", "web", "--hold-ports", "--wait", "--ready-timeout", "60s"});
  write_file(script, "exec '" + child_binary() + "' wait\n");
  const Result result = home.forever({"reload", "web", "--ready-timeout", "400ms"});
  CHECK(result.exit_code == 1);
  CHECK(has(result.err, "is not ready after 400ms; the old one keeps serving"));
}

TEST_CASE("CLU2 the count of restarts never falls, not while a reload is under way nor when its supervisor dies",
          "[CLU2]") {
  NEED_SHARING();
  const TemporaryHome home;
  const Busy busy(home, {"--drain-timeout", "1s"});
  REQUIRE(busy.taken);
  const auto restarts = [&] { return listed(home, "web").at("restarts").get<int>(); };
  std::thread reload([&] { (void)home.forever({"reload", "web"}); });
  CHECK(wait_for_successor(home, busy.pid));
  CHECK(restarts() == 1);  // the old one that drains is not counted beside the new one
  send_signal(listed(home, "web").at("supervisor_pid").get<int>(), SIGKILL);
  reload.join();
  CHECK(only_one_is_left(home, busy.pid));
  CHECK(restarts() >= 1);  // the client repeats a reload with the next supervisor
}

TEST_CASE("CLU2 a start while an old process is being stopped brings none back", "[CLU2]") {
  NEED_SHARING();
  const TemporaryHome home;
  const Busy busy(home, {"--drain-timeout", "100ms", "--kill-timeout", "1500ms"}, {"ignore", "TERM"});
  REQUIRE(busy.taken);
  std::thread reload([&] { (void)home.forever({"reload", "web"}); });
  CHECK(wait_until([&] { return status_of(home, "web") == "stopping"; }));
  CHECK(home.forever({"start", "web"}).exit_code == 0);
  reload.join();
  CHECK(only_one_is_left(home, busy.pid));
}

TEST_CASE("CLU2 a save while an old process is being stopped brings none back", "[CLU2]") {
  NEED_SHARING();
  const TemporaryHome home;
  const std::filesystem::path tree = home.scratch() / "tree";
  std::filesystem::create_directory(tree);
  const Busy busy(
      home, {"--drain-timeout", "100ms", "--kill-timeout", "1500ms", "--watch=" + tree.string(), "--watch-delay", "0"},
      {"ignore", "TERM"});
  REQUIRE(busy.taken);
  write_file(tree / "x", "1");
  CHECK(wait_until([&] { return status_of(home, "web") == "stopping"; }));
  const int second = pid_of(home, "web");
  write_file(tree / "x", "2");
  CHECK(wait_for_successor(home, second));
  CHECK(only_one_is_left(home, busy.pid));
}

TEST_CASE("CLU2 an old process that is unhealthy while it drains is not restarted", "[CLU2]") {
  NEED_SHARING();
  const TemporaryHome home;
  const std::string sick = home.scratch() / "sick";
  const Busy busy(home, {"--drain-timeout", "1s", "--health-cmd", "test ! -e '" + sick + "'", "--health-interval",
                         "50ms", "--health-threshold", "1"});
  REQUIRE(busy.taken);
  std::thread reload([&] { (void)home.forever({"reload", "web"}); });
  CHECK(wait_for_successor(home, busy.pid));
  const int second = pid_of(home, "web");
  write_file(sick, "");
  CHECK(wait_for_successor(home, second));  // that one is
  std::filesystem::remove(sick);
  reload.join();
  CHECK(only_one_is_left(home, busy.pid));
}

TEST_CASE("CLU2 an app that holds its port no longer does not meet its own socket", "[CLU2]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  const auto write_app = [&](bool held) {
    write_file(home.scratch() / "apps.json", Json({{"name", "web"},
                                                   {"script", child_binary()},
                                                   {"args", {"listen", std::to_string(port), "wait"}},
                                                   {"hold_ports", held}})
                                                 .dump());
  };
  write_app(true);
  done(home, {"start", "apps.json", "--wait"});
  const int before = pid_of(home, "web");
  write_app(false);
  CHECK(has(done(home, {"apply", "apps.json"}).out, "web: changed (hold_ports), to be restarted"));
  CHECK(wait_for_successor(home, before));
  CHECK(wait_until([&] { return http_get(port).ok(); }));
  CHECK(listed(home, "web").at("failures") == 0);
  done(home, {"stop", "web"});
  CHECK(can_bind(port));
}

TEST_CASE("CLU2 a client that keeps its connection loses it once in a reload, not once for each worker", "[CLU2]") {
  NEED_SHARING();
  NEED("node");
  NEED("python3");
  const TemporaryHome home;
  const int port = free_port();
  start_workers(home, &kNode, port, {"-i", "2", "--drain-timeout", "300ms"});
  // 24 clients, each with a connection of its own, asking on and on; one that is cut off connects again and is counted.
  write_file(home.scratch() / "clients.py", R"(import http.client, os, sys, threading
cut, answers, stop = [0] * 24, [0] * 24, threading.Event()
def client(number):
    connection = None
    while not stop.is_set():
        try:
            connection = connection or http.client.HTTPConnection('127.0.0.1', int(sys.argv[1]), timeout=20)
            connection.request('GET', '/')
            connection.getresponse().read()
            answers[number] += 1
            stop.wait(0.005)
        except (http.client.HTTPException, OSError):
            connection = None
            cut[number] += 1
threads = [threading.Thread(target=client, args=[number]) for number in range(24)]
for thread in threads: thread.start()
while min(answers) == 0: stop.wait(0.01)
open('ready', 'w').close()
sys.stdin.read()
stop.set()
for thread in threads: thread.join()
print(max(cut), sum(cut))
)");
  Command command;
  command.argv = {"/bin/sh", "-c",
                  "mkfifo go; python3 clients.py " + std::to_string(port) +
                      " <go & exec 9>go; while ! test -e ready; do sleep 0.01; done; '" + forever_binary() +
                      "' reload web >reloaded; exec 9>&-; wait"};
  command.directory = home.scratch();
  command.environment["FOREVER_HOME"] = home.state().string();
  const Result result = run(command);
  INFO(result.out << result.err << read_file(home.scratch() / "reloaded"));
  CHECK(has(read_file(home.scratch() / "reloaded"), "web reloaded"));
  CHECK(result.out.starts_with("1 "));
}
