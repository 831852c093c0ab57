// ENV: an app's environment and code are what they were at `start`, until a command changes them.
#include <algorithm>

#include "test/e2e/apps.hpp"

using namespace forever::test;

namespace {

namespace fs = std::filesystem;

Result with_environment(const TemporaryHome& home, const Words& words,
                        const std::map<std::string, std::optional<std::string>>& variables) {
  Command command = home.command(words);
  for (const auto& [name, value] : variables) command.environment[name] = value;
  Result result = run(command);
  INFO("forever " << words.at(0) << ": " << result.out << result.err);
  REQUIRE(result.exit_code == 0);
  return result;
}

}  // namespace

TEST_CASE("ENV1 the environment is the snapshot at start, for crashes and later starts too", "[ENV1]") {
  const TemporaryHome home;
  const auto runs = [&](std::size_t count) {
    return wait_until([&] { return count_of(log_of(home, "web"), "env COLOUR=blue\nrun\n") == count; });
  };
  with_environment(home, start_words("web", {}, {"print-env", "COLOUR", "say", "run", "wait"}), {{"COLOUR", "blue"}});
  REQUIRE(runs(1));
  send_signal(pid_of(home, "web"), SIGKILL);
  REQUIRE(runs(2));
  with_environment(home, {"restart", "web"}, {{"COLOUR", "red"}});
  REQUIRE(runs(3));
  done(home, {"stop", "web"});
  with_environment(home, {"start", "web"}, {{"COLOUR", "red"}});
  REQUIRE(runs(4));
}

TEST_CASE("ENV1 restart --update-env replaces the whole set, removals too", "[ENV1]") {
  const TemporaryHome home;
  with_environment(home,
                   start_words("web", {}, {"print-env", "A", "print-env", "B", "print-env", "C", "say", "run", "wait"}),
                   {{"A", "1"}, {"B", "1"}, {"C", std::nullopt}});
  REQUIRE(wait_for_log(home, "web", "run"));
  with_environment(home, {"restart", "web", "--update-env"}, {{"A", "2"}, {"B", std::nullopt}, {"C", "2"}});
  REQUIRE(wait_until([&] { return count_of(log_of(home, "web"), "run\n") == 2; }));
  REQUIRE(log_of(home, "web") == "env A=1\nenv B=1\nenv C unset\nrun\nenv A=2\nenv B unset\nenv C=2\nrun\n");
  send_signal(pid_of(home, "web"), SIGKILL);  // it is recorded
  REQUIRE(wait_until([&] { return count_of(log_of(home, "web"), "env B unset\nenv C=2\nrun\n") == 2; }));
}

TEST_CASE("ENV1 --env and --env-file add to the snapshot, in that order of strength", "[ENV1]") {
  const TemporaryHome home;
  write_file(home.scratch() / ".env",
             "# a comment\nexport FROM_FILE=file\nBOTH=file\nQUOTED=\"two words\\n\"\nSINGLE='raw \\n'\nEMPTY=\n\n");
  with_environment(
      home,
      start_words("web", {"--env-file", ".env", "--env", "BOTH=option", "--env", "EQUALS=a=b", "--env", "ALL=option"},
                  {"print-env", "FROM_FILE", "print-env", "BOTH", "print-env", "QUOTED", "print-env", "SINGLE",
                   "print-env", "EMPTY", "print-env", "EQUALS", "print-env", "ALL", "say", "run", "wait"}),
      {{"FROM_FILE", "caller"}, {"ALL", "caller"}});
  REQUIRE(wait_for_log(home, "web", "run"));
  REQUIRE(
      log_of(home, "web") ==
      "env FROM_FILE=file\nenv BOTH=option\nenv QUOTED=two words\n\nenv SINGLE=raw \\n\nenv EMPTY=\nenv EQUALS=a=b\n"
      "env ALL=option\nrun\n");
}

