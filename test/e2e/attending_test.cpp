// Commands that run beside an app: told of its exits (--on-exit), asking whether it is well (--health-*).
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <sstream>
#include <thread>

#include "test/e2e/yardstick.hpp"

using namespace forever::test;

namespace {

std::string last_trigger(const TemporaryHome& home, const std::string& name) {
  const Json exits = describe_json(home, name).at("last_exits");
  return exits.empty() ? "" : exits.back().at("trigger").get<std::string>();
}

}  // namespace

TEST_CASE("HOOK1 --on-exit gets name, slot, pid, code, signal, uptime, restarts and last lines") {
  const TemporaryHome home;
  const auto told = home.scratch() / "told";
  start(
      home, "web", {"count", "runs", "first", "1", "say", "last words", "exit", "3", "end", "wait"},
      {"--on-exit", "env | grep '^FOREVER_' | grep -v HOME > told.part; mv told.part told", "--env", "FOREVER_APP=x"});
  REQUIRE(wait_until([&] { return std::filesystem::exists(told); }));
  const std::string text = read_file(told);
  INFO(text);
  CHECK_THAT(text, contains("FOREVER_APP=web\n"));
  CHECK_THAT(text, contains("FOREVER_INSTANCE=0\n"));
  CHECK_THAT(text, contains("FOREVER_EXIT_CODE=3\n"));
  CHECK_THAT(text, contains("FOREVER_EXIT_SIGNAL=\n"));
  CHECK_THAT(text, contains("FOREVER_EXIT_REASON=exit 3\n"));
  CHECK_THAT(text, contains("FOREVER_EXIT_TRIGGER=crash\n"));
  CHECK_THAT(text, contains("FOREVER_LAST_LINES="));
  CHECK_THAT(text, contains("FOREVER_UPTIME=0."));
  CHECK_THAT(text, contains("FOREVER_PID="));
  CHECK_THAT(text, contains("FOREVER_OUT_LOG=" + home.log("web").string()));

  const int pid = pid_of(home, "web");
  std::filesystem::remove(told);
  done(home, {"stop", "web"});
  REQUIRE(wait_until([&] { return std::filesystem::exists(told); }));
  const std::string stopped = read_file(told);
  CHECK_THAT(stopped, contains("FOREVER_EXIT_TRIGGER=stop\n"));
  CHECK_THAT(stopped, contains("FOREVER_EXIT_SIGNAL=SIGTERM\n"));
  CHECK_THAT(stopped, contains("FOREVER_PID=" + std::to_string(pid) + "\n"));
}

TEST_CASE(
    "HOOK2 an --on-exit command that hangs holds up neither restart, stop nor delete, and ends at its time limit") {
  const TemporaryHome home;
  const auto pids = home.scratch() / "hooks";
  start(home, "web", {"count", "runs", "first", "2", "exit", "1", "end", "say", "up", "wait"},
        {"--on-exit", "echo $$ >> hooks; trap '' TERM; sleep 1000 & wait; wait", "--on-exit-timeout", "3s"});
  REQUIRE(wait_for_log(home, "web", "up"));
  REQUIRE(wait_until([&] { return lines_of(read_file(pids)).size() == 2; }));
  CHECK(wait_for_status(home, "web", "online"));
  const Result stopped = done(home, {"stop", "web"});
  CHECK(stopped.elapsed < 2500ms + 20 * bare_start());
  done(home, {"delete", "web"});
  REQUIRE(wait_until([&] { return lines_of(read_file(pids)).size() == 3; }));
  for (const std::string& pid : lines_of(read_file(pids))) {
    INFO(pid);
    CHECK(wait_until([&] { return !alive(std::stoi(pid)); }));
  }
  CHECK(wait_until([&] { return processes_of(home).empty(); }));
}

TEST_CASE("HOOK3 what an --on-exit command writes is in the app's error log, and its failure in the event log") {
  const TemporaryHome home;
  start(home, "web", {"count", "runs", "first", "1", "exit", "1", "end", "wait"},
        {"--on-exit", "echo said by the hook; exit 7"});
  CHECK(wait_for_log(home, "web", "said by the hook", "err"));
  CHECK(wait_until([&] { return has(read_file(home.log("web", "forever")), "on-exit command failed: exit 7"); }));
}

