// Every verb, alias and option of forever(1), once, with its exit code.

#include <algorithm>

#include "test/e2e/apps.hpp"

using namespace forever::test;

namespace {

namespace fs = std::filesystem;

constexpr int kNotFound = 3;

const Words& verbs() {
  static const Words all{"start",   "run",        "list",   "describe", "pid",  "stop",       "stopall",
                         "restart", "restartall", "delete", "signal",   "logs", "flush",      "reopen",
                         "monit",   "metrics",    "doctor", "port",     "find", "completion", "help"};
  return all;
}

}  // namespace

TEST_CASE("VERB without arguments a short help is printed", "[VERB]") {
  const TemporaryHome home;
  const Result result = done(home, {});
  REQUIRE_THAT(result.out, contains("start"));
  REQUIRE(count_of(result.out, "\n") <= 24);
  REQUIRE(result.err.empty());
}

TEST_CASE("VERB --help and help tell about all and about each verb", "[VERB]") {
  const TemporaryHome home;
  for (const Words& words : {Words{"--help"}, Words{"-h"}, Words{"help"}}) {
    const std::string text = done(home, words).out;
    for (const std::string& verb : verbs()) REQUIRE_THAT(text, contains(verb));
  }
  for (const std::string& verb : verbs()) {
    INFO(verb);
    const std::string text = done(home, {verb, "--help"}).out;
    REQUIRE_THAT(text, contains(verb));
    REQUIRE(text == done(home, {"help", verb}).out);
    for (const std::string& line : lines_of(text)) REQUIRE(line.size() <= 100);
  }
  REQUIRE_FALSE(fs::exists(home.state()));
  REQUIRE(home.forever({"help", "frobnicate"}).exit_code == 2);
}

TEST_CASE("VERB --version tells the version", "[VERB]") {
  const TemporaryHome home;
  REQUIRE(done(home, {"--version"}).out.starts_with("forever "));
}

TEST_CASE("VERB every option of start is taken and shown again", "[VERB]") {
  const TemporaryHome home;
  write_file(home.scratch() / "vars.env", "FROM_FILE=1\n");
  done(home, {"start",
              child_binary(),
              "--name",
              "web",
              "--namespace",
              "prod",
              "--interpreter",
              "none",
              "--cwd",
              "/",
              "--env",
              "A=1",
              "-e",
              "B=2",
              "--env-file",
              "vars.env",
              "--restart",
              "on-failure",
              "--stop-exit-codes",
              "4,5",
              "--min-uptime",
              "2s",
              "--restart-delay",
              "150ms",
              "--max-restarts",
              "17",
              "--backoff-first",
              "120ms",
              "--backoff-factor",
              "3",
              "--backoff-cap",
              "40s",
              "--kill-signal",
              "INT",
              "--kill-timeout",
              "3500ms",
              "--kill-mode",
              "group",
              "--log-format",
              "time",
              "--log-max-size",
              "3M",
              "--log-keep",
              "7",
              "--max-memory",
              "512M",
              "--cron-restart",
              "0 4 * * *",
              "--out",
              home.scratch() / "o.log",
              "--err",
              home.scratch() / "e.log",
              "--",
              "wait"});
  const std::string text = done(home, {"describe", "web", "--all"}).out;
  INFO(text);
  for (const char* part :
       {"prod",  "on-failure", "4", "2s",  "150ms",     "17",    "120ms", "40s", "INT", "3.5s",
        "group", "time",       "7", "512", "0 4 * * *", "o.log", "e.log", "A=1", "B=2", "FROM_FILE=1"}) {
    REQUIRE_THAT(text, contains(part));
  }
  done(home, {"stop", "web"});
}

TEST_CASE("VERB options of start go before or after the program, joined or apart", "[VERB]") {
  const TemporaryHome home;
  done(home, {"start", "--name", "a", child_binary(), "--", "wait"});
  done(home, {"start", child_binary(), "--name=b", "--", "wait"});
  done(home, {"start", "-n", "c", "--kill-timeout=2s", "--", child_binary(), "wait"});
  for (const char* name : {"a", "b", "c"}) REQUIRE(status_of(home, name) == "online");
}

