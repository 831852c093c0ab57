// CLU: what happens with programs that use sockets in ways of their own when their ports are shared: threads that bind, several
// ports, workers of their own, IPv6, sockets that are no TCP. Written in Python, so that none of it is made for us.
#include <algorithm>
#include <set>

#include "platform/users.hpp"
#include "test/e2e/workers.hpp"

using namespace forever::test;

namespace {

constexpr const char* kServe = R"(import os, socket, sys, threading, time
def serve(s):
    while True:
        c, _ = s.accept()
        c.recv(4096)
        c.sendall(b'HTTP/1.0 200 OK\r\n\r\n%d\n' % os.getpid())
        c.close()
def tcp(port, family=socket.AF_INET, address='127.0.0.1', reuse_port=False, only=None):
    s = socket.socket(family)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if reuse_port:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if only is not None:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only)
    s.bind((address, port))
    s.listen(5)
    return s
ports = [int(word) for word in sys.argv[1:]]
)";

class OddServer {
 public:
  // `program` follows kServe, and finds its ports in `ports`.
  OddServer(const std::string& program, std::size_t port_count) {
    for (std::size_t i = 0; i < port_count; ++i) ports_.push_back(free_port());
    const auto file = home.scratch() / "server.py";
    write_file(file, kServe + program);
    Words words{"start", file, "--name", "web", "-i", "2", "--wait", "--"};
    for (const int port : ports_) words.push_back(std::to_string(port));
    done(home, words);
  }

  [[nodiscard]] int port(std::size_t i = 0) const { return ports_.at(i); }
  // The bodies of 100 answers, none of which may fail.
  [[nodiscard]] std::set<std::string> answers(std::size_t i = 0) const {
    Load load(port(i), 3);
    REQUIRE(wait_until([&] { return load.requests() >= 100; }, 30s));
    const LoadResult result = load.stop();
    INFO(result.first_failure);
    CHECK(result.refused + result.failed == 0);
    std::set<std::string> bodies;
    for (const auto& [body, count] : result.answered) bodies.insert(body);
    return bodies;
  }
  // Reloads under load: nothing is lost, and no old process answers afterwards.
  void require_reload(std::size_t workers, std::size_t i = 0) const {
    const auto before = answers(i);
    CHECK(before.size() == workers);
    Load load(port(i), 3);
    done(home, {"reload", "web"});
    const LoadResult result = load.stop();
    INFO(result.first_failure);
    CHECK(result.refused + result.failed == 0);
    const auto after = answers(i);
    CHECK(after.size() == workers);
    for (const std::string& body : after) CHECK_FALSE(before.contains(body));
  }

  const TemporaryHome home;

 private:
  std::vector<int> ports_;
};

std::string own_user() { return forever::user_name(forever::effective_uid()); }

}  // namespace

#define NEED_PYTHON_AND_SHARING() \
  NEED_SHARING();                 \
  NEED("python3")

TEST_CASE("CLU1 threads that bind, each a port of its own", "[CLU1][CLU2]") {
  NEED_PYTHON_AND_SHARING();
  const OddServer server("for port in ports: threading.Thread(target=lambda p=port: serve(tcp(p))).start()\n", 2);
  REQUIRE(wait_until([&] { return describe_json(server.home, "web").at("ports").size() == 2; }));
  REQUIRE(can_connect(server.port(1)));
  CHECK(server.answers(1).size() == 2);
  server.require_reload(2);
  CHECK(server.answers(1).size() == 2);
}

TEST_CASE("CLU1 a program that forks workers which share its socket", "[CLU1][CLU2]") {
  NEED_PYTHON_AND_SHARING();
  const OddServer server(R"(s = tcp(ports[0])
for i in range(2):
    if os.fork() == 0:
        serve(s)
os.wait()
)",
                         1);
  server.require_reload(4);
}

TEST_CASE("CLU1 a server below a shell that waits for it, as npm start has it", "[CLU1][CLU2]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  const std::string file = home.scratch() / "start.sh";
  write_file(file, "'" + child_binary() + "' listen " + std::to_string(port) + " wait\nexit 3\n");
  done(home, {"start", file, "--name", "web", "-i", "2", "--wait"});
  Load load(port, 3);
  REQUIRE(served(load, 100));
  done(home, {"reload", "web"});
  const auto shells = pids_of(home);
  REQUIRE(served(load, 100));
  kill_hard(shells.at(0));  // its server goes with it, and the next one has its socket
  REQUIRE(wait_until([&] { return pid_of(home, "web") != shells.at(0) && all_ready(home); }));
  REQUIRE(served(load, 50));
  const LoadResult result = load.stop();
  INFO(result.first_failure);
  CHECK(result.answered.size() == 5);
  CHECK(result.refused == 0);
  CHECK(result.failed <= 3);  // what was in the hands of the killed
}