TEST_CASE("HEALTH5 a program that no longer answers over HTTP is restarted with that trigger") {
  const TemporaryHome home;
  const std::string port = std::to_string(free_port());
  // The first run hangs: it takes connections, since the kernel does that, and never answers.
  start(home, "web",
        {"count", "runs", "listen", port, "first", "1", "respond-after", "3600000", "end", "say", "up", "wait"},
        {"--health-port", port + "/health", "--health-interval", "100ms", "--health-timeout", "1s",
         "--health-threshold", "2"});
  REQUIRE(wait_for_log(home, "web", "count 2"));
  CHECK(last_trigger(home, "web") == "health");
  const int pid = pid_of(home, "web");
  const std::string log = read_file(home.log("web", "forever"));
  CHECK_THAT(log, contains("unhealthy (2 of 2): took longer than 1s; restarting"));
  CHECK(stays_true([&] { return pid_of(home, "web") == pid; }, 1000ms));
  CHECK(wait_for_status(home, "web", "online"));
}

TEST_CASE(
    "HEALTH6 --health-cmd: a program that the command finds unhealthy is restarted, with KILL where TERM is ignored") {
  const TemporaryHome home;
  write_file(home.scratch() / "well", "");
  start(home, "web", {"count", "runs", "ignore", "TERM", "say", "up", "wait"},
        {"--health-cmd", "test -e well && kill -0 $FOREVER_PID", "--health-interval", "100ms", "--health-threshold",
         "1", "--kill-timeout", "100ms"});
  REQUIRE(wait_for_log(home, "web", "count 1"));
  const int pid = pid_of(home, "web");
  CHECK(stays_true([&] { return pid_of(home, "web") == pid; }, 600ms));
  std::filesystem::remove(home.scratch() / "well");
  REQUIRE(wait_for_log(home, "web", "count 2"));
  write_file(home.scratch() / "well", "");
  CHECK(last_trigger(home, "web") == "health");
  const Json app = describe_json(home, "web");
  CHECK(app.at("health").at("threshold") == 1);
  CHECK(app.at("health").at("interval_ms") == 100);
}

TEST_CASE("HEALTH7 --health-port without a path asks for a connection; a stopped app is not asked after") {
  const TemporaryHome home;
  const std::string port = std::to_string(free_port());
  start(home, "web", {"count", "runs", "first", "1", "wait", "end", "listen", port, "wait"},
        {"--health-port", port, "--health-interval", "100ms", "--health-threshold", "2"});
  REQUIRE(wait_for_log(home, "web", "listening"));
  CHECK(last_trigger(home, "web") == "health");
  CHECK_THAT(read_file(home.log("web", "forever")), contains("unhealthy (2 of 2): no valid answer at port " + port));
  done(home, {"stop", "web"});
  CHECK(status_of(home, "web") == "stopped");
  CHECK(wait_until([&] { return processes_of(home).empty(); }));
}

TEST_CASE("HEALTH8 health and hook outlive the supervisor's death, and can be taken away again") {
  const TemporaryHome home;
  const auto told = home.scratch() / "told";
  write_file(home.scratch() / "well", "");
  start(home, "web", {"count", "runs", "say", "up", "wait"},
        {"--health-cmd", "test -e well", "--health-interval", "100ms", "--health-threshold", "1", "--on-exit",
         "echo $FOREVER_EXIT_TRIGGER >> told"});
  REQUIRE(wait_for_log(home, "web", "up"));
  const int old = supervisor_of(home, "web");
  kill_hard(old);
  (void)new_supervisor(home, "web", old);
  std::filesystem::remove(home.scratch() / "well");
  REQUIRE(wait_until([&] { return has(read_file(told), "health"); }));
  write_file(home.scratch() / "well", "");

  done(home, {"stop", "web"});
  done(home, {"start", "web", "--health-cmd", "", "--on-exit", ""});
  CHECK(describe_json(home, "web").at("health").is_null());
  CHECK(describe_json(home, "web").at("on_exit").is_null());
}