TEST_CASE("VERB start prints one line with name, id and pid; --quiet none", "[VERB]") {
  const TemporaryHome home;
  const Result result = start(home, "web", {"wait"});
  REQUIRE(count_of(result.out, "\n") == 1);
  REQUIRE_THAT(result.out, contains("web"));
  REQUIRE_THAT(result.out, contains(std::to_string(pid_of(home, "web"))));
  const Result quiet = start(home, "other", {"wait"}, {"--quiet"});
  REQUIRE(quiet.out.empty());
  REQUIRE(quiet.err.empty());
  REQUIRE(done(home, {"restart", "web", "-q"}).out.empty());
  REQUIRE(done(home, {"stop", "web", "-q"}).out.empty());
}

TEST_CASE("VERB stop of a stopped app reports this and succeeds", "[VERB]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  done(home, {"stop", "web"});
  const Result again = done(home, {"stop", "web"});
  REQUIRE_THAT(again.out + again.err, contains("stopped"));
}

TEST_CASE("VERB stopall and restartall are for all apps, and for none", "[VERB]") {
  const TemporaryHome home;
  done(home, {"stopall"});
  done(home, {"restartall"});
  done(home, {"stop", "all"});
  start(home, "a", {"wait"});
  start(home, "b", {"wait"});
  const int a = pid_of(home, "a");
  const int b = pid_of(home, "b");
  done(home, {"restartall"});
  REQUIRE(pid_of(home, "a") != a);
  REQUIRE(pid_of(home, "b") != b);
  REQUIRE_FALSE(alive(a));
  REQUIRE_FALSE(alive(b));
  done(home, {"stopall"});
  REQUIRE(status_of(home, "a") == "stopped");
  REQUIRE(status_of(home, "b") == "stopped");
  done(home, {"restartall"});  // starts what is stopped
  REQUIRE(wait_for_status(home, "a", "online"));
  REQUIRE(wait_for_status(home, "b", "online"));
}

TEST_CASE("VERB restart gives a new process and counts as no failure", "[VERB]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  const int pid = pid_of(home, "web");
  done(home, {"restart", "web"});
  REQUIRE(pid_of(home, "web") != pid);
  REQUIRE_FALSE(alive(pid));
  REQUIRE(status_of(home, "web") == "online");
  REQUIRE(listed(home, "web").at("failures") == 0);
  done(home, {"stop", "web"});
  done(home, {"restart", "web"});  // a stopped app is started
  REQUIRE(status_of(home, "web") == "online");
}

TEST_CASE("VERB delete stops the app and removes its record and its logs", "[VERB]") {
  const TemporaryHome home;
  for (const char* verb : {"delete", "del", "rm"}) {
    start(home, "web", {"say", "up", "wait"});
    REQUIRE(wait_for_log(home, "web", "up"));
    const int pid = pid_of(home, "web");
    done(home, {verb, "web"});
    REQUIRE_FALSE(alive(pid));
    REQUIRE(list_json(home).at("apps").empty());
    REQUIRE_FALSE(fs::exists(home.app("web")));
    REQUIRE_FALSE(fs::exists(home.log("web")));
    REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
  }
  start(home, "web", {"say", "up", "wait"});
  REQUIRE(wait_for_log(home, "web", "up"));
  done(home, {"delete", "web", "--keep-logs"});
  REQUIRE(fs::exists(home.log("web")));
  REQUIRE(home.forever({"delete", "web"}).exit_code == kNotFound);
}

TEST_CASE("VERB describe has its aliases and shows several apps", "[VERB]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  start(home, "other", {"wait"});
  for (const char* verb : {"describe", "info", "show"}) {
    const std::string text = done(home, {verb, "web", "other"}).out;
    REQUIRE_THAT(text, contains("web"));
    REQUIRE_THAT(text, contains("other"));
  }
}

