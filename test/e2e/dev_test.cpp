// `forever run --watch` and `forever dev`: what a developer leaves running in a terminal.
#include <signal.h>

#include "test/e2e/apps.hpp"

using namespace forever::test;
namespace fs = std::filesystem;

namespace {

// A terminal with `forever dev` in it; the directory that is watched is the current one.
struct Dev {
  Dev() {
    fs::create_directory(tree);
    write_file(tree / "main.js", "one\n");
  }
  [[nodiscard]] Command command(const Words& options, const Words& words) const {
    Command made = home.command(Words{"dev", child_binary(), "--watch-delay", "10ms"} + options + Words{"--"} + words);
    made.directory = tree;
    return made;
  }
  void change() {
    write_file(tree / "main.js~", std::to_string(++changes_));
    fs::rename(tree / "main.js~", tree / "main.js");
  }
  const TemporaryHome home;
  const fs::path tree = home.scratch() / "tree";

 private:
  int changes_ = 0;
};

bool wait_for_count(Running& running, const std::string& text, std::size_t count) {
  return wait_until([&] { return count_of(running.out() + running.err(), text) >= count; });
}

}  // namespace

TEST_CASE("DEV restarts on a change, says what has changed, and Ctrl-C ends it with 130", "[DEV]") {
  Dev dev;
  Running running(dev.command({}, {"on", "INT", "say", "bye", "exit", "0", "end", "say", "up", "wait"}), 24, 80);
  REQUIRE(running.wait_for("up"));
  CHECK_THAT(running.out(), contains("forever: watching 1 directory; rs and Enter restart"));
  dev.change();
  REQUIRE(wait_for_count(running, "up", 2));
  CHECK_THAT(running.out(), contains("forever: main.js has changed, restarting"));
  running.type("\x03");
  const Result result = running.wait();
  INFO(result.out);
  CHECK(count_of(result.out, "bye") == 1);
  CHECK(result.exit_code == 130);
}

TEST_CASE("DEV ends with 143 on TERM, and leaves nothing", "[DEV]") {
  Dev dev;
  Running running(dev.command({}, {"daemon", "wait", "end", "say", "up", "wait"}));
  REQUIRE(running.wait_for("up"));
  const auto tree = descendants_of(running.pid());
  running.signal(SIGTERM);
  CHECK(running.wait().exit_code == 143);
  CHECK(none_alive(tree));
}

TEST_CASE("DEV rs and Enter restart, whatever the program does at the time", "[DEV]") {
  Dev dev;
  Running running(dev.command({}, {"say", "up", "wait-for", "go", "exit", "0"}), 24, 80);
  REQUIRE(running.wait_for("up"));
  running.type("nothing\nrs\n");
  REQUIRE(wait_for_count(running, "up", 2));
  write_file(dev.tree / "go", "");
  REQUIRE(running.wait_for("clean exit - waiting for changes"));
  running.type("rs\n");
  REQUIRE(wait_for_count(running, "up", 3));
  running.type("\x03");
  CHECK(running.wait().exit_code == 130);
}

TEST_CASE("DEV what has ended waits for a change, and says how it ended", "[DEV]") {
  Dev dev;
  Running running(dev.command(
      {}, {"count", "../n", "first", "1", "exit", "3", "end", "first", "2", "exit", "0", "end", "say", "up", "wait"}));
  REQUIRE(running.wait_for("crashed - waiting for changes"));
  CHECK_THAT(running.err(), contains("exit 3"));
  dev.change();
  REQUIRE(running.wait_for("clean exit - waiting for changes"));
  dev.change();
  REQUIRE(running.wait_for("up"));
  CHECK(count_of(running.out(), "count") == 3);
  running.signal(SIGINT);
  CHECK(running.wait().exit_code == 130);
}

TEST_CASE("DEV --watch-on-crash restart keeps it alive as `run` does", "[DEV]") {
  Dev dev;
  Running running(dev.command({"--watch-on-crash", "restart"},
                              {"count", "../n", "first", "2", "exit", "3", "end", "say", "up", "wait"}));
  REQUIRE(running.wait_for("up"));
  CHECK_THAT(running.err(), contains("exit 3, restarting"));
  dev.change();
  REQUIRE(wait_for_count(running, "up", 2));
}

