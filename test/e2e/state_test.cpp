// STATE: the reported state is the real one, whatever has happened to files and processes.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "test/e2e/apps.hpp"

using namespace forever::test;

namespace {

namespace fs = std::filesystem;

std::string first_line_of(const fs::path& file) {
  const std::string text = read_file(file);
  return text.substr(0, text.find('\n'));
}

// In clock ticks since the boot, as a record has it (proc(5), field 22).
long long start_time_of(int pid) {
  const std::string text = read_file("/proc/" + std::to_string(pid) + "/stat");
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string field;
  for (int number = 3; number <= 22; ++number) fields >> field;
  return std::stoll(field);
}

}  // namespace

TEST_CASE("STATE1 list is right after any file of the state directory was deleted", "[STATE1]") {
  for (const char* file : {"status.json", "spec.json", "control", "out.fifo", "err.fifo"}) {
    INFO("deleted: " << file);
    const TemporaryHome home;
    const std::string port = std::to_string(free_port());
    start(home, "web", {"listen", port, "say", "up", "wait"});
    REQUIRE(wait_for_log(home, "web", "up"));
    const int pid = pid_of(home, "web");
    REQUIRE(fs::remove(home.app("web") / file));

    REQUIRE(status_of(home, "web") == "online");
    REQUIRE(pid_of(home, "web") == pid);
    done(home, {"restart", "web"});
    REQUIRE(status_of(home, "web") == "online");
    REQUIRE(pid_of(home, "web") != pid);
    REQUIRE(wait_until([&] { return count_of(log_of(home, "web"), "up") == 2; }));
    done(home, {"stop", "web"});
    REQUIRE(status_of(home, "web") == "stopped");
    REQUIRE(can_bind(std::stoi(port)));
    REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
  }
}

TEST_CASE("STATE1 an app whose whole entry was deleted is still seen and can be stopped", "[STATE1]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  const int pid = pid_of(home, "web");
  fs::remove_all(home.app("web"));
  REQUIRE(status_of(home, "web") == "online");
  REQUIRE(pid_of(home, "web") == pid);
  done(home, {"stop", "web"});
  REQUIRE_FALSE(alive(pid));
  REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
}

TEST_CASE("STATE1 list is right after the instance was killed", "[STATE1]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  const int pid = pid_of(home, "web");
  send_signal(pid, SIGKILL);
  REQUIRE(wait_for_other_pid(home, "web", pid));
  REQUIRE(wait_for_status(home, "web", "online"));
  REQUIRE(listed(home, "web").at("restarts") == 1);
}

TEST_CASE("STATE1 list is right after keeper, supervisor and instance were all killed", "[STATE1]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  const int pid = pid_of(home, "web");
  kill_watchers(home, "web");
  kill_hard(pid);
  // The app is wanted online: any command brings it back.
  REQUIRE(wait_for_other_pid(home, "web", pid));
  REQUIRE(wait_for_status(home, "web", "online"));
  REQUIRE(processes_of(home).size() == 3);
}

TEST_CASE("STATE1 after a reboot nothing is alive and nothing is signalled", "[STATE1]") {
  for (const char* verb : {"list", "stop", "restart", "delete"}) {
    INFO("first: " << verb);
    const TemporaryHome home;
    Command command;
    command.argv = {child_binary(), "trap-all", "say", "ready", "wait"};
    Running stranger(command);
    REQUIRE(stranger.wait_for("ready"));
    start(home, "web", {"wait"});
    const int pid = pid_of(home, "web");
    const auto file = home.app("web") / "status.json";
    kill_watchers(home, "web");
    kill_hard(pid);
    // The record of another boot, in which pid and start time happen to be those of a process that now is another.
    Json status = read_json(file);
    REQUIRE(status.at("boot") == first_line_of("/proc/sys/kernel/random/boot_id"));
    status["boot"] = "01234567-89ab-cdef-0123-456789abcdef";
    const Json process = {stranger.pid(), start_time_of(stranger.pid())};
    status["keeper"] = process;
    status["supervisor"] = process;
    status["instances"][0]["process"] = process;
    write_file(file, status.dump());

    if (verb == std::string{"list"}) {
      const Json app = listed(home, "web");
      REQUIRE(app.at("status") == "stopped");
      REQUIRE(app.at("instances").at(0).at("pid").is_null());
      REQUIRE(app.at("keeper_pid").is_null());
      REQUIRE(app.at("supervisor_pid").is_null());
      done(home, {"start", "web"});
      REQUIRE(status_of(home, "web") == "online");
    } else {
      done(home, {verb, "web"});
      REQUIRE(status_of(home, "web") == (verb == std::string{"stop"}      ? "stopped"
                                         : verb == std::string{"restart"} ? "online"
                                                                          : ""));
    }
    REQUIRE(pid_of(home, "web") != stranger.pid());
    REQUIRE(alive(stranger.pid()));
    REQUIRE_FALSE(has(stranger.out(), "signal "));
  }
}