TEST_CASE("HEALTH9 `run` restarts an unhealthy program, too, and runs --on-exit for each end before it ends") {
  const TemporaryHome home;
  const auto told = home.scratch() / "told";
  Running running(
      home.command(Words{"run", child_binary(), "--health-cmd",
                         "test -e first || echo $FOREVER_PID > first; test $(cat first) != $FOREVER_PID",
                         "--health-interval", "50ms", "--health-threshold", "2", "--on-exit",
                         "echo $FOREVER_EXIT_TRIGGER $FOREVER_NEXT >> told; echo said by the hook; exit 3"} +
                   Words{"--", "count", "runs", "wait"}));
  REQUIRE(running.wait_for("count 2"));
  REQUIRE(wait_until([&] { return has(read_file(told), "health starting\n"); }));
  running.signal(SIGTERM);
  const Result result = running.wait();
  INFO(result.err);
  CHECK(result.exit_code == 128 + SIGTERM);
  CHECK(read_file(told) == "health starting\nstop stopped\n");
  CHECK(count_of(result.out, "said by the hook") == 2);
  CHECK_THAT(result.err, contains("unhealthy (2 of 2): exit 1; restarting"));
  CHECK_THAT(result.err, contains("on-exit command failed: exit 3"));
  const Result both = home.forever({"run", "x", "--health-cmd", "y", "--health-port", "80"});
  CHECK(both.exit_code == 2);
}

TEST_CASE("HOOK4 a hook of `run` that hangs ends at its time limit, or with the second signal") {
  const TemporaryHome home;
  const Words hangs{"--restart", "never", "--on-exit", "echo $$ > hook; trap '' TERM; sleep 1000"};
  const Result limited =
      home.forever(Words{"run", child_binary()} + hangs + Words{"--on-exit-timeout", "200ms", "--", "exit", "4"});
  CHECK(limited.exit_code == 4);
  CHECK_THAT(limited.err, contains("on-exit command failed: took longer than 200ms"));
  CHECK_FALSE(alive(std::stoi(read_file(home.scratch() / "hook"))));

  std::filesystem::remove(home.scratch() / "hook");
  Running running(
      home.command(Words{"run", child_binary()} + hangs + Words{"--on-exit-timeout", "3s", "--", "exit", "5"}));
  REQUIRE(wait_until([&] { return has(read_file(home.scratch() / "hook"), "\n"); }));
  running.signal(SIGTERM);
  const Result result = running.wait();
  CHECK(result.exit_code == 5);
  CHECK(result.elapsed < 2500ms + 20 * bare_start());
  const int hook = std::stoi(read_file(home.scratch() / "hook"));
  CHECK(wait_until([&] { return !alive(hook); }));  // it keeps its limit by itself
}

TEST_CASE("HEALTH10 while a slot is reloaded both its processes are looked at, each by its own looks") {
  const TemporaryHome home;
  const int port = free_port();
  start(home, "web", {"listen", std::to_string(port), "respond-after", "3600000", "wait"},
        {"--hold-ports", "--wait", "--drain-timeout", "60s", "--health-interval", "30ms", "--health-cmd",
         "echo $FOREVER_PID >> looks"});
  const auto looks_at = [&](int pid) {
    return count_of(read_file(home.scratch() / "looks"), std::to_string(pid) + "\n");
  };
  const int old = pid_of(home, "web");
  REQUIRE(wait_until([&] { return looks_at(old) >= 2; }));
  // A connection that the old process holds open keeps it in its slot.
  const std::jthread client([&] { (void)http_get(port, "/", 40s); });
  REQUIRE(wait_until([&] {
    std::istringstream words(done(home, {"describe", "web"}).out);
    std::string text, word;
    while (words >> word) text += word + " ";
    return has(text, " " + std::to_string(old) + " yes 1 ");  // its pid, ready, connections
  }));
  Running reload(home.command({"reload", "web"}));
  REQUIRE(wait_for_other_pid(home, "web", old));
  const int fresh = pid_of(home, "web");
  REQUIRE(wait_until([&] { return looks_at(fresh) >= 2; }));
  const std::size_t before_old = looks_at(old), before_fresh = looks_at(fresh);
  CHECK(alive(old));
  CHECK(wait_until([&] { return looks_at(old) >= before_old + 5 && looks_at(fresh) >= before_fresh + 5; }));
  done(home, {"stop", "web", "--force"});
  (void)reload.wait();
}