TEST_CASE("CLU1 a program whose children bind, with SO_REUSEPORT set by itself", "[CLU1][CLU2]") {
  NEED_PYTHON_AND_SHARING();
  const OddServer server(R"(for i in range(2):
    if os.fork() == 0:
        serve(tcp(ports[0], reuse_port=True))
os.wait()
)",
                         1);
  REQUIRE(wait_until([&] { return server.answers().size() == 4; }));
  server.require_reload(4);
}

TEST_CASE("CLU1 IPv6 and IPv4 on one socket", "[CLU1][CLU2]") {
  NEED_PYTHON_AND_SHARING();
  if (!std::filesystem::exists("/proc/net/if_inet6")) SKIP_CASE("there is no IPv6 here");
  const OddServer server("serve(tcp(ports[0], socket.AF_INET6, '::', only=0))\n", 1);
  CHECK(describe_json(server.home, "web").at("ports").dump() == "[\"[::]:" + std::to_string(server.port()) + "\"]");
  server.require_reload(2);
}

TEST_CASE("CLU1 IPv4 and IPv6 on sockets of their own", "[CLU1][CLU2]") {
  NEED_PYTHON_AND_SHARING();
  if (!std::filesystem::exists("/proc/net/if_inet6")) SKIP_CASE("there is no IPv6 here");
  const OddServer server(R"(six = tcp(ports[0], socket.AF_INET6, '::', only=1)
threading.Thread(target=serve, args=(six,)).start()
serve(tcp(ports[0], address='0.0.0.0'))
)",
                         1);
  REQUIRE(wait_until([&] { return describe_json(server.home, "web").at("ports").size() == 2; }));
  server.require_reload(2);
}

TEST_CASE("CLU1 port 0, UDP and Unix sockets are left alone, and a second bind is refused as without us", "[CLU1]") {
  NEED_PYTHON_AND_SHARING();
  const OddServer server(R"(def say(*words):
    os.write(1, (' '.join((os.environ['FOREVER_INSTANCE'],) + words) + '\n').encode())  # two workers write, each whole lines
def tried(what, attempt):
    try:
        attempt()
        say(what, 'ok')
    except OSError as error:
        say(what, error.strerror)
a = socket.socket()
a.bind(('127.0.0.1', 0))
a.listen(5)
say('port0', 'ok' if a.getsockname()[1] else 'none')
datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
tried('udp', lambda: datagram.bind(('127.0.0.1', ports[0])))
local = socket.socket(socket.AF_UNIX)
tried('unix', lambda: local.bind(sys.path[0] + '/local'))
own = socket.socket(socket.AF_UNIX)
own.bind('\0forever-test-%d' % os.getpid())
own.listen(5)
first = tcp(ports[0])
tried('listening', lambda: first.listen(10))
tried('second', lambda: tcp(ports[0]))
first.close()
again = tcp(ports[0])
again.setblocking(True)
say('again', 'ok', 'inheritable' if again.get_inheritable() else 'private')
serve(again)
)",
                         1);
  for (const std::string slot : {"0", "1"}) {
    CHECK(wait_for_log(server.home, "web", slot + " port0 ok\n"));
    CHECK(wait_for_log(server.home, "web", slot + " listening ok\n"));
    CHECK(wait_for_log(server.home, "web", slot + " second Address already in use\n"));
    CHECK(wait_for_log(server.home, "web", slot + " again ok private\n"));
  }
  // These are not shared: they belong to the first one.
  for (const std::string kind : {"udp", "unix"}) {
    const std::string log = log_of(server.home, "web");
    CHECK(count_of(log, ' ' + kind + " ok\n") == 1);
    CHECK(count_of(log, ' ' + kind + " Address already in use\n") == 1);
  }
  CHECK(server.answers().size() == 2);
  CHECK(describe_json(server.home, "web").at("ports").size() == 1);
}

