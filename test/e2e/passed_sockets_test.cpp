// --listen: sockets that a program finds open, with servers of other languages that know the protocol or nothing but a number.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstring>
#include <set>

#include "platform/handle.hpp"
#include "test/e2e/workers.hpp"

using namespace forever::test;

namespace {

constexpr const char* kPassedNode =
    "const s = require('http').createServer((q, r) => { r.setHeader('Connection', 'close'); r.end(process.pid + "
    "'\\n'); });\n"
    "s.listen({fd: 3});\n"
    "process.on('SIGTERM', () => s.close(() => process.exit(0)));\n";

// Serves on whatever it is given; ends when the requests in its hands are answered.
constexpr const char* kPassedPython = R"(import os, selectors, signal, socket, sys
assert os.environ['LISTEN_PID'] == str(os.getpid()), os.environ['LISTEN_PID']
names = os.environ['LISTEN_FDNAMES'].split(':')
sockets = [socket.socket(fileno=3 + i) for i in range(int(os.environ['LISTEN_FDS']))]
print('given', *['%s=%s' % (n, s.getsockname()) for n, s in zip(names, sockets)], flush=True)
print('open', *sorted(f for f in os.listdir('/proc/self/fd') if os.path.exists('/proc/self/fd/' + f)), flush=True)
over = []
signal.signal(signal.SIGTERM, lambda *_: over.append(1))
waiting = selectors.DefaultSelector()
for s in sockets:
    s.setblocking(False)
    waiting.register(s, selectors.EVENT_READ)
while not over:
    for key, _ in waiting.select(0.05):
        try:
            c, _ = key.fileobj.accept()
        except BlockingIOError:
            continue
        c.setblocking(True)
        c.recv(4096)
        c.sendall(b'HTTP/1.0 200 OK\r\n\r\n%d\n' % os.getpid())
        c.close()
)";

std::string server_file(const TemporaryHome& home, const char* name, const char* text) {
  const auto file = home.scratch() / name;
  write_file(file, text);
  return file;
}

// What answers there, one of many requests each.
std::set<int> answering(int port) {
  Load load(port, 4);
  REQUIRE(served(load, 200));
  const LoadResult result = load.stop();
  require_none_lost(result);
  std::set<int> pids;
  for (const auto& [body, count] : result.answered) pids.insert(std::stoi(body));
  return pids;
}

// The answer to one request at a Unix socket; empty if there was none.
std::string ask_local(const std::string& path) {
  const forever::Handle socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(static_cast<char*>(address.sun_path), path.c_str(), sizeof address.sun_path - 1);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return {};
  if (::send(socket.get(), "GET / HTTP/1.0\r\n\r\n", 18, MSG_NOSIGNAL) != 18) return {};
  std::string answer;
  char buffer[512];
  for (ssize_t got = 0; (got = ::recv(socket.get(), buffer, sizeof buffer, 0)) > 0;)
    answer.append(buffer, static_cast<std::size_t>(got));
  return answer;
}

}  // namespace

