// Who holds a port, who runs a program, and how to be rid of them.
#include <filesystem>

#include "test/e2e/apps.hpp"

using namespace forever::test;

namespace {

namespace fs = std::filesystem;

// The talking child under a name that nothing else on this machine has.
std::string own_program(const TemporaryHome& home, const std::string& name) {
  const fs::path program = home.scratch() / name;
  fs::copy_file(child_binary(), program);
  return program.string();
}

std::string unique_name(const char* what) { return std::string(what) + std::to_string(::getpid()); }

struct Listener {
  Listener(const TemporaryHome& home, const std::string& program, int port, const Words& before = {})
      : running(Command{.argv = Words{program} + before + Words{"listen", std::to_string(port), "wait"},
                        .environment = {},
                        .directory = home.scratch(),
                        .input = {},
                        .before_exec = {},
                        .deadline = 60s}) {
    REQUIRE(running.wait_for("listening"));
  }
  Running running;
};

Json json_of(const Result& result) { return parse_json(result.out); }

}  // namespace

TEST_CASE("PORT1 a port's holder is shown with pid, program and user, and no app where it is not ours") {
  const TemporaryHome home;
  const int port = free_port();
  const std::string number = std::to_string(port);
  Listener other(home, child_binary(), port);

  const Result shown = done(home, {"port", number});
  CHECK_THAT(shown.out, contains(std::to_string(other.running.pid())));
  CHECK_THAT(shown.out, contains("child"));
  CHECK_THAT(shown.out, contains(":" + number));

  const Json json = json_of(done(home, {"port", number, "--json"}));
  REQUIRE(json.at("processes").size() == 1);
  const Json& process = json.at("processes").front();
  CHECK(process.at("pid") == other.running.pid());
  CHECK(process.at("app").is_null());
  CHECK(process.at("ports").front().at("port") == port);
  CHECK(done(home, {"port", number, "-q"}).out == std::to_string(other.running.pid()) + "\n");
  CHECK(done(home, {"port", number + "/tcp", "-q"}).out == std::to_string(other.running.pid()) + "\n");
  CHECK(home.forever({"port", number + "/udp"}).exit_code == 1);
  CHECK_THAT(done(home, {"port"}).out, contains(":" + number));
}

TEST_CASE("PORT1 a free port is exit code 1, and already free for --kill") {
  const TemporaryHome home;
  const std::string number = std::to_string(free_port());
  const Result none = home.forever({"port", number});
  CHECK(none.exit_code == 1);
  require_one_line(none.err, number);
  const Result json = home.forever({"port", number, "--json"});
  CHECK(json.exit_code == 1);
  CHECK(json_of(json).at("processes").empty());
  CHECK_THAT(done(home, {"port", number, "--kill"}).out, contains("is free"));
}

TEST_CASE("PORT2 --kill stops an app through its supervisor, so that it does not come back") {
  const TemporaryHome home;
  const int port = free_port();
  const std::string number = std::to_string(port);
  // Held by a grandchild that has left the session.
  start(home, "web", {"session", "listen", number, "wait", "end", "wait"});
  REQUIRE(wait_for_log(home, "web", "listening"));
  CHECK(json_of(done(home, {"port", number, "--json"})).at("processes").front().at("app") == "web");

  const Result result = done(home, {"port", number, "--kill"});
  CHECK_THAT(result.out, contains("web stopped"));
  CHECK(can_bind(port));
  CHECK(status_of(home, "web") == "stopped");
  CHECK(done(home, {"port", number, "--kill", "-q"}).out.empty());
}

TEST_CASE("PORT2 --kill KILL does not ask an app that ignores TERM") {
  const TemporaryHome home;
  const int port = free_port();
  const std::string number = std::to_string(port);
  start(home, "web", {"ignore", "TERM", "listen", number, "wait"}, {"--kill-timeout", "1h"});
  REQUIRE(wait_for_log(home, "web", "listening"));
  done(home, {"port", number, "--kill", "KILL"});
  CHECK(can_bind(port));
  CHECK(status_of(home, "web") == "stopped");
}

