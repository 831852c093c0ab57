// Bad input of every kind: one clear line, a documented exit code, nothing lost and nothing half-started.
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "test/e2e/apps.hpp"

using namespace forever::test;

namespace {

namespace fs = std::filesystem;

constexpr int kFailed = 1;
constexpr int kUsage = 2;
constexpr int kNotExecutable = 126;
constexpr int kNoProgram = 127;

// The words fail with that code and one line that contains `part`, and no app is there afterwards.
void refused(const TemporaryHome& home, const Words& words, int code, const std::string& part) {
  const Result result = home.forever(words);
  std::string typed;
  for (const std::string& word : words) typed += " " + word.substr(0, 60);
  INFO("forever" << typed << " printed: " << result.out << result.err);
  REQUIRE(result.exit_code == code);
  REQUIRE(result.out.empty());
  require_one_line(result.err, part);
  REQUIRE(list_json(home).at("apps").empty());
  REQUIRE(all_gone(home));
}

}  // namespace

TEST_CASE("BAD a program that is missing, not executable or a directory", "[BAD]") {
  const TemporaryHome home;
  refused(home, {"start", "/nowhere/at-all"}, kNoProgram, "/nowhere/at-all");
  refused(home, {"start", "./missing"}, kNoProgram, "missing");
  refused(home, {"start", "no-such-program-anywhere"}, kNoProgram, "no-such-program-anywhere");
  refused(home, {"start", "missing.js"}, kNoProgram, "missing.js");
  refused(home, {"start", home.scratch()}, kNotExecutable, "directory");
  write_file(home.scratch() / "plain", "text");
  refused(home, {"start", "./plain"}, kNotExecutable, "plain");
  fs::create_directory(home.scratch() / "folder.sh");
  refused(home, {"start", "./folder.sh"}, kNotExecutable, "folder.sh");
  fs::create_symlink("loop", home.scratch() / "loop");
  refused(home, {"start", "./loop"}, kNotExecutable, "loop");
  write_file(home.scratch() / "job.sh", "exit 0");
  refused(home, {"start", "job.sh", "--interpreter", "no-such-interpreter"}, kNoProgram, "no-such-interpreter");
  refused(home, {"start", ""}, kUsage, "empty");
  refused(home, {"start"}, kUsage, "program");
}

TEST_CASE("BAD an executable file that is not a program is reported by exec", "[BAD]") {
  const TemporaryHome home;
  write_file(home.scratch() / "noise", std::string("\x01\0\x03\x04", 4));
  write_file(home.scratch() / "orphan", "#!/nowhere/interpreter\n");
  for (const auto& [name, told] :
       {std::pair{"noise", "exec"}, {"orphan", "its first line names /nowhere/interpreter"}}) {
    fs::permissions(home.scratch() / name, fs::perms::owner_all);
    const Result result = home.forever({"start", std::string("./") + name});
    INFO(result.out << result.err);
    REQUIRE(result.exit_code == kNotExecutable);
    require_one_line(result.err, told);
    REQUIRE(all_gone(home));
  }
}

TEST_CASE("BAD a working directory that is missing, a file, or not to be entered", "[BAD]") {
  const TemporaryHome home;
  refused(home, {"start", child_binary(), "--cwd", "/nowhere/at-all", "--", "wait"}, kFailed, "/nowhere/at-all");
  write_file(home.scratch() / "file", "");
  refused(home, {"start", child_binary(), "--cwd", "file", "--", "wait"}, kFailed, "file");
  refused(home, {"start", child_binary(), "--cwd", "", "--", "wait"}, kUsage, "--cwd");
  if (!Stranger::possible()) return;
  setenv("TMPDIR", "/tmp", 1);
  const TemporaryHome other;
  fs::copy_file(child_binary(), other.scratch() / "child");
  fs::create_directory(other.scratch() / "locked");
  fs::permissions(other.scratch() / "locked", fs::perms::none);
  const Result result = other.forever(
      {"start", other.scratch() / "child", "--user", "nobody", "--cwd", other.scratch() / "locked", "--", "wait"});
  INFO(result.out << result.err);
  REQUIRE(result.exit_code == kFailed);
  require_one_line(result.err, "cwd: permission denied");
  REQUIRE(wait_until([&] { return processes_of(other).empty(); }));
}