TEST_CASE(
    "HEALTH11 of workers that share a port, each is asked by itself: the one that hangs is restarted and no other") {
  const TemporaryHome home;
  const std::string port = std::to_string(free_port());
  start(home, "web", {"on", "USR1", "respond-after", "3600000", "end", "listen", port, "wait"},
        {"-i", "3", "--wait", "--health-port", port + "/", "--health-interval", "50ms", "--health-timeout", "1s",
         "--health-threshold", "2"});
  const auto pids = [&] {
    std::vector<int> found;
    const Json app = listed(home, "web");
    for (const Json& one : app.at("instances")) found.push_back(one.at("pid").is_null() ? 0 : one.at("pid").get<int>());
    return found;
  };
  for (const std::size_t hung : {1U, 0U, 2U}) {
    const std::vector<int> before = pids();
    send_signal(before[hung], SIGUSR1);
    REQUIRE(wait_until([&] { return !alive(before[hung]) && pids()[hung] > 0; }));
    std::vector<int> expected = before;
    expected[hung] = pids()[hung];
    CHECK(last_trigger(home, "web") == "health");
    CHECK(stays_true([&] { return pids() == expected; }, 1500ms));
  }
  CHECK(describe_json(home, "web").at("last_exits").size() == 3);
  // The others have connections as before.
  CHECK(http_get(std::stoi(port), "/", 5s).status == 200);
}

TEST_CASE(
    "HEALTH12 where one port cannot tell instances apart it is refused, and where each has its own that is asked") {
  const TemporaryHome home;
  const int base = free_port();
  const std::string port = std::to_string(base);
  const Words health{"--health-port", port, "--health-interval", "50ms", "--health-threshold", "2"};
  for (const Words& options : {Words{"-i", "2", "--no-share"}, Words{"-i", "2", "--listen", port}}) {
    const Result refused = home.forever(start_words("web", options + health, {"wait"}));
    CHECK(refused.exit_code == 1);
    require_one_line(refused.err, "--health-cmd");
    CHECK_THAT(refused.err, contains("--increment-env"));
  }
  write_file(home.scratch() / "apps.json", "{\"apps\": [{\"name\": \"many\", \"script\": \"" + child_binary() +
                                               "\", \"args\": [\"wait\"], \"instances\": 2, \"listen\": \"" + port +
                                               "\", \"health_port\": " + port + "}]}");
  const Result applied = home.forever({"apply", "apps.json"});
  CHECK(applied.exit_code == 1);
  CHECK_THAT(applied.err, contains("--health-cmd"));
  CHECK(home.forever({"describe", "many"}).exit_code == 3);
  start(home, "one", {"wait"}, Words{"--listen", port} + health);
  const Result scaled = home.forever({"scale", "one", "2"});
  CHECK(scaled.exit_code == 1);
  require_one_line(scaled.err, "--health-cmd");
  CHECK(listed(home, "one").at("instances").size() == 1);
  done(home, {"delete", "one"});

  // No process listens for slot 1: it is unhealthy and slot 0 is not.
  Words child{"listen", port, "wait"};
  const Result started =
      home.forever(start_words("each", Words{"-i", "2", "--env", "PORT=" + port, "--increment-env", "PORT"} + health,
                               {"first", "0", "end", "wait"}));
  CHECK(started.exit_code == 0);
  const Json app = describe_json(home, "each");
  Command server;
  server.argv = Words{child_binary()} + child;
  Running listener(server);
  REQUIRE(listener.wait_for("listening"));
  const auto restarts = [&](std::size_t slot) {
    return listed(home, "each").at("instances")[slot].at("restarts").get<int>();
  };
  const int so_far = restarts(0);
  const int other = restarts(1);
  CHECK(wait_until([&] { return restarts(1) >= other + 3; }));
  CHECK(restarts(0) <= so_far + 1);  // a probe that had begun before
}