TEST_CASE("ENV1 what belonged to the caller's service is left out", "[ENV1]") {
  const TemporaryHome home;
  with_environment(home, start_words("web", {}, {"print-environment", "say", "run", "wait"}),
                   {{"NOTIFY_SOCKET", "/run/x"},
                    {"LISTEN_FDS", "1"},
                    {"LISTEN_PID", "1"},
                    {"LISTEN_FDNAMES", "a"},
                    {"INVOCATION_ID", "abc"},
                    {"JOURNAL_STREAM", "8:1"},
                    {"WATCHDOG_USEC", "1"},
                    {"WATCHDOG_PID", "1"},
                    {"KEPT", "yes"}});
  REQUIRE(wait_for_log(home, "web", "run\n"));
  const std::string log = log_of(home, "web");
  for (const char* name : {"NOTIFY_SOCKET", "LISTEN_", "INVOCATION_ID", "JOURNAL_STREAM", "WATCHDOG_"}) {
    INFO(name);
    REQUIRE_FALSE(has(log, std::string("env ") + name));
  }
  REQUIRE_THAT(log, contains("env KEPT=yes\n"));
}

TEST_CASE("ENV1 values that are not UTF-8 and very long ones arrive unchanged", "[ENV1]") {
  const TemporaryHome home;
  const std::string large(100000, 'v');
  with_environment(home, start_words("web", {}, {"print-env", "BYTES", "print-env", "LARGE", "say", "run", "wait"}),
                   {{"BYTES", "\xff\xfe\n\x01"}, {"LARGE", large}});
  REQUIRE(wait_for_log(home, "web", "run\n"));
  REQUIRE(log_of(home, "web") == "env BYTES=\xff\xfe\n\x01\nenv LARGE=" + large + "\nrun\n");
}

TEST_CASE("ENV1 describe masks what looks like a secret", "[ENV1]") {
  const TemporaryHome home;
  with_environment(home, start_words("web", {}, {"wait"}),
                   {{"DB_PASSWORD", "swordfish"},
                    {"API_KEY", "k-123456"},
                    {"GITHUB_TOKEN", "ghx"},
                    {"DATABASE_URL", "postgres://me:opensesame@db/x"},
                    {"PLAIN", "visible"}});
  for (const Words& words : {Words{"describe", "web"}, Words{"describe", "web", "--json"}, Words{"list", "--json"}}) {
    const std::string text = done(home, words).out;
    for (const char* secret : {"swordfish", "k-123456", "ghx", "opensesame"}) REQUIRE_FALSE(has(text, secret));
  }
  REQUIRE_THAT(done(home, {"describe", "web", "--all"}).out, contains("visible"));
  REQUIRE_THAT(done(home, {"describe", "web", "--reveal"}).out, contains("swordfish"));
}

TEST_CASE("ENV2 a flipped link runs the new code after a restart", "[ENV2]") {
  const TemporaryHome home;
  for (const char* release : {"one", "two"}) {
    fs::create_directories(home.scratch() / release);
    write_file(home.scratch() / release / "app.sh",
               std::string("echo release ") + release + "\nexec \"" + child_binary() + "\" print-cwd wait\n");
  }
  const Place current = home.scratch() / "current";
  fs::create_directory_symlink("one", current);
  done(home, {"start", current / "app.sh", "--name", "by-path"});
  done(home, {"start", "app.sh", "--name", "by-cwd", "--cwd", current});
  Command from_inside = home.command({"start", "./app.sh", "--name", "from-inside"});
  from_inside.directory = current;
  from_inside.environment["PWD"] = current.string();
  REQUIRE(run(from_inside).exit_code == 0);
  for (const char* name : {"by-path", "by-cwd", "from-inside"}) REQUIRE(wait_for_log(home, name, "release one"));

  fs::create_directory_symlink("two", home.scratch() / "next");
  fs::rename(home.scratch() / "next", current);
  done(home, {"restart", "all"});
  for (const char* name : {"by-path", "by-cwd", "from-inside"}) {
    INFO(name);
    REQUIRE(wait_for_log(home, name, "release two"));
  }
}