TEST_CASE("BAD a user or group that is unknown, or that only root may ask for", "[BAD]") {
  const TemporaryHome home;
  if (!Stranger::possible()) {
    refused(home, {"start", child_binary(), "--user", "nobody", "--", "wait"}, kFailed, "root");
    return;
  }
  refused(home, {"start", child_binary(), "--user", "nobody-of-this-name", "--", "wait"}, kFailed,
          "nobody-of-this-name");
  refused(home, {"start", child_binary(), "--group", "no-such-group", "--", "wait"}, kFailed, "no-such-group");
  refused(home, {"start", child_binary(), "--user", "", "--", "wait"}, kUsage, "--user");
  setenv("TMPDIR", "/tmp", 1);
  const TemporaryHome other;
  const Stranger user;
  fs::copy_file(forever_binary(), other.scratch() / "forever");
  fs::copy_file(child_binary(), other.scratch() / "child");
  Command command = other.command({});
  command.argv = {other.scratch() / "forever", "start", other.scratch() / "child", "--user", "root", "--", "wait"};
  command.environment["FOREVER_HOME"] = (other.scratch() / "own").string();
  command.before_exec = user.become();
  fs::permissions(other.scratch(), fs::perms::all);
  const Result result = run(command);
  INFO(result.out << result.err);
  REQUIRE(result.exit_code == kFailed);
  require_one_line(result.err, "root");
}

TEST_CASE("BAD durations, sizes, counts, signals, modes and assignments", "[BAD]") {
  const TemporaryHome home;
  const std::vector<std::pair<const char*, Words>> cases{
      {"--kill-timeout", {"soon", "-1s", "1x", "", "1 s", "99999999999999999999h", "ms", "1e9999", "nan", "0x10"}},
      {"--min-uptime", {"later", "-5"}},
      {"--restart-delay", {"x"}},
      {"--backoff-first", {"1y1"}},
      {"--backoff-cap", {"--"}},
      {"--wait", {"never=", "-3s"}},
      {"--max-memory", {"lots", "-1", "1Q", "", "99999999999999999999T"}},
      {"--log-max-size", {"big", "1.2.3M"}},
      {"--log-keep", {"-1", "many", "1.5", "99999999999"}},
      {"--max-restarts", {"-1", "few", ""}},
      {"--backoff-factor", {"0", "-2", "two", "inf", "nan"}},
      {"--kill-signal", {"BOGUS", "0", "99", "-9", ""}},
      {"--kill-mode", {"everything", ""}},
      {"--restart", {"sometimes", ""}},
      {"--stop-exit-codes", {"256", "-1", "a", "1,,2", ""}},
      {"--log-format", {"xml", ""}},
      {"--cron-restart", {"every day", "61 * * * *", "* * * *", "0 0 30 2 *", " "}},
      {"--env", {"NOEQUALS", "=x", ""}},
      {"--env-file", {""}},
      {"--interpreter", {"", " "}},
      {"--out", {""}},
  };
  for (const auto& [option, values] : cases) {
    for (const std::string& value : values) {
      refused(home, {"start", std::string(option) + "=" + value, child_binary(), "--", "wait"}, kUsage, option);
    }
  }
}

TEST_CASE("BAD an option without its value, an unknown option, an unknown verb", "[BAD]") {
  const TemporaryHome home;
  refused(home, {"start", child_binary(), "--name"}, kUsage, "--name");
  refused(home, {"start", "--nmae", "x", child_binary()}, kUsage, "--name");
  refused(home, {"start", "-Z", child_binary()}, kUsage, "-Z");
  refused(home, {"list", "--sort", "height"}, kUsage, "height");
  refused(home, {"logs", "-n", "many"}, kUsage, "many");
  refused(home, {"completion", "tcsh"}, kUsage, "tcsh");
  refused(home, {"signal", "BOGUS", "web"}, kUsage, "BOGUS");
  refused(home, {"stopall", "web"}, kUsage, "stop web");
  for (const auto& [typed, meant] :
       {std::pair{"strat", "start"}, {"lst", "list"}, {"stpo", "stop"}, {"restrat", "restart"}}) {
    refused(home, {typed}, kUsage, std::string("'") + meant + "'");
  }
  refused(home, {"frobnicate"}, kUsage, "frobnicate");
  refused(home, {"--frobnicate"}, kUsage, "");
  refused(home, {""}, kUsage, "");
}

TEST_CASE("BAD an environment file that is missing, a directory, or not in its format", "[BAD]") {
  const TemporaryHome home;
  refused(home, {"start", child_binary(), "--env-file", "missing.env", "--", "wait"}, kFailed, "missing.env");
  refused(home, {"start", child_binary(), "--env-file", home.scratch(), "--", "wait"}, kFailed, home.scratch());
  write_file(home.scratch() / "bad.env", "GOOD=1\nthis is no assignment\n");
  refused(home, {"start", child_binary(), "--env-file", "bad.env", "--", "wait"}, kFailed, "line 2");
}

TEST_CASE("BAD names with a slash, dots, control characters or 300 bytes", "[BAD]") {
  const TemporaryHome home;
  for (const std::string& name :
       Words{"a/b", "..", ".", "", "a\tb", "\x1b[0m", std::string(300, 'n'), "all", "name:x", "42"}) {
    refused(home, {"start", "--name=" + name, child_binary(), "--", "wait"}, kUsage, "--name");
  }
  refused(home, {"start", "--namespace=a/b", child_binary(), "--", "wait"}, kUsage, "--namespace");
  start(home, std::string(128, 'n'), {"wait"});  // the longest that is allowed
  done(home, {"stop", "all"});
}