TEST_CASE("LIMIT3 a cgroup's limits hold where one is delegated, and else the start is refused with what helps") {
  const TemporaryHome home;
  Json cgroup;
  const Json answer = parse_json(home.forever({"doctor", "--json"}).out);
  for (const Json& one : answer.at("checks")) {
    if (one.at("check") == "cgroup") cgroup = one;
  }
  const Words command = start_words("web", {"--cgroup-memory", "100M", "--cgroup-cpu", "50%"}, {"say", "up", "wait"});
  const Result started = home.forever(command);
  if (cgroup.at("level") != "ok") {
    CHECK(started.exit_code == 1);
    require_one_line(started.err, "cgroup");
    CHECK(home.forever({"describe", "web"}).exit_code == 3);
    const Result in_place = home.forever({"run", child_binary(), "--cgroup-cpu", "50%", "--", "exit", "0"});
    CHECK(in_place.exit_code == 1);
    require_one_line(in_place.err, "cgroup");
    return;
  }
  REQUIRE(started.exit_code == 0);
  const auto group = [&] { return read_file("/proc/" + std::to_string(pid_of(home, "web")) + "/cgroup"); };
  CHECK_THAT(group(), contains(":web:0:1"));
  kill_hard(pid_of(home, "web"));
  REQUIRE(wait_until([&] { return has(group(), ":web:0:2"); }));
  const Json app = describe_json(home, "web");
  CHECK(app.at("cgroup_memory_bytes") == 100U << 20U);
  CHECK(app.at("cgroup_cpu_percent") == 50);
  done(home, {"stop", "web"});
}

TEST_CASE("LIMIT1 --max-open-files and --nice hold for every start, and are shown") {
  const TemporaryHome home;
  start(home, "web", {"print-limits", "wait"}, {"--max-open-files", "77", "--nice", "7"});
  REQUIRE(wait_for_log(home, "web", "limit nofile 77 77"));
  const auto nice_of = [&] { return getpriority(PRIO_PROCESS, static_cast<id_t>(pid_of(home, "web"))); };
  CHECK(nice_of() == 7);
  const int pid = pid_of(home, "web");
  kill_hard(pid);
  REQUIRE(wait_for_other_pid(home, "web", pid));
  CHECK(wait_until([&] { return count_of(log_of(home, "web"), "limit nofile 77 77") == 2; }));
  CHECK(nice_of() == 7);
  const Json app = describe_json(home, "web");
  CHECK(app.at("max_open_files") == 77);
  CHECK(app.at("nice") == 7);
  CHECK_THAT(done(home, {"describe", "web"}).out, contains("max open files"));
}

TEST_CASE("LIMIT4 what not even this root may ask for is refused in one line, and not less given without a word") {
  if (::geteuid() != 0) SKIP_CASE("needs root");
  const TemporaryHome home;
  const auto refused = [&](const Words& options, int capability, const std::string& part) {
    Command command = home.command(Words{"start", child_binary(), "--name", "web"} + options + Words{"--", "wait"});
    if (capability >= 0) command.before_exec = [capability] { (void)::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0); };
    const Result result = run(command);
    INFO(result.out << result.err);
    CHECK(result.exit_code == 1);
    require_one_line(result.err, part);
    CHECK(home.forever({"describe", "web"}).exit_code == 3);
  };
  rlimit files{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &files) == 0);
  refused({"--max-open-files", std::to_string(files.rlim_max + 1)}, CAP_SYS_RESOURCE, "CAP_SYS_RESOURCE");
  if ((std::stoull(status_field(::getpid(), "CapEff"), nullptr, 16) >> CAP_SYS_RESOURCE & 1U) != 0)
    refused({"--max-open-files", "4000000000"}, -1, "fs.nr_open");
  refused({"--nice", "-5"}, CAP_SYS_NICE, "CAP_SYS_NICE");
}

TEST_CASE("LIMIT2 what only root may ask for is refused in one line to others") {
  if (!Stranger::possible()) SKIP_CASE("needs root, to become another user");
  setenv("TMPDIR", "/tmp", 1);  // where another user can reach
  const TemporaryHome home;
  const Stranger user;
  std::filesystem::copy_file(forever_binary(), home.scratch() / "forever");
  std::filesystem::copy_file(child_binary(), home.scratch() / "child");
  std::filesystem::permissions(home.scratch(), std::filesystem::perms::all);
  for (const Words& options : {Words{"--nice", "-5"}, Words{"--max-open-files", "4000000000"}}) {
    Command command = home.command({});
    command.argv = Words{home.scratch() / "forever", "start", home.scratch() / "child"} + options + Words{"--", "wait"};
    command.environment["FOREVER_HOME"] = (home.scratch() / "other").string();
    command.before_exec = user.become();
    const Result result = run(command);
    INFO(result.out << result.err);
    CHECK(result.exit_code == 1);
    require_one_line(result.err, "only root");
  }
}