TEST_CASE("VERB pid prints the pids of instances, one a line", "[VERB]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  start(home, "other", {"wait"});
  REQUIRE(done(home, {"pid", "web"}).out == std::to_string(pid_of(home, "web")) + "\n");
  REQUIRE(lines_of(done(home, {"pid"}).out).size() == 2);
  REQUIRE(parse_json(done(home, {"pid", "web", "--json"}).out).is_object());
  done(home, {"stop", "web"});
  REQUIRE(home.forever({"pid", "web"}).exit_code == 1);
}

TEST_CASE("VERB pid says of an app whose process has ended unnoticed that it has, not that it is online", "[VERB]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  const int supervisor = supervisor_of(home, "web");
  send_signal(supervisor, SIGSTOP);
  kill_hard(pid_of(home, "web"));
  const Result result = home.forever({"pid", "web"});
  send_signal(supervisor, SIGCONT);
  CHECK(result.exit_code == 1);
  CHECK(result.err == "forever: not running: web (has just ended)\n");
}

TEST_CASE("VERB pid files hold the pid while the instance lives", "[VERB]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  const fs::path file = home.state() / "pids" / "web-0.pid";
  REQUIRE(read_file(file) == std::to_string(pid_of(home, "web")) + "\n");
  done(home, {"restart", "web"});
  REQUIRE(wait_until([&] { return read_file(file) == std::to_string(pid_of(home, "web")) + "\n"; }));
  done(home, {"stop", "web"});
  REQUIRE(wait_until([&] { return !fs::exists(file); }));
}

TEST_CASE("VERB signal sends it by name or number, to the leader", "[VERB]") {
  const TemporaryHome home;
  start(home, "web", {"trap", "USR1", "trap", "HUP", "trap", "WINCH", "say", "up", "wait"});
  REQUIRE(wait_for_log(home, "web", "up"));
  const int pid = pid_of(home, "web");
  done(home, {"signal", "USR1", "web"});
  REQUIRE(wait_for_log(home, "web", "signal USR1"));
  done(home, {"signal", "SIGHUP", "web"});
  REQUIRE(wait_for_log(home, "web", "signal HUP"));
  done(home, {"signal", std::to_string(SIGWINCH), "web"});
  REQUIRE(wait_for_log(home, "web", "signal WINCH"));
  REQUIRE(pid_of(home, "web") == pid);
  done(home, {"signal", "KILL", "web"});  // a death is a crash, and is followed by a restart
  REQUIRE(wait_for_other_pid(home, "web", pid));
  done(home, {"stop", "web"});
  REQUIRE(home.forever({"signal", "USR1", "web"}).exit_code == 1);
}

TEST_CASE("VERB signal STOP and CONT hold an app and let it go on, and a held app can be stopped", "[VERB]") {
  const TemporaryHome home;
  start(home, "web", {"wait"}, {"--kill-timeout", "400ms"});
  const int pid = pid_of(home, "web");
  done(home, {"signal", "STOP", "web"});
  REQUIRE(wait_until([&] { return state_of(pid) == 'T'; }));
  REQUIRE(status_of(home, "web") == "online");
  done(home, {"signal", "CONT", "web"});
  REQUIRE(wait_until([&] { return state_of(pid) != 'T'; }));
  done(home, {"signal", "STOP", "web"});
  done(home, {"stop", "web"});
  REQUIRE_FALSE(alive(pid));
}

TEST_CASE("VERB flush, reopen and logs take no app, one or several as documented", "[VERB]") {
  const TemporaryHome home;
  start(home, "a", {"say", "from a", "wait"});
  start(home, "b", {"say", "from b", "wait"});
  REQUIRE(wait_for_log(home, "a", "from a"));
  REQUIRE(wait_for_log(home, "b", "from b"));
  done(home, {"reopen"});
  done(home, {"reopen", "a"});
  REQUIRE_THAT(done(home, {"logs", "a"}).out, contains("from a"));
  REQUIRE_THAT(done(home, {"log", "a", "b"}).out, contains("from b"));
  REQUIRE(parse_json(lines_of(done(home, {"logs", "a", "--json"}).out).at(0)).is_object());
  REQUIRE(done(home, {"logs", "a", "--raw"}).out == "from a\n");
  done(home, {"flush", "a", "b"});
  REQUIRE(log_of(home, "a").empty());
  REQUIRE(log_of(home, "b").empty());
}