TEST_CASE("PORT3 --kill frees a port of an unrelated process by TERM, or by the given signal") {
  const TemporaryHome home;
  const int port = free_port();
  const std::string number = std::to_string(port);
  {
    Listener other(home, child_binary(), port);
    done(home, {"port", number, "--kill"});
    CHECK(can_bind(port));
    CHECK(other.running.wait().signal == SIGTERM);
  }
  {
    Listener other(home, child_binary(), port, {"ignore", "TERM"});
    const Result result = done(home, {"port", number, "-k", "INT", "--json"});
    CHECK(json_of(result).at("ended").size() == 2);
    CHECK(other.running.wait().signal == SIGINT);
  }
  {
    Listener other(home, child_binary(), port, {"ignore", "TERM"});
    done(home, {"port", number, "--kill=9"});
    CHECK(other.running.wait().signal == SIGKILL);
  }
}

TEST_CASE("PORT4 an app of another state directory is not signalled, and the message names its state directory") {
  const TemporaryHome home, other;
  const std::string number = std::to_string(free_port());
  start(other, "web", {"listen", number, "wait"});
  REQUIRE(wait_for_log(other, "web", "listening"));
  const Result result = home.forever({"port", number, "--kill"});
  CHECK(result.exit_code == 1);
  require_one_line(result.err, other.state().string());
  CHECK(status_of(other, "web") == "online");
  CHECK(pid_of(other, "web") > 0);
}

TEST_CASE("PORT5 a start that fails with the address in use says who holds it") {
  const TemporaryHome home;
  const int port = free_port();
  const std::string number = std::to_string(port);
  Listener other(home, child_binary(), port);
  const Words dies{"stream", "err", "partial", "Error: listen EADDRINUSE: address already in use :::" + number + "\n",
                   "exit",   "1"};
  Result result = home.forever(start_words("web", {"--wait", "5s", "--max-restarts", "0"}, dies));
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, contains("port " + number + " is held by pid " + std::to_string(other.running.pid())));
  CHECK_THAT(result.err, contains("forever port " + number + " --kill"));
  // If no line names the port, the message says how to find it.
  result = home.forever(start_words("mute", {"--wait", "5s", "--max-restarts", "0"},
                                    {"stream", "err", "partial", "OSError: Address already in use\n", "exit", "1"}));
  CHECK_THAT(result.err, contains("`forever port` shows which process holds it"));
  other.running.signal(SIGKILL);
  (void)other.running.wait();

  start(home, "first", {"listen", number, "wait"});
  REQUIRE(wait_for_log(home, "first", "listening"));
  result = home.forever(start_words("second", {"--wait", "5s", "--max-restarts", "0", "--json"}, dies));
  CHECK(result.exit_code == 1);
  CHECK_THAT(json_of(result).at("error").get<std::string>(), contains("is held by app first"));
}