TEST_CASE("CLU1 a socket that --listen opens is passed by systemd's protocol, and nothing else is open",
          "[CLU1][START5]") {
  NEED("python3");
  const TemporaryHome home;
  const int port = free_port(), other = free_port();
  const std::string path = home.scratch() / "a web.sock";
  done(home, {"start", server_file(home, "server.py", kPassedPython), "--name", "web", "--listen",
              "http=127.0.0.1:" + std::to_string(port), "--listen", std::to_string(other), "--listen", "unix:" + path});
  CHECK(wait_for_log(home, "web", "given http=('127.0.0.1', " + std::to_string(port) + ") web=("));
  CHECK(has(log_of(home, "web"), "web=" + path + "\n"));
  CHECK(wait_for_log(home, "web", "open 0 1 2 3 4 5"));
  CHECK(has(log_of(home, "web"), "open 0 1 2 3 4 5\n"));
  const int pid = pid_of(home, "web");
  const std::string body = std::to_string(pid) + "\n";
  CHECK(http_get(port).body == body);
  CHECK(http_get(other).body == body);
  CHECK(has(ask_local(path), body));
  const Json app = describe_json(home, "web");
  CHECK(app.at("listen").dump() ==
        "[\"http=127.0.0.1:" + std::to_string(port) + "\",\"" + std::to_string(other) + "\",\"unix:" + path + "\"]");
  CHECK(app.at("ports_shared") == false);
  const std::string shown = done(home, {"describe", "web"}).out;
  CHECK(has(shown, "Passed sockets"));
  CHECK(has(shown, "  http=127.0.0.1:" + std::to_string(port) + " "));
  done(home, {"stop", "web"});
  CHECK(can_bind(port));
  CHECK(can_bind(other));
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("CLU2 a Node server that listens on descriptor 3: instances share it, and no request is lost in a reload",
          "[CLU2]") {
  NEED("node");
  const TemporaryHome home;
  const int port = free_port();
  done(home, {"start", server_file(home, "server.js", kPassedNode), "--name", "web", "-i", "2", "--listen",
              "127.0.0.1:" + std::to_string(port), "--min-uptime", "300ms", "--wait"});
  const auto before = pids_of(home);
  REQUIRE(before.size() == 2);
  for (const int pid : answering(port)) CHECK(std::ranges::find(before, pid) != before.end());
  Load load(port, 4);
  CHECK(has(done(home, {"reload", "web"}).out, "web reloaded"));
  REQUIRE(served(load, 20));
  require_none_lost(load.stop());
  for (const int pid : before) CHECK_FALSE(alive(pid));
  done(home, {"scale", "web", "3"});
  CHECK(pids_of(home).size() == 3);
}

TEST_CASE("CLU3 connections to a passed socket wait while its program restarts or crashes", "[CLU3]") {
  NEED("python3");
  const TemporaryHome home;
  const int port = free_port();
  done(home, {"start", server_file(home, "server.py", kPassedPython), "--name", "web", "--listen",
              "127.0.0.1:" + std::to_string(port)});
  Load load(port, 3);
  REQUIRE(served(load, 20));
  done(home, {"restart", "web"});
  REQUIRE(served(load, 20));
  const int pid = pid_of(home, "web");
  kill_hard(pid);
  REQUIRE(served(load, 20));
  CHECK(pid_of(home, "web") != pid);
  const LoadResult result = load.stop();
  CHECK(result.refused == 0);
  CHECK(result.failed <= 3);  // what the killed one had in its hands
}

TEST_CASE("SUP1 a passed socket outlives the supervisor, and the keeper too", "[SUP1][SUP2]") {
  NEED("python3");
  const TemporaryHome home;
  const int port = free_port();
  const std::string path = home.scratch() / "web.sock";
  done(home, {"start", server_file(home, "server.py", kPassedPython), "--name", "web", "--listen",
              "127.0.0.1:" + std::to_string(port), "--listen", "unix:" + path});
  REQUIRE(wait_for_log(home, "web", "given"));
  Load load(port, 3);
  REQUIRE(served(load, 20));
  const int supervisor = supervisor_of(home, "web");
  const int pid = pid_of(home, "web");
  kill_hard(supervisor);
  CHECK(new_supervisor(home, "web", supervisor) > 0);
  CHECK(pid_of(home, "web") == pid);
  done(home, {"restart", "web"});
  REQUIRE(served(load, 20));
  kill_watchers(home, "web");
  REQUIRE(served(load, 20));
  done(home, {"list"});
  const int adopted = pid_of(home, "web");
  done(home, {"restart", "web"});
  CHECK_FALSE(alive(adopted));
  REQUIRE(served(load, 20));
  CHECK(has(ask_local(path), std::to_string(pid_of(home, "web")) + "\n"));
  // The keeper alone: its supervisor takes its place, and carries the sockets over.
  const int keeper = keeper_of(home, "web");
  kill_hard(keeper);
  REQUIRE(wait_until([&] { return keeper_of(home, "web") != keeper && supervisor_of(home, "web") > 0; }));
  done(home, {"restart", "web"});
  REQUIRE(served(load, 20));
  require_none_lost(load.stop());
  done(home, {"stop", "web"});
  CHECK(can_bind(port));
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("START1 an unavailable address is reported in one line, with its holder, and nothing is started",
          "[START1]") {
  const TemporaryHome home;
  const int port = free_port();
  const std::string address = "127.0.0.1:" + std::to_string(port);
  const std::string path = home.scratch() / "web.sock";
  const auto refused = [&](const std::string& listen, const std::string& part) {
    const Result result = home.forever(start_words("other", {"--listen", listen}, {"wait"}));
    CHECK(result.exit_code == 1);
    require_one_line(result.err, part);
    CHECK(listed(home, "other").is_null());
  };
  start(home, "web", {"wait"}, {"--listen", address, "--listen", "unix:" + path});
  refused(address, "cannot listen on " + address + ": address already in use; port " + std::to_string(port) +
                       " is held by app web");
  refused("unix:" + path, "listens there");
  refused("192.0.2.1:" + std::to_string(free_port()), "cannot assign requested address");
  write_file(home.scratch() / "file", "x");
  refused("unix:" + (home.scratch() / "file").string(), "it exists and is not a socket");
  CHECK(read_file(home.scratch() / "file") == "x");
  refused("unix:" + (home.scratch() / "none" / "x").string(), "no such file or directory");
  // What a dead process has left is replaced.
  kill_watchers(home, "web");
  kill_hard(pid_of(home, "web"));
  done(home, {"delete", "web"});
  done(home, start_words("other", {"--listen", "unix:" + path}, {"wait"}));
  struct stat facts {};
  CHECK(::stat(path.c_str(), &facts) == 0);
}

TEST_CASE("START1 what is no address is refused with the forms that there are", "[START1]") {
  const TemporaryHome home;
  for (const std::string word : {"", "web", "0", "65536", "127.0.0.1", "127.0.0.1:", "::1:80", "[::1]", "localhost:80",
                                 "unix:", "unix:relative", "a b=80"}) {
    INFO(word);
    const Result result = home.forever(start_words("web", {"--listen", word}, {"wait"}));
    CHECK(result.exit_code == 2);
    require_one_line(result.err, "--listen");
  }
  const Result far = home.forever(start_words("web", {"--listen", "unix:/" + std::string(200, 'x')}, {"wait"}));
  CHECK(far.exit_code == 2);
  require_one_line(far.err, "its path may have 107 bytes");
  const Result twice = home.forever(start_words("web", {"--listen", "8081", "--listen", "8081"}, {"wait"}));
  CHECK(twice.exit_code == 2);
  require_one_line(twice.err, "is given twice");
}

TEST_CASE("START1 a socket that is passed cannot be waited for, and run has neither sockets nor instances",
          "[START1]") {
  const TemporaryHome home;
  for (const Words& more : {Words{}, Words{"--hold-ports"}}) {
    const Result refused = home.forever(start_words(
        "web", Words{"--ready", "listen", "--listen", "127.0.0.1:" + std::to_string(free_port())} + more, {"wait"}));
    CHECK(refused.exit_code == 1);
    require_one_line(refused.err, "a passed socket listens before the program runs");
  }
  for (const char* const option : {"--listen", "--ready", "-i", "--instances", "--hold-ports", "--increment-env"}) {
    const Result refused = home.forever({"run", option, "2", child_binary()});
    CHECK(refused.exit_code == 2);
    require_one_line(refused.err,
                     "unknown option '" + std::string{option} + "'; run keeps one program in the foreground");
  }
  require_one_line(home.forever({"dev", "--hold-ports", child_binary()}).err,
                   "; dev keeps one program in the foreground");
}

TEST_CASE("STOP1 when stop returns the ports are free, whatever process had a copy of their sockets", "[STOP1][CLU1]") {
  NEED_SHARING();
  const TemporaryHome home;
  for (int round = 0; round < 15; ++round) {
    const int port = free_port(), passed = free_port();
    start(home, "web", {"listen", std::to_string(port), "wait"}, {"-i", "2", "--wait"});
    start(home, "other", {"wait"}, {"--listen", "127.0.0.1:" + std::to_string(passed)});
    done(home, {"stop", "all"});
    CHECK(can_bind(port, false));
    CHECK(can_bind(passed, false));
    done(home, {"delete", "all"});
  }
}

TEST_CASE("APPS1 an apps file names the sockets of an app and when it is ready", "[APPS1]") {
  const TemporaryHome home;
  const int port = free_port();
  const auto file = home.scratch() / "apps.json";
  const auto write = [&](const std::string& listen) {
    write_file(file, R"({"apps": [{"name": "web", "script": ")" + child_binary() +
                         R"(", "args": ["wait"], "listen": )" + listen + R"(, "ready": "uptime"}]})");
  };
  write("[\"127.0.0.1:" + std::to_string(port) + "\"]");
  done(home, {"start", file});
  CHECK(can_connect(port));
  // Another one in its place.
  const int next = free_port();
  write("\"" + std::to_string(next) + "\"");
  done(home, {"apply", file});
  CHECK(can_connect(next));
  CHECK_FALSE(can_connect(port));
}