TEST_CASE("BAD a name that is taken by another command is refused, and the other app is left alone", "[BAD]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  const int pid = pid_of(home, "web");
  const Result result = home.forever(start_words("web", {}, {"say", "another", "wait"}));
  INFO(result.out << result.err);
  REQUIRE(result.exit_code == kFailed);
  require_one_line(result.err, "taken");
  REQUIRE(pid_of(home, "web") == pid);
  REQUIRE(list_json(home).at("apps").size() == 1);
}

TEST_CASE("BAD a state directory that is a file, not writable, or nowhere", "[BAD]") {
  const TemporaryHome home;
  const auto with_state = [&](const fs::path& state, const Words& words, int code, const std::string& part) {
    Command command = home.command(words);
    command.environment["FOREVER_HOME"] = state.string();
    const Result result = run(command);
    INFO("forever " << words.at(0) << " in " << state << ": " << result.out << result.err);
    REQUIRE(result.exit_code == code);
    require_one_line(result.err, part);
  };
  write_file(home.scratch() / "file", "");
  const Words start = {"start", child_binary(), "--", "wait"};
  with_state(home.scratch() / "file", start, kFailed, "file");
  with_state(home.scratch() / "file", {"list"}, kFailed, "file");
  with_state(home.scratch() / "file" / "below", start, kFailed, "file");
  with_state("/proc/nowhere", start, kFailed, "/proc/nowhere");
  Command homeless = home.command({"list"});
  homeless.environment = {{"FOREVER_HOME", std::nullopt}, {"FOREVER_ROOT", std::nullopt}, {"HOME", std::nullopt}};
  const Result result = run(homeless);
  if (result.exit_code != 0) require_one_line(result.err, "FOREVER_HOME");
  REQUIRE(all_gone(home));
}

TEST_CASE("BAD a state directory on a read-only place that is not writable gives one line", "[BAD]") {
  if (!Stranger::possible()) SKIP_CASE("needs root, to become another user");
  setenv("TMPDIR", "/tmp", 1);
  const TemporaryHome home;
  const Stranger user;
  fs::copy_file(forever_binary(), home.scratch() / "forever");
  fs::copy_file(child_binary(), home.scratch() / "child");
  fs::create_directory(home.state());
  REQUIRE(chown(home.state().c_str(), user.id(), user.id()) == 0);
  fs::permissions(home.state(), fs::perms::owner_read | fs::perms::owner_exec);
  Command command = home.command({});
  command.argv = {home.scratch() / "forever", "start", home.scratch() / "child", "--", "wait"};
  command.before_exec = user.become();
  const Result result = run(command);
  INFO(result.out << result.err);
  REQUIRE(result.exit_code == kFailed);
  require_one_line(result.err, home.state());
  REQUIRE(all_gone(home));
}

TEST_CASE("BAD an error as JSON names the state directory", "[BAD]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  for (const Words& words : {Words{"stop", "nosuch", "--json"}, Words{"stop", "--nosuch", "--json"}}) {
    const Result result = home.forever(words);
    CHECK(result.exit_code > 1);
    CHECK(parse_json(result.out).at("state_dir") == home.state().string());
  }
}

TEST_CASE("BAD a file size limit that is too low for the record is reported, and nothing is half-started", "[BAD]") {
  const TemporaryHome home;
  Command command = home.command(start_words("web", {}, {"wait"}));
  command.before_exec = [] {
    const rlimit small{256, 256};
    setrlimit(RLIMIT_FSIZE, &small);
  };
  const Result result = run(command);
  INFO(result.out << result.err);
  REQUIRE(result.exit_code == kFailed);
  require_one_line(result.err, "file too large; the limit of 256 bytes is set by `ulimit -f`; raise it");
  REQUIRE(all_gone(home));
  REQUIRE_FALSE(fs::exists(home.app("web")));
  start(home, "web", {"wait"});
}

TEST_CASE("BAD limits that are too low are reported, and nothing is half-started", "[BAD]") {
  const TemporaryHome home;
  for (const rlim_t files : {4U, 6U, 8U, 10U, 12U, 14U, 16U, 20U, 24U, 31U}) {
    // A sanitizer finds out by a pipe of its own what is memory, and takes what it cannot look into for none.
    if (files < 5 && sanitized()) continue;
    Command command = home.command(start_words("web", {}, {"wait"}));
    command.before_exec = [files] {
      const rlimit few{files, files};
      setrlimit(RLIMIT_NOFILE, &few);
    };
    const Result result = run(command);
    INFO("nofile " << files << ": exit " << result.exit_code << " " << result.out << result.err);
    REQUIRE_FALSE(result.timed_out);
    REQUIRE(result.exit_code == kFailed);
    require_one_line(result.err, "open files");
    REQUIRE(all_gone(home));
    REQUIRE(status_of(home, "web").empty());
  }
  start(home, "web", {"wait"});  // and it works right after
}