TEST_CASE("STATE1 an empty list says in which directory it looked", "[STATE1]") {
  const TemporaryHome home;
  const Result result = done(home, {"list"});
  REQUIRE_THAT(result.out + result.err, contains(home.state()));
  REQUIRE_FALSE(fs::exists(home.state()));  // looking makes nothing
  REQUIRE(list_json(home).at("state_dir") == home.state().string());

  Command other = home.command({"list"});
  other.environment["FOREVER_HOME"] = std::nullopt;
  other.environment["HOME"] = home.scratch().string();
  REQUIRE_THAT(run(other).out, contains((home.scratch() / ".forever").string()));
  other.environment["FOREVER_ROOT"] = (home.scratch() / "root").string();
  REQUIRE_THAT(run(other).out, contains((home.scratch() / "root").string()));
}

TEST_CASE("STATE1 with another HOME, as sudo gives, every verb says where it looked, and touches nothing", "[STATE1]") {
  const TemporaryHome home;
  const auto with_home = [&](const std::string& whose, const Words& words) {
    Command command = home.command(words);
    command.environment["FOREVER_HOME"] = std::nullopt;
    command.environment["HOME"] = (home.scratch() / whose).string();
    return run(command);
  };
  for (const char* whose : {"user", "root"}) fs::create_directory(home.scratch() / whose);
  const std::string roots = (home.scratch() / "root" / ".forever").string();
  REQUIRE(with_home("user", start_words("web", {}, {"wait"})).exit_code == 0);
  const auto pid_there = [&] { return with_home("user", {"pid", "web"}).out; };
  const std::string pid = pid_there();
  CHECK_THAT(with_home("root", {"list"}).out, contains(roots));
  const auto refused = [&] {
    for (const char* verb : {"stop", "restart", "delete", "describe", "logs"}) {
      const Result result = with_home("root", {verb, "web"});
      INFO(verb << ": " << result.err);
      CHECK(result.exit_code == 3);
      require_one_line(result.err, "(in " + roots + ")");
    }
  };
  refused();
  REQUIRE(with_home("root", start_words("other", {}, {"wait"})).exit_code == 0);
  refused();  // also where there are others
  CHECK(pid_there() == pid);
  CHECK(alive(std::stoi(pid)));
  CHECK(with_home("root", {"delete", "all"}).exit_code == 0);
  CHECK(with_home("user", {"delete", "all"}).exit_code == 0);
  CHECK_FALSE(alive(std::stoi(pid)));
}

TEST_CASE("STATE2 a death by a signal is reported with its name", "[STATE2]") {
  const TemporaryHome home;
  for (const auto& [signal, reason] : {std::pair{"SEGV", "killed by SIGSEGV"},
                                       {"KILL", "killed by SIGKILL"},
                                       {"USR1", "killed by SIGUSR1"},
                                       {"ABRT", "killed by SIGABRT"}}) {
    const std::string name = std::string("dies-") + signal;
    start(home, name, {"die", signal}, {"--max-restarts", "0"});
    REQUIRE(wait_for_status(home, name, "errored"));
    REQUIRE_THAT(done(home, {"describe", name}).out, contains(reason));
  }
  for (const char* code : {"1", "7", "255"}) {
    const std::string name = std::string("exits-") + code;
    start(home, name, {"exit", code}, {"--max-restarts", "0"});
    REQUIRE(wait_for_status(home, name, "errored"));
    REQUIRE_THAT(done(home, {"describe", name}).out,
                 contains(std::string("exit ") + code + "\n") || contains(std::string("exit ") + code + " "));
  }
}

