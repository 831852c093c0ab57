// `forever run`: supervised in the foreground; our streams are the program's, its exit code is ours.
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "test/e2e/apps.hpp"

using namespace forever::test;

namespace {

Words run_words(const Words& options, const Words& words) {
  return Words{"run", child_binary()} + options + Words{"--"} + words;
}

}  // namespace

TEST_CASE("RUN exits with the program's own code, or 128 and its signal", "[RUN]") {
  const TemporaryHome home;
  for (const int code : {0, 1, 7, 126, 127, 255}) {
    REQUIRE(home.forever(run_words({"--restart", "never"}, {"exit", std::to_string(code)})).exit_code == code);
  }
  REQUIRE(home.forever(run_words({"--restart", "never"}, {"die", "KILL"})).exit_code == 128 + SIGKILL);
  REQUIRE(home.forever(run_words({"--restart", "on-failure"}, {"exit", "0"})).exit_code == 0);
  REQUIRE(home.forever(run_words({"--max-restarts", "2"}, {"exit", "5"})).exit_code == 5);
  REQUIRE_FALSE(std::filesystem::exists(home.state() / "apps"));  // nothing on record
}

TEST_CASE("RUN gives the program our streams and arguments, and adds nothing to them", "[RUN]") {
  const TemporaryHome home;
  const Result result = home.forever(
      run_words({"--restart", "never"}, {"print-args", "stream", "err", "partial", "to err", "--", "a b", "", "-h"}));
  REQUIRE(result.out == "args 3\narg 0 612062\narg 1 \narg 2 2d68\n");
  REQUIRE(result.err == "to err");
  Command cat = home.command({"run", "cat", "--restart", "never"});
  cat.input = "what was typed\n";
  REQUIRE(run(cat).out == "what was typed\n");
}

TEST_CASE("RUN restarts what crashes", "[RUN]") {
  const TemporaryHome home;
  const Result result =
      home.forever(run_words({"--restart", "on-failure"},
                             {"count", home.scratch() / "starts", "first", "3", "die", "SEGV", "end", "exit", "0"}));
  REQUIRE(result.exit_code == 0);
  REQUIRE_THAT(result.out, contains("count 4"));
}

TEST_CASE("RUN forwards signals, and ends when the program has ended on TERM", "[RUN]") {
  for (const int signal : {SIGTERM, SIGINT}) {
    const TemporaryHome home;
    Running running(home.command(
        run_words({}, {"trap", "HUP", "trap", "USR1", "trap", "USR2", "on", "TERM", "say", "bye", "exit", "4",
                       "end",  "on",  "INT",  "say",  "bye",  "exit", "4",  "end",  "say", "up",  "wait"})));
    REQUIRE(running.wait_for("up"));
    for (const auto& [number, said] :
         {std::pair{SIGHUP, "signal HUP"}, {SIGUSR1, "signal USR1"}, {SIGUSR2, "signal USR2"}}) {
      running.signal(number);
      REQUIRE(running.wait_for(said));
    }
    running.signal(signal);
    const Result result = running.wait();
    REQUIRE(count_of(result.out, "bye") == 1);
    REQUIRE(result.exit_code == 4);
  }
}

TEST_CASE("RUN stops the whole tree, and kills what resists", "[RUN]") {
  const TemporaryHome home;
  Running running(home.command(
      run_words({"--kill-timeout", "300ms"}, {"daemon", "ignore", "TERM", "say", "deaf", "wait", "end", "fork", "wait",
                                              "end", "ignore", "TERM", "say", "up", "wait"})));
  REQUIRE(running.wait_for("deaf"));
  REQUIRE(running.wait_for("up"));
  const auto tree = descendants_of(running.pid());
  REQUIRE(tree.size() == 3);
  running.signal(SIGTERM);
  REQUIRE(running.wait().exit_code == 128 + SIGKILL);
  REQUIRE(none_alive(tree));
}

TEST_CASE("RUN a second interrupt does not wait for the grace period", "[RUN]") {
  const TemporaryHome home;
  Running running(home.command(run_words({"--kill-timeout", "1h"}, {"trap", "INT", "say", "up", "wait"})));
  REQUIRE(running.wait_for("up"));
  running.signal(SIGINT);
  REQUIRE(running.wait_for("signal INT"));
  running.signal(SIGINT);
  const Result result = running.wait();
  REQUIRE_FALSE(result.timed_out);
}

