// REAL23: logs that are no files of their own.
#include <filesystem>

#include "test/e2e/apps.hpp"

using namespace forever::test;
namespace fs = std::filesystem;

TEST_CASE("REAL23 the caller's own output is refused as a log, with what works instead", "[REAL23]") {
  const TemporaryHome home;
  fs::create_symlink("/dev/stdout", home.scratch() / "access.log");
  fs::create_symlink("access.log", home.scratch() / "web.log");
  for (const char* path : {"/dev/stdout", "/dev/stderr", "/dev/fd/1", "/proc/self/fd/1", "/dev/../dev/stdout",
                           "/dev/tty", "web.log", "access.log"}) {
    for (const char* option : {"--out", "--err"}) {
      INFO(option << " " << path);
      const Result result = home.forever(start_words("web", {option, path}, {"wait"}));
      CHECK(result.exit_code == 1);
      require_one_line(result.err, "forever run");
    }
  }
  write_file(home.scratch() / "apps.json", R"({"apps": [{"name": "web", "script": ")" + child_binary() +
                                               R"(", "args": "wait", "out": "/dev/stdout"}]})");
  const Result file = home.forever({"start", "apps.json"});
  CHECK(file.exit_code == 1);
  require_one_line(file.err, "/dev/stdout");
  done(home, start_words("web", {"--out", "/dev/null"}, {"wait"}));
}

TEST_CASE("REAL23 logs of a file that is not regular reports this, and does not wait", "[REAL23]") {
  const TemporaryHome home;
  start(home, "web", {"say", "hello", "wait"}, {"--out", "/dev/null", "--err", "/dev/full"});
  for (const Words& words : {Words{"logs", "web"}, Words{"logs", "web", "--out"}, Words{"logs", "web", "--err"}}) {
    Command command = home.command(words);
    const Result result = run(command);
    CHECK_FALSE(result.timed_out);
    CHECK(result.exit_code == 0);
    CHECK(result.out == "");
    CHECK(has(result.err, "no regular file"));
  }
}

TEST_CASE("REAL23 logs -f into the log that it follows stops with a word", "[REAL23]") {
  const TemporaryHome home;
  start(home, "web", {"say", "hello", "wait"});
  REQUIRE(wait_for_log(home, "web", "hello\n"));
  const std::string log = home.log("web");
  Command command;
  command.argv = {"/bin/sh", "-c", "exec \"" + forever_binary() + "\" logs -f web >> \"" + log + "\""};
  command.environment = home.command({}).environment;
  const Result result = run(command);
  CHECK_FALSE(result.timed_out);
  CHECK(result.exit_code == 1);
  require_one_line(result.err, "is the log of web itself");
  CHECK(fs::file_size(log) < 1000);
  // Another file works as before.
  Command other = command;
  other.argv.back() = "exec \"" + forever_binary() + "\" logs -f web > other.log";
  other.directory = home.scratch();
  Running following{other};
  CHECK(wait_until([&] { return read_file(home.scratch() / "other.log") != ""; }));
}

TEST_CASE("REAL36 logs of an app that has written nothing reports this", "[REAL36]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  const Result result = done(home, {"logs", "web"});
  CHECK(result.out == "");
  CHECK(has(result.err, "web has written nothing yet"));
  CHECK(done(home, {"logs", "web", "--json"}).err == "");
}

TEST_CASE("REAL36 an empty answer says why it is empty", "[REAL36]") {
  const TemporaryHome home;
  for (const Words& words : {Words{"pid"}, Words{"logs"}, Words{"list"}, Words{"describe", "all"}, Words{"env", "all"},
                             Words{"stop", "all"}, Words{"save"}, Words{"cleanlogs"}}) {
    INFO(words.front());
    const Result result = done(home, words);
    CHECK((result.out + result.err).size() > 10);
  }
  CHECK(done(home, {"pid", "--json"}).err == "");
}