TEST_CASE("CLU1 nginx: each master's workers share its socket, and a reload loses no request", "[CLU1][CLU2]") {
  NEED_SHARING();
  NEED("nginx");
  const TemporaryHome home;
  const int port = free_port();
  const std::string folder = home.scratch();
  // Of each instance a pid file of its own: nginx signals what it finds there.
  write_file(folder + "/nginx.sh", "exec nginx -p " + folder + " -e stderr -c " + folder + "/nginx.conf -g \"pid " +
                                       folder + "/$$.pid; daemon off;\"\n");
  std::filesystem::create_directory(folder + "/temp");
  std::string paths;
  for (const char* name : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
    paths += std::string{name} + "_temp_path temp;";
  write_file(folder + "/nginx.conf",
             "user " + own_user() +
                 ";worker_processes 2;error_log stderr;events{worker_connections 64;}http{access_log off;" + paths +
                 "server{listen 127.0.0.1:" + std::to_string(port) + ";location /{return 200 '$pid\\n';}}}\n");
  done(home, {"start", folder + "/nginx.sh", "--name", "web", "-i", "2", "--wait"});
  Load load(port, 3);
  REQUIRE(served(load, 200));
  done(home, {"reload", "web"});
  REQUIRE(served(load, 50));
  const LoadResult result = load.stop();
  require_none_lost(result);
  CHECK(result.answered.size() > 2);  // workers of both generations
  done(home, {"stop", "web"});
  CHECK(can_bind(port));
}

TEST_CASE("CLU1 gunicorn: its arbiters share the port, and so do the workers of each", "[CLU1][CLU2]") {
  NEED_SHARING();
  NEED("gunicorn");
  const TemporaryHome home;
  const int port = free_port();
  write_file(home.scratch() / "hello.py", R"(import os
def application(environ, start_response):
    body = b'%d\n' % os.getpid()
    start_response('200 OK', [('Content-Length', str(len(body)))])
    return [body]
)");
  done(home, {"start", "gunicorn", "--name", "web", "-i", "2", "--wait", "--cwd", home.scratch(), "--", "-w", "2", "-b",
              "127.0.0.1:" + std::to_string(port), "--graceful-timeout", "5", "hello:application"});
  Load load(port, 3);
  REQUIRE(wait_until([&] { return load.requests() >= 200; }, 60s));
  done(home, {"reload", "web"});
  REQUIRE(served(load, 50));
  require_none_lost(load.stop());
  done(home, {"stop", "web"});
  CHECK(can_bind(port));
}

TEST_CASE("CLU1 a preforking server in C whose children accept on what they inherit", "[CLU1][CLU2]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  // The talking child: it listens, forks, and both answer in their waits.
  done(home,
       start_words("web", {"-i", "2", "--wait"}, {"listen", std::to_string(port), "prefork", "wait", "end", "wait"}));
  const auto pids = forked_by(home, "web", 2);
  Load load(port, 3);
  REQUIRE(served(load, 300));
  done(home, {"reload", "web"});
  REQUIRE(served(load, 50));
  const LoadResult result = load.stop();
  require_none_lost(result);
  CHECK(std::ranges::any_of(pids, [&](int pid) { return result.answered.contains(std::to_string(pid)); }));
  CHECK(none_alive(pids));
}

TEST_CASE("CLU1 programs with and without SO_REUSEADDR restart on the port that they shared", "[CLU1][CLU3]") {
  NEED_PYTHON_AND_SHARING();
  const OddServer server(R"(s = socket.socket()
if os.environ['FOREVER_INSTANCE'] == '0':
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('127.0.0.1', ports[0]))
s.listen(5)
serve(s)
)",
                         1);
  CHECK(server.answers().size() == 2);
  done(server.home, {"restart", "web"});
  REQUIRE(wait_until([&] { return all_ready(server.home); }));
  CHECK(server.answers().size() == 2);
  server.require_reload(2);
}

TEST_CASE("CLU1 a program of several instances that listens on nothing runs and is reloaded all the same", "[CLU1]") {
  NEED_PYTHON_AND_SHARING();
  const TemporaryHome home;
  start(home, "web", {"wait"}, {"-i", "2", "--min-uptime", "50ms"});
  const int before = pid_of(home, "web");
  done(home, {"reload", "web"});
  CHECK_FALSE(alive(before));
  CHECK(describe_json(home, "web").at("ports").empty());
  const Result late = home.forever(start_words("other", {"-i", "2", "--wait", "300ms"}, {"wait"}));
  CHECK(late.exit_code == 1);
  CHECK(has(late.err, "does not listen on a port after 300ms"));
}