TEST_CASE("PORT6 UDP and IPv6 holders are found and ended, each by its own transport") {
  // Through a shell: a program that is not there would be an exception.
  const char* const kBind = "import socket; socket.socket(socket.AF_INET6).bind(('::1', 0))";
  if (run({"/bin/sh", "-c", "exec python3 -c \"$0\"", kBind}).exit_code != 0) SKIP_CASE("needs python3 and IPv6");
  const TemporaryHome home;
  const int port = free_port();
  const std::string number = std::to_string(port);
  const auto hold = [&](const std::string& family, const std::string& kind, const std::string& address) {
    Command command;
    command.argv = {"python3", "-c",
                    "import socket, signal\ns = socket.socket(socket." + family + ", socket." + kind + ")\ns.bind(('" +
                        address + "', " + number + "))\n" + (kind == "SOCK_STREAM" ? "s.listen()\n" : "") +
                        "print('held', flush=True)\nsignal.pause()"};
    command.deadline = 60s;
    Running running(command);
    REQUIRE(running.wait_for("held"));
    return running;
  };
  Running udp4 = hold("AF_INET", "SOCK_DGRAM", "127.0.0.1"), udp6 = hold("AF_INET6", "SOCK_DGRAM", "::1");
  Running tcp4 = hold("AF_INET", "SOCK_STREAM", "127.0.0.1"), tcp6 = hold("AF_INET6", "SOCK_STREAM", "::1");
  const std::string shown = done(home, {"port", number}).out;
  for (const char* transport : {"tcp ", "udp "}) {
    for (const char* address : {"127.0.0.1:", "[::1]:"}) CHECK_THAT(shown, contains(transport + (address + number)));
  }
  CHECK(lines_of(done(home, {"port", number + "/udp", "-q"}).out).size() == 2);
  done(home, {"port", number + "/udp", "--kill"});
  CHECK(udp4.wait().signal == SIGTERM);
  CHECK(udp6.wait().signal == SIGTERM);
  CHECK_FALSE(tcp4.has_ended());
  done(home, {"port", number, "--kill", "INT"});
  CHECK(tcp4.wait().exit_code != 0);
  CHECK(tcp6.wait().exit_code != 0);
  CHECK(can_bind(port));
}

TEST_CASE(
    "PORT8 a port that a keeper holds is its app's, and a signal or port that is none is named with exit code 2") {
  const TemporaryHome home;
  const std::string number = std::to_string(free_port());
  start(home, "web", {"wait"}, {"--listen", "127.0.0.1:" + number});
  const int keeper = keeper_of(home, "web");
  // It takes what the supervisor hands over in its own time.
  CHECK(wait_until([&] {
    bool seen = false;
    const Json shown = json_of(done(home, {"port", number, "--json"}));
    for (const Json& process : shown.at("processes")) {
      CHECK(process.at("app") == "web");
      if (process.at("pid") != keeper) continue;
      seen = true;
      CHECK(process.at("command") == Json::array({"forever: web (keeper)"}));
    }
    return seen;
  }));
  for (const Words& words :
       {Words{number, "--kill", "BOGUS"}, Words{number, "-k", "BOGUS"}, Words{number, "--kill=BOGUS"}}) {
    const Result refused = home.forever(Words{"port"} + words);
    CHECK(refused.exit_code == 2);
    require_one_line(refused.err, "'BOGUS' is");
    CHECK_THAT(refused.err, contains("signal"));
  }
  CHECK(status_of(home, "web") == "online");
}

TEST_CASE("PORT7 stop port:N stops the app that holds it and no other; --force kills at once") {
  const TemporaryHome home;
  const int port = free_port();
  const std::string number = std::to_string(port);
  start(home, "web", {"ignore", "TERM", "listen", number, "wait"}, {"--kill-timeout", "1h"});
  start(home, "api", {"wait"});
  REQUIRE(wait_for_log(home, "web", "listening"));
  const int api = pid_of(home, "api");
  done(home, {"stop", "port:" + number, "--force"});
  CHECK(can_bind(port));
  CHECK(status_of(home, "web") == "stopped");
  CHECK(pid_of(home, "api") == api);
  const Result none = home.forever({"stop", "port:" + number});
  CHECK(none.exit_code == 3);
  require_one_line(none.err, number);
}