TEST_CASE("STATE2 a core dump is reported with the signal", "[STATE2]") {
  const std::string pattern = read_file("/proc/sys/kernel/core_pattern");
  rlimit limit{};
  getrlimit(RLIMIT_CORE, &limit);
  if (limit.rlim_max == 0) SKIP_CASE("no core file may be written: the hard limit is 0");
  if (pattern.empty() || pattern.starts_with('|') || pattern.starts_with('/'))
    SKIP_CASE("core files do not go to the working directory: see /proc/sys/kernel/core_pattern");
  const TemporaryHome home;
  for (const bool dumps : {true, false}) {
    const std::string name = dumps ? "dumps" : "silent";
    Command command = home.command(start_words(name, {"--restart", "never"}, {"die", "SEGV"}));
    command.directory = home.scratch();
    command.before_exec = [dumps, limit] {
      const rlimit core{dumps ? limit.rlim_max : 0, limit.rlim_max};
      setrlimit(RLIMIT_CORE, &core);
    };
    REQUIRE(run(command).exit_code == 0);
    std::string told;
    const auto ended = [&] { return has(told = done(home, {"describe", name}).out, "killed by SIGSEGV"); };
    REQUIRE(wait_until(ended));
    INFO(told);
    REQUIRE(has(told, "(core dumped)") == dumps);
  }
}

TEST_CASE("STATE2 a program that is missing at a restart is reported, and the policy applies", "[STATE2]") {
  const TemporaryHome home;
  const auto program = home.scratch() / "server";
  fs::copy_file(child_binary(), program);
  done(home, {"start", program, "--name", "web", "--backoff-cap", "300ms", "--", "wait"});
  fs::rename(program, home.scratch() / "away");
  send_signal(pid_of(home, "web"), SIGKILL);
  REQUIRE(wait_for_status(home, "web", "backoff"));
  REQUIRE_THAT(done(home, {"describe", "web"}).out, contains("exec: no such file"));
  fs::rename(home.scratch() / "away", program);
  REQUIRE(wait_for_status(home, "web", "online"));
}

TEST_CASE("STATE2 a working directory that is missing at a restart is reported, and the policy applies", "[STATE2]") {
  const TemporaryHome home;
  const auto directory = home.scratch() / "cwd";
  fs::create_directory(directory);
  start(home, "web", {"wait"}, {"--cwd", directory, "--backoff-cap", "300ms"});
  fs::remove(directory);
  send_signal(pid_of(home, "web"), SIGKILL);
  REQUIRE(wait_for_status(home, "web", "backoff"));
  REQUIRE_THAT(done(home, {"describe", "web"}).out, contains("cwd: no such file"));
  fs::create_directory(directory);
  REQUIRE(wait_for_status(home, "web", "online"));
}