TEST_CASE("RUN on a terminal, Ctrl-C reaches the program once", "[RUN]") {
  const TemporaryHome home;
  Running running(home.command(run_words({}, {"on", "INT", "say", "interrupted", "sleep", "100", "exit", "3", "end",
                                              "print-terminal", "say", "up", "wait"})),
                  24, 80);
  REQUIRE(running.wait_for("up"));
  running.type("\x03");
  const Result result = running.wait();
  INFO(result.out);
  REQUIRE(count_of(result.out, "interrupted") == 1);
  REQUIRE_THAT(result.out, contains("terminal 0 yes"));
  REQUIRE(result.exit_code == 3);
}

TEST_CASE("RUN on a terminal the program can read what is typed", "[RUN]") {
  const TemporaryHome home;
  Running running(
      home.command({"run", "--restart", "never", "--", "/bin/sh", "-c", "echo ready; read word; echo got $word"}), 24,
      80);
  REQUIRE(running.wait_for("ready"));
  running.type("hello\n");
  REQUIRE(running.wait_for("got hello"));
  REQUIRE(running.wait().exit_code == 0);
}

TEST_CASE("RUN a program that cannot be run gives 126 or 127", "[RUN]") {
  const TemporaryHome home;
  REQUIRE(home.forever({"run", "/nowhere/at-all"}).exit_code == 127);
  REQUIRE(home.forever({"run", "no-such-program-anywhere"}).exit_code == 127);
  REQUIRE(home.forever({"run", "/tmp"}).exit_code == 126);
  write_file(home.scratch() / "plain", "text");
  REQUIRE(home.forever({"run", "./plain"}).exit_code == 126);
  REQUIRE(home.forever({"run"}).exit_code == 2);
}

TEST_CASE("RUN as process 1 of a container it reaps orphans, forwards TERM and returns the exit code", "[RUN]") {
  const TemporaryHome home;
  Command probe;
  probe.argv = {"unshare", "--pid", "--fork", "--mount-proc", "true"};
  bool possible = false;
  try {
    possible = run(probe).exit_code == 0;
  } catch (const std::exception&) {
  }
  if (!possible) SKIP_CASE("needs the right to make a pid namespace");
  Command command =
      home.command(run_words({}, {"on", "TERM", "say", "bye", "exit", "6", "end", "print-session", "repeat", "20",
                                  "daemon", "exit", "0", "end", "end", "say", "up", "wait"}));
  command.argv.insert(command.argv.begin(), {"unshare", "--pid", "--fork", "--mount-proc", "--kill-child"});
  Running container(command);
  REQUIRE(container.wait_for("up"));
  const auto inside = children_of(container.pid());
  REQUIRE(inside.size() == 1);
  const int first = inside.at(0);
  REQUIRE(status_field(first, "NSpid").ends_with("\t1"));
  REQUIRE(wait_until([&] { return children_of(first).size() == 1; }));  // the daemons are reaped
  send_signal(first, SIGTERM);
  const Result result = container.wait();
  REQUIRE_THAT(result.out, contains("bye"));
  REQUIRE(result.exit_code == 6);
}

TEST_CASE("REAL25 an exit that means done makes run's own exit code 0", "[REAL25]") {
  const TemporaryHome home;
  const Words done_by = {"--stop-exit-codes", "9,143"};
  CHECK(home.forever(run_words(done_by, {"exit", "9"})).exit_code == 0);
  CHECK(home.forever(run_words(done_by + Words{"--restart", "never"}, {"exit", "143"})).exit_code == 0);
  CHECK(home.forever(run_words(done_by + Words{"--restart", "never"}, {"exit", "8"})).exit_code == 8);
  for (const Words& words :
       {Words{"say", "up", "wait"}, Words{"on", "TERM", "exit", "143", "end", "say", "up", "wait"}}) {
    Running stopped(home.command(run_words(done_by, words)));
    REQUIRE(stopped.wait_for("up"));
    stopped.signal(SIGTERM);
    CHECK(stopped.wait().exit_code == 0);
  }
  Running plain(home.command(run_words({}, {"say", "up", "wait"})));
  REQUIRE(plain.wait_for("up"));
  plain.signal(SIGTERM);
  CHECK(plain.wait().exit_code == 143);
}