TEST_CASE("FIND1 the processes of a program are found by name, called name and path, ours marked") {
  const TemporaryHome home;
  const std::string name = unique_name("findme");
  const std::string program = own_program(home, name);
  done(home, {"start", program, "--name", "web", "--", "say", "up", "wait"});
  Listener other(home, program, free_port());
  REQUIRE(wait_for_log(home, "web", "up"));

  for (const std::string& word : {name, program}) {
    const Json found = json_of(done(home, {"find", word, "--json"})).at("processes");
    REQUIRE(found.size() == 2);
    for (const Json& process : found) {
      const bool ours = process.at("pid") == pid_of(home, "web");
      CHECK((ours || process.at("pid") == other.running.pid()));
      CHECK((ours ? process.at("app") == "web" : process.at("app").is_null()));
      CHECK(process.at("program") == name);
    }
  }
  CHECK(lines_of(done(home, {"find", name, "-q"}).out).size() == 2);
  const Result none = home.forever({"find", name + "x"});
  CHECK(none.exit_code == 1);
  require_one_line(none.err, "no process is called " + name + "x");
}

TEST_CASE("FIND2 --kill ends unrelated processes by signal and apps through their supervisors") {
  const TemporaryHome home;
  const std::string name = unique_name("killme");
  const std::string program = own_program(home, name);
  done(home, {"start", program, "--name", "web", "--", "wait"});
  done(home, {"start", program, "--name", "api", "--", "say", "x", "wait"});
  Listener other(home, program, free_port());
  const Result result = done(home, {"find", name, "--kill"});
  CHECK_THAT(result.out, contains("web stopped"));
  CHECK_THAT(result.out, contains("api stopped"));
  CHECK(other.running.wait().signal == SIGTERM);
  CHECK(home.forever({"find", name}).exit_code == 1);
  CHECK(home.forever({"find", name, "--kill"}).exit_code == 1);
}

TEST_CASE("FIND3 what the command itself runs under is left alone") {
  const TemporaryHome home;
  const std::string name = unique_name("shell");
  const fs::path shell = home.scratch() / name;
  fs::copy_file("/bin/sh", shell);
  Command command = home.command({"find", name, "--kill"});
  std::string line;
  for (const std::string& word : command.argv) line += "'" + word + "' ";
  command.argv = {shell.string(), "-c", line + "; echo code $?"};
  const Result result = run(command);
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.out, contains("code 1"));
  CHECK_THAT(result.err, contains("not signalled"));
}

TEST_CASE("METRICS3 metrics prints all apps or those named, and Prometheus' own parser takes it") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  start(home, "api", {"wait"});
  const std::string text = done(home, {"metrics"}).out;
  CHECK(text.ends_with("\n# EOF\n"));
  CHECK_THAT(text, contains("forever_instance_up{app=\"web\",namespace=\"default\",slot=\"0\"} 1\n"));
  CHECK_THAT(text, contains("app=\"api\""));
  CHECK_FALSE(has(done(home, {"metrics", "web"}).out, "app=\"api\""));
  const Result unknown = home.forever({"metrics", "nope"});
  CHECK(unknown.exit_code == 3);
  CHECK(unknown.out.empty());
  const char* const kParser =
      "from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse";
  if (run({"/bin/sh", "-c", "exec python3 -c \"$0\"", kParser}).exit_code != 0)
    SKIP_CASE("there is no prometheus_client for python3");
  Command command;
  command.argv = {"python3", "-c", std::string{kParser} + "\nimport sys\nprint(len(list(parse(sys.stdin.read()))))"};
  command.input = text;
  const Result parsed = run(command);
  INFO(parsed.err);
  CHECK(parsed.exit_code == 0);
  CHECK(parsed.out == "11\n");
}

TEST_CASE("METRICS5 promtool finds nothing wrong with the older text") {
  if (run({"sh", "-c", "command -v promtool"}).exit_code != 0) SKIP_CASE("there is no promtool");
  const TemporaryHome home;
  start(home, "web", {"wait"});
  start(home, "job", {"exit", "0"}, {"--restart", "never"});
  REQUIRE(wait_for_status(home, "job", "stopped"));
  Command command;
  command.argv = {"promtool", "check", "metrics"};
  command.input = done(home, {"metrics", "--format", "text"}).out;
  const Result checked = run(command);
  INFO(checked.out << checked.err);
  CHECK(checked.exit_code == 0);
  CHECK((checked.out + checked.err).empty());
}