TEST_CASE("STATE2 a fork that fails for want of processes is reported, and tried again", "[STATE2]") {
  if (!Stranger::possible()) SKIP_CASE("needs root, to become a user with a process limit of its own");
  if (sanitized()) SKIP_CASE("the search for leaks wants a process of its own");
  setenv("TMPDIR", "/tmp", 1);  // where another user can reach
  const TemporaryHome home;
  const Stranger user;
  const auto binary = home.scratch() / "forever";
  const auto child = home.scratch() / "child";
  fs::copy_file(forever_binary(), binary);
  fs::copy_file(child_binary(), child);
  fs::create_directory(home.state());
  REQUIRE(chown(home.state().c_str(), user.id(), user.id()) == 0);
  const auto as_user = [&](const Words& words, rlim_t processes) {
    Command command = home.command({});
    command.argv = Words{binary} + words;
    command.before_exec = [become = user.become(), processes] {
      become();
      const rlimit few{processes, 64};
      setrlimit(RLIMIT_NPROC, &few);
    };
    return run(command);
  };
  const Result result = as_user({"start", child, "--name", "web", "--", "wait"}, 1);  // the command line itself
  INFO(result.out << result.err);
  REQUIRE_FALSE(result.timed_out);
  REQUIRE(result.exit_code == 1);
  require_one_line(result.err, "cannot fork the keeper: resource temporarily unavailable");
  REQUIRE(wait_until([&] { return processes_of(home).empty(); }));

  REQUIRE(as_user({"start", child, "--name", "web", "--backoff-cap", "200ms", "--", "wait"}, 64).exit_code == 0);
  // Root acts on no directory of another user's (SEC3): that user looks.
  const auto seen = [&] { return Json::parse(as_user({"list", "--json"}, 64).out).at("apps").at(0); };
  const auto instance = [&] { return seen().at("instances").at(0); };
  const int pid = instance().at("pid").get<int>();
  const int supervisor = seen().at("supervisor_pid").get<int>();
  REQUIRE(pid > 1);
  const auto allow = [&](rlim_t processes) {
    Command command;
    command.argv = {child};
    command.before_exec = [become = user.become(), processes, supervisor] {
      become();
      const rlimit limit{processes, 64};
      if (prlimit(supervisor, RLIMIT_NPROC, &limit, nullptr) != 0) _exit(98);
    };
    REQUIRE(run(command).exit_code == 0);
  };
  allow(2);
  send_signal(pid, SIGKILL);
  REQUIRE(wait_until([&] { return seen().at("status") == "backoff"; }));
  REQUIRE_THAT(as_user({"describe", "web"}, 64).out, contains("fork: resource temporarily unavailable"));
  REQUIRE(seen().at("supervisor_pid") == supervisor);
  allow(64);
  REQUIRE(wait_until([&] { return seen().at("status") == "online"; }));
  REQUIRE(instance().at("pid") != pid);
}

TEST_CASE("STATE4 stale sockets and locks are replaced without a word", "[STATE4]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  const int pid = pid_of(home, "web");
  kill_watchers(home, "web");
  kill_hard(pid);
  REQUIRE(fs::exists(home.app("web") / "control"));
  REQUIRE(fs::exists(home.state() / "locks" / "web"));
  const Result result = done(home, {"start", "web"});
  REQUIRE(result.err.empty());
  REQUIRE(wait_for_status(home, "web", "online"));
  const Result stopped = done(home, {"stop", "web"});
  REQUIRE(stopped.err.empty());
}

TEST_CASE("STATE4 something else in the place of the socket is replaced too", "[STATE4]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  done(home, {"stop", "web"});
  REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
  fs::remove(home.app("web") / "control");
  write_file(home.app("web") / "control", "not a socket");
  done(home, {"start", "web"});
  REQUIRE(status_of(home, "web") == "online");
  done(home, {"restart", "web"});
  REQUIRE(status_of(home, "web") == "online");
}

TEST_CASE("STATE5 with --json standard output is nothing but JSON, at first and on error too", "[STATE5]") {
  const TemporaryHome home;
  const Json first = list_json(home);
  REQUIRE(first.at("version") == 1);
  REQUIRE(first.at("apps").empty());

  for (const Words& words :
       {Words{"describe", "nobody", "--json"}, Words{"stop", "nobody", "--json"}, Words{"restart", "nobody", "--json"},
        Words{"pid", "nobody", "--json"}, Words{"start", "/nowhere/at-all", "--json"},
        Words{"start", "--json", "--kill-timeout", "soon", child_binary()}}) {
    const Result result = home.forever(words);
    INFO("forever " << words.at(0) << " " << words.at(1) << " printed: " << result.out);
    REQUIRE(result.exit_code != 0);
    const Json json = parse_json(result.out);
    REQUIRE(json.at("error").is_string());
    require_one_line(result.err);
  }

  const Result started = done(home, start_words("web", {"--json"}, {"wait"}));
  REQUIRE(parse_json(started.out).is_object());
  REQUIRE(parse_json(done(home, {"describe", "web", "--json"}).out).at("name") == "web");
  REQUIRE(parse_json(done(home, {"stop", "web", "--json"}).out).is_object());
}

TEST_CASE("STATE5 a state directory that cannot be read gives JSON with an error", "[STATE5]") {
  const TemporaryHome home;
  write_file(home.state(), "a file");
  const Result result = home.forever({"list", "--json"});
  REQUIRE(result.exit_code == 1);
  REQUIRE(parse_json(result.out).at("error").is_string());
  require_one_line(result.err, home.state());
}
