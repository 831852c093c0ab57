// The harness and the talking child themselves: what every other end-to-end test relies on.
#include <signal.h>

#include <string>

#include "test/support/catch.hpp"
#include "test/support/home.hpp"
#include "test/support/net.hpp"
#include "test/support/process.hpp"
#include "test/support/run.hpp"
#include "test/support/sweep.hpp"

using namespace forever::test;

namespace {

Command child(std::vector<std::string> words) {
  words.insert(words.begin(), child_binary());
  Command command;
  command.argv = std::move(words);
  return command;
}

int forked_pid(Running& running) {
  REQUIRE(running.wait_for("forked "));
  return std::stoi(running.out().substr(running.out().find("forked ") + 7));
}

}  // namespace

TEST_CASE("HARNESS run gives both streams, the exit code and the signal") {
  const Result exited = run(child({"say", "one", "stream", "err", "partial", "two", "exit", "7"}));
  REQUIRE(exited.out == "one\n");
  REQUIRE(exited.err == "two");
  REQUIRE(exited.exit_code == 7);
  REQUIRE(exited.released_output);

  const Result killed = run(child({"die", "SEGV"}));
  REQUIRE(killed.signal == SIGSEGV);
  REQUIRE(killed.exit_code == 128 + SIGSEGV);
}

TEST_CASE("HARNESS run tells that a grandchild still holds the output, and a program that does not end is killed") {
  const Result held = run(child({"fork", "sleep", "3000", "end"}));
  REQUIRE(held.exit_code == 0);
  REQUIRE_FALSE(held.released_output);

  Command endless = child({"wait"});
  endless.deadline = 50ms;
  REQUIRE(run(endless).timed_out);
}

TEST_CASE("HARNESS a program that cannot be executed is an error of the test") {
  REQUIRE_THROWS(run({"/nowhere/at-all"}));
}

TEST_CASE("HARNESS the child prints its arguments byte by byte") {
  const Result result = run(child({"print-args", "--", "-h", "", "a b", "\n%\"'"}));
  REQUIRE(result.out == "args 4\narg 0 2d68\narg 1 \narg 2 612062\narg 3 0a252227\n");
}

TEST_CASE("HARNESS the child obeys its words when a signal comes") {
  Running running(child({"trap", "USR1", "on", "TERM", "say", "bye", "exit", "3", "end", "say", "up", "wait"}));
  REQUIRE(running.wait_for("up\n"));
  running.signal(SIGUSR1);
  REQUIRE(running.wait_for("signal USR1"));
  running.signal(SIGTERM);
  const Result result = running.wait();
  REQUIRE(result.exit_code == 3);
  REQUIRE_THAT(result.out, contains("bye"));
}

TEST_CASE("HARNESS the child serves and counts its starts") {
  const TemporaryHome home;
  const int port = free_port();
  const std::string counter = home.scratch() / "starts";
  REQUIRE(run(child({"count", counter, "first", "1", "exit", "4", "end"})).exit_code == 4);
  Running running(child({"count", counter, "first", "1", "exit", "4", "end", "listen", std::to_string(port), "wait"}));
  REQUIRE(running.wait_for("listening"));
  REQUIRE(http_get(port).body == std::to_string(running.pid()) + "\n");
  REQUIRE_FALSE(can_bind(port));
  running.signal(SIGKILL);
  REQUIRE(running.wait().signal == SIGKILL);
  REQUIRE(can_bind(port));
  REQUIRE(http_get(port).status == 0);
}

TEST_CASE("HARNESS numbered lines have the length asked for, written one by one or in blocks") {
  for (const char* word : {"lines", "blocks"}) {
    const Result result = run(child({word, "5000", "40"}));
    const auto lines = lines_of(result.out);
    REQUIRE(lines.size() == 5000);
    REQUIRE(lines.back().starts_with("0000005000 x"));
    REQUIRE(lines.back().size() == 39);
  }
}

TEST_CASE("HARNESS a program on a terminal sees a terminal, keys and its size") {
  Command command = child({"print-terminal"});
  Running running(command, 24, 80);
  REQUIRE_THAT(running.wait().out, contains("terminal 2 yes\r\n"));

  Command shell;
  shell.argv = {"/bin/sh", "-c", "read word; echo got $word; stty size"};
  Running typed(shell, 30, 70);
  typed.type("hello\n");
  REQUIRE(typed.wait_for("got hello"));
  REQUIRE_THAT(typed.wait().out, contains("30 70"));
}

TEST_CASE("HARNESS what was started from a home is gone with it, daemons too") {
  int daemon = 0;
  {
    const TemporaryHome home;
    Command command = child({"daemon", "wait", "end"});
    command.environment["FOREVER_HOME"] = home.state().string();
    Running running(command);
    daemon = forked_pid(running);
    REQUIRE(alive(daemon));
    REQUIRE(running.wait().exit_code == 0);
    REQUIRE(processes_with_environment("FOREVER_HOME=" + home.state().string()).size() == 1);
  }
  REQUIRE_FALSE(alive(daemon));
}