TEST_CASE("VERB logs shows what a stopped app wrote", "[VERB]") {
  const TemporaryHome home;
  start(home, "web", {"say", "once", "wait"});
  REQUIRE(wait_for_log(home, "web", "once"));
  done(home, {"stop", "web"});
  REQUIRE(done(home, {"logs", "web"}).out == "once\n");
}

TEST_CASE("VERB completion prints a script that its shell accepts, and it knows every verb", "[VERB]") {
  const TemporaryHome home;
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const std::string script = done(home, {"completion", shell}).out;
    for (const std::string& verb : verbs()) REQUIRE_THAT(script, contains(verb));
    write_file(home.scratch() / "script", script);
    Command check;
    check.argv = {shell, "-n", home.scratch() / "script"};
    Result result;
    try {
      result = run(check);
    } catch (const std::exception&) {
      continue;  // this shell is not installed
    }
    INFO(shell << ": " << result.err);
    REQUIRE(result.exit_code == 0);
  }
}

TEST_CASE("VERB exit codes are those of the man page", "[VERB]") {
  const TemporaryHome home;
  REQUIRE(home.forever({"list"}).exit_code == 0);
  REQUIRE(home.forever({"start", "/nowhere/at-all"}).exit_code == 127);
  REQUIRE(home.forever({"start", "/"}).exit_code == 126);
  REQUIRE(home.forever({"stop", "nobody"}).exit_code == kNotFound);
  REQUIRE(home.forever({"stop"}).exit_code == 2);
  start(home, "web", {"wait"});
  REQUIRE(home.forever(start_words("web", {}, {"say", "x"})).exit_code == 1);
}

TEST_CASE("VERB a cron restart happens at its time", "[VERB][slow]") {
  const TemporaryHome home;
  start(home, "web", {"wait"}, {"--cron-restart", "*/2 * * * * *"});
  const int pid = pid_of(home, "web");
  REQUIRE(wait_for_other_pid(home, "web", pid));
  REQUIRE_THAT(done(home, {"describe", "web"}).out, contains("cron"));
}

TEST_CASE("VERB an empty --cron-restart takes the schedule away, at start, on the way and in an apps file", "[VERB]") {
  const TemporaryHome home;
  const auto schedule = [&] { return describe_json(home, "web").at("cron_restart"); };
  const Words yearly{"--cron-restart", "0 0 1 1 *"};
  start(home, "web", {"wait"}, yearly);
  CHECK(schedule() == "0 0 1 1 *");
  done(home, {"stop", "web"});
  done(home, {"start", "web", "--cron-restart", ""});
  CHECK(schedule().is_null());
  const auto apps = [&](const std::string& cron) {
    write_file(home.scratch() / "apps.json", "{\"apps\": [{\"name\": \"web\", \"script\": \"" + child_binary() +
                                                 "\", \"args\": [\"wait\"], \"cron_restart\": \"" + cron + "\"}]}");
    done(home, {"apply", "apps.json"});
  };
  apps("0 0 1 1 *");
  CHECK(schedule() == "0 0 1 1 *");
  apps("");
  CHECK(schedule().is_null());
}

TEST_CASE("VERB output that cannot be written is a failure", "[VERB]") {
  if (!fs::exists("/dev/full")) SKIP_CASE("needs /dev/full");
  const TemporaryHome home;
  start(home, "web", {"wait"});
  Command command;
  command.argv = {"/bin/sh", "-c", "exec \"" + forever_binary() + "\" list > /dev/full"};
  command.environment = {{"FOREVER_HOME", home.state().string()}};
  REQUIRE(run(command).exit_code == 1);
}

TEST_CASE("ID2 delete says by which key it found the app", "[ID2]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  REQUIRE(done(home, {"delete", "0"}).out == "web (id 0) deleted\n");
  start(home, "web", {"wait"});
  REQUIRE(done(home, {"delete", "web"}).out == "web deleted\n");
}
