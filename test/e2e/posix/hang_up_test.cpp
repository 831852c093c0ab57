// `forever run` whose terminal, or whose reader, goes away.
#include <fcntl.h>
#include <signal.h>

#include "test/e2e/apps.hpp"

using namespace forever::test;

namespace {

Command run_command(const TemporaryHome& home, const Words& options, const Words& words) {
  return home.command(Words{"run", child_binary()} + options + Words{"--"} + words);
}

// Not from its terminal: then the program is in a group of its own.
void read_nothing() {
  const int null = open("/dev/null", O_RDWR);
  dup2(null, 0);
  close(null);
}

// Closes the terminal as soon as it shows `what`; the exit code of what ran there.
int exit_code_after_hang_up(Running& running, const std::string& what) {
  REQUIRE(running.wait_for(what));
  const auto tree = descendants_of(running.pid());
  REQUIRE_FALSE(tree.empty());
  running.hang_up();
  const Result result = running.wait();
  REQUIRE_FALSE(result.timed_out);
  CHECK(none_alive(tree));
  return result.exit_code;
}

}  // namespace

TEST_CASE("RUN ends with 129 and its whole tree when its terminal is gone", "[RUN]") {
  const bool reads_the_terminal = GENERATE(true, false);
  CAPTURE(reads_the_terminal);
  const TemporaryHome home;
  Command command = run_command(home, {}, {"fork", "wait", "end", "daemon", "wait", "end", "say", "up", "wait"});
  if (!reads_the_terminal) command.before_exec = read_nothing;
  Running running(command, 24, 80);
  CHECK(exit_code_after_hang_up(running, "up") == 129);
}

TEST_CASE("RUN when its terminal is gone the program may end as it likes, and has the kill timeout for it", "[RUN]") {
  const TemporaryHome home;
  const auto saved = home.scratch() / "saved";
  Running orderly(run_command(home, {"--kill-timeout", "1h"},
                              {"on", "HUP", "sleep", "50", "touch", saved, "exit", "7", "end", "say", "up", "wait"}),
                  24, 80);
  CHECK(exit_code_after_hang_up(orderly, "up") == 7);
  CHECK(std::filesystem::exists(saved));
  Running deaf(run_command(home, {"--kill-timeout", "50ms"}, {"ignore", "HUP", "say", "up", "wait"}), 24, 80);
  CHECK(exit_code_after_hang_up(deaf, "up") == 128 + SIGKILL);
}

TEST_CASE("RUN below a shell ends with the shell's terminal", "[RUN]") {
  const bool reads_the_terminal = GENERATE(true, false);
  CAPTURE(reads_the_terminal);
  const TemporaryHome home;
  Command command = home.command({});
  command.argv = {"/bin/sh", "-c", "\"$0\" run \"$1\" -- say up wait; true", forever_binary(), child_binary()};
  if (!reads_the_terminal) command.before_exec = read_nothing;
  Running shell(command, 24, 80);
  REQUIRE(shell.wait_for("up"));
  const auto tree = descendants_of(shell.pid());
  REQUIRE(tree.size() == 2);
  shell.hang_up();
  CHECK(wait_until([&] { return none_alive(tree); }));
}

TEST_CASE("RUN with --watch ends with 129 when its terminal is gone", "[RUN]") {
  const TemporaryHome home;
  Command command = run_command(home, {"--watch"}, {"say", "up", "wait"});
  command.directory = home.scratch();
  Running running(command, 24, 80);
  CHECK(exit_code_after_hang_up(running, "up") == 129);
}

TEST_CASE("RUN lives on under nohup when its terminal is gone", "[RUN]") {
  const TemporaryHome home;
  const auto go = home.scratch() / "go";
  const auto starts = home.scratch() / "starts";
  Command command =
      run_command(home, {}, {"count", starts, "say", "up", "first", "1", "wait-for", go, "exit", "3", "end"});
  command.before_exec = [] {
    read_nothing();
    signal(SIGHUP, SIG_IGN);
  };
  Running running(command, 24, 80);
  REQUIRE(running.wait_for("up"));
  running.hang_up();
  running.signal(SIGHUP);  // the shell's
  write_file(go, "");
  CHECK(running.wait().exit_code == 0);
  CHECK(read_file(starts).size() == 2);  // its failure was restarted as usual
}

TEST_CASE("RUN a HUP on a terminal that is there is the program's", "[RUN]") {
  const TemporaryHome home;
  Running running(run_command(home, {}, {"trap", "HUP", "say", "up", "wait"}), 24, 80);
  REQUIRE(running.wait_for("up"));
  running.signal(SIGHUP);
  REQUIRE(running.wait_for("signal HUP"));
  running.type("\x03");
  CHECK(running.wait().exit_code == 130);
}

TEST_CASE("RUN a program that dies of the HUP that was passed on is not started again", "[RUN]") {
  const TemporaryHome home;
  Running running(run_command(home, {}, {"daemon", "wait", "end", "say", "up", "wait"}));
  REQUIRE(running.wait_for("up"));
  const auto tree = descendants_of(running.pid());
  running.signal(SIGHUP);
  const Result result = running.wait();
  CHECK(result.exit_code == 129);
  CHECK(count_of(result.out, "up") == 1);
  CHECK(none_alive(tree));
}

TEST_CASE("RUN a program that ends without a reader of its output is not restarted, and its exit code is returned",
          "[RUN]") {
  struct Case {
    const char* how;
    const char* options;
    const char* code;
  };
  const Case which = GENERATE(Case{"exec yes", "", "141\n"}, Case{"yes; exit 141", "", "141\n"},
                              Case{"trap '' PIPE; yes 2>&-; exit 1", "", "1\n"},  // as most languages make of it
                              Case{"trap '' PIPE; yes 2>&-; exit 7", "--watch", "141\n"},
                              Case{"trap '' PIPE; yes 2>&-; exit 0", "--restart always", "0\n"});
  CAPTURE(which.how);
  const TemporaryHome home;
  const auto code = home.scratch() / "code";
  Command command = home.command({});
  command.argv = {"/bin/sh",
                  "-c",
                  "{ \"$0\" run $3 -- /bin/sh -c \"echo begun >&2; $1\"; echo $? > \"$2\"; } | head -n 1",
                  forever_binary(),
                  which.how,
                  code,
                  which.options};
  const Result result = run(command);
  CHECK_FALSE(result.timed_out);
  CHECK(result.out == "y\n");
  CHECK(read_file(code) == which.code);
  CHECK(count_of(result.err, "begun") == 1);
  CHECK_FALSE(has(result.err, "restarting"));
}

TEST_CASE("RUN a program that dies of PIPE while its output is read is started again", "[RUN]") {
  const TemporaryHome home;
  const Result result =
      run(run_command(home, {}, {"count", home.scratch() / "starts", "first", "2", "die", "PIPE", "end", "exit", "0"}));
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.out, contains("count 3"));
}