TEST_CASE("DEV a program that reads is given the terminal, and it is ours again when the program has ended", "[DEV]") {
  Dev dev;
  Command command = dev.home.command({"dev", "--watch-delay", "10ms", "--exec",
                                      "echo ready; read word; echo got $word; stty -echo; echo $(tty | head -c 4)"});
  command.directory = dev.tree;
  Running running(command, 24, 80);
  // Until the program reads, what is typed is for us.
  const auto given = [&] { return wait_until([&] { return running.foreground_group() != running.pid(); }); };
  REQUIRE(running.wait_for("ready"));
  REQUIRE(given());
  running.type("hello\n");
  REQUIRE(running.wait_for("got hello"));
  REQUIRE(running.wait_for("clean exit - waiting for changes"));
  CHECK_THAT(running.out(), contains("/dev"));
  running.type("rs\n");
  REQUIRE(wait_for_count(running, "ready", 2));
  REQUIRE(given());
  running.type("again\n");
  REQUIRE(running.wait_for("got again"));
  REQUIRE(wait_for_count(running, "clean exit", 2));
  CHECK_THAT(running.out(), contains("again\r\ngot again"));  // the settings are as they were: what is typed is shown
  dev.change();
  REQUIRE(wait_for_count(running, "ready", 3));
  running.type("\x03");
  CHECK(running.wait().exit_code == 130);
}

TEST_CASE("DEV Ctrl-Z stops the program too, and both go on", "[DEV]") {
  Dev dev;
  Running running(dev.command({}, {"print-pid", "say", "up", "wait"}), 24, 80);
  REQUIRE(running.wait_for("up"));
  const auto below = children_of(running.pid());
  REQUIRE(below.size() == 1);
  running.type("\x1a");
  REQUIRE(wait_until([&] { return state_of(running.pid()) == 'T' && state_of(below.at(0)) == 'T'; }));
  running.signal(SIGCONT);
  REQUIRE(wait_until([&] { return state_of(running.pid()) != 'T' && state_of(below.at(0)) != 'T'; }));
  dev.change();
  REQUIRE(wait_for_count(running, "up", 2));
}

TEST_CASE("DEV --exec has a shell run a command line, the program and its arguments behind it", "[DEV]") {
  Dev dev;
  Command command = dev.home.command({"run", "--exec", "echo one && echo two:", "a b", "$HOME", "--", "-x", ""});
  command.directory = dev.tree;
  const Result result = run(command);
  CHECK(result.out == "one\ntwo: a b $HOME -x \n");
  CHECK(result.exit_code == 0);
  CHECK(run(dev.home.command({"dev"})).exit_code == 2);
  CHECK(run(dev.home.command({"dev", "--exec"})).exit_code == 2);
}

TEST_CASE("DEV a change while it starts or stops is not lost", "[DEV]") {
  Dev dev;
  Running running(dev.command({"--watch-delay", "0"}, {"on", "TERM", "say", "stopping", "wait-for", "../go", "exit",
                                                       "0", "end", "say", "up", "wait"}));
  REQUIRE(running.wait_for("up"));
  dev.change();
  REQUIRE(running.wait_for("stopping"));
  dev.change();  // it is read by the next program, which is not started yet
  write_file(dev.home.scratch() / "go", "");
  REQUIRE(wait_for_count(running, "up", 2));
  running.signal(SIGINT);
  CHECK(running.wait().exit_code == 130);
}

TEST_CASE("DEV a program that writes watched files gets a hint to --ignore", "[DEV]") {
  Dev dev;
  Running running(dev.command({}, {"say", "up", "wait"}));
  // As a program would that writes it at each of its starts.
  for (std::size_t starts = 2; starts <= 6; ++starts) {
    REQUIRE(wait_for_count(running, "up", starts - 1));
    write_file(dev.tree / "data.db", std::to_string(starts));
    REQUIRE(wait_for_count(running, "up", starts));
  }
  CHECK(count_of(running.err(), "if the program itself writes it, use --ignore data.db") == 1);
}

TEST_CASE("DEV our own lines stand out in colours on a terminal, and only there", "[DEV]") {
  Dev dev;
  Command command = dev.command({}, {"say", "up", "exit", "3"});
  command.environment["TERM"] = "xterm";
  Running running(command, 24, 80);
  REQUIRE(running.wait_for("crashed - waiting"));
  CHECK_THAT(running.out(), contains("\x1b[32mforever: watching 1 directory; rs and Enter restart\x1b[0m"));
  CHECK_THAT(running.out(), contains("\x1b[31mforever: crashed"));
  running.type("\x03");
  CHECK(running.wait().exit_code == 130);
  command.environment["NO_COLOR"] = "1";
  Running plain(command, 24, 80);
  REQUIRE(plain.wait_for("crashed - waiting"));
  CHECK_FALSE(has(plain.out(), "\x1b"));
}