TEST_CASE("REAL10 restart --update-env keeps what --env gave, and reads --env-file again", "[REAL10]") {
  const TemporaryHome home;
  write_file(home.scratch() / ".env", "FILE=one\nBOTH=file\n");
  with_environment(home,
                   start_words("web", {"--env", "GIVEN=option", "--env", "BOTH=option", "--env-file", ".env"},
                               {"print-env", "GIVEN", "print-env", "BOTH", "print-env", "FILE", "print-env", "CALLER",
                                "say", "run", "wait"}),
                   {{"CALLER", "one"}, {"GIVEN", "caller"}});
  REQUIRE(wait_for_log(home, "web", "run\n"));
  write_file(home.scratch() / ".env", "FILE=two\nBOTH=file\n");
  const std::string before = log_of(home, "web");
  with_environment(home, {"restart", "web", "--update-env"}, {{"CALLER", "two"}, {"GIVEN", std::nullopt}});
  const std::string wanted = "env GIVEN=option\nenv BOTH=option\nenv FILE=two\nenv CALLER=two\nrun\n";
  REQUIRE(wait_until([&] { return log_of(home, "web") == before + wanted; }));
  // A stopped one as well, from another directory.
  done(home, {"stop", "web"});
  Command elsewhere = home.command({"restart", "web", "--update-env"});
  elsewhere.directory = "/";
  elsewhere.environment["CALLER"] = "two";
  REQUIRE(run(elsewhere).exit_code == 0);
  REQUIRE(wait_until([&] { return log_of(home, "web") == before + wanted + wanted; }));
}

TEST_CASE("REAL10 restart --update-env keeps the env of an apps file", "[REAL10]") {
  const TemporaryHome home;
  write_file(home.scratch() / "apps.json", R"({"apps": [{"name": "web", "script": ")" + child_binary() +
                                               R"(", "env": {"GIVEN": "file"},
      "args": ["print-env", "GIVEN", "print-env", "CALLER", "say", "run", "wait"]}]})");
  with_environment(home, {"start", "apps.json"}, {{"CALLER", "one"}});
  REQUIRE(wait_for_log(home, "web", "run\n"));
  with_environment(home, {"restart", "web", "--update-env"}, {{"CALLER", "two"}});
  REQUIRE(wait_for_log(home, "web", "env GIVEN=file\nenv CALLER=two\nrun\n"));
  REQUIRE_THAT(done(home, {"apply", "apps.json"}).out, contains("1 unchanged"));
}

TEST_CASE("REAL10 --update-env of an environment file that is gone fails, and the app goes on", "[REAL10]") {
  const TemporaryHome home;
  write_file(home.scratch() / ".env", "FILE=one\n");
  start(home, "web", {"wait"}, {"--env-file", ".env"});
  const int pid = pid_of(home, "web");
  fs::remove(home.scratch() / ".env");
  const Result result = home.forever({"restart", "web", "--update-env"});
  CHECK(result.exit_code == 1);
  CHECK(has(result.err, ".env"));
  CHECK(pid_of(home, "web") == pid);
}

TEST_CASE("REAL10 the same command again keeps its --env", "[REAL10]") {
  const TemporaryHome home;
  const Words words = {"print-env", "GIVEN", "print-env", "CALLER", "say", "run", "wait"};
  with_environment(home, start_words("web", {"--env", "GIVEN=option"}, words), {{"CALLER", "one"}});
  REQUIRE(wait_for_log(home, "web", "run\n"));
  done(home, {"stop", "web"});
  with_environment(home, start_words("web", {}, words), {{"CALLER", "two"}});
  REQUIRE(wait_for_log(home, "web", "env GIVEN=option\nenv CALLER=two\nrun\n"));
}
