// REAL6, REAL34, REAL35: what users type first, and the answers.
#include <filesystem>

#include "test/e2e/apps.hpp"

using namespace forever::test;
namespace fs = std::filesystem;

namespace {

// One line of failure that has all of the parts.
void refused(const TemporaryHome& home, const Words& words, const Words& parts) {
  const Result result = home.forever(words);
  INFO(words.back() << ": " << result.out << result.err);
  CHECK(result.exit_code != 0);
  require_one_line(result.err);
  for (const std::string& part : parts) CHECK_THAT(result.err, contains(part));
}

}  // namespace

TEST_CASE("REAL6 one word with blanks is split as by a shell, quotes and all, which is reported", "[REAL6]") {
  const TemporaryHome home;
  const std::string word = child_binary() + " print-args say up wait -- 'a  b' \"c d\" e\\ f ''";
  const Result started = done(home, {"start", word, "--name", "web"});
  CHECK_THAT(started.err, contains("is no file: taken as the command"));
  REQUIRE(wait_for_log(home, "web", "up\n"));
  CHECK(log_of(home, "web") == "args 4\narg 0 61202062\narg 1 632064\narg 2 652066\narg 3 \nup\n");
  CHECK(done(home, {"start", child_binary() + " wait", "--name", "quiet", "-q"}).err == "");
  // The words after it follow; variables before it are its environment.
  done(home, {"start", "GIVEN=1 " + child_binary() + " print-env GIVEN", "--name", "more", "--", "say", "up", "wait"});
  REQUIRE(wait_for_log(home, "more", "env GIVEN=1\nup\n"));
  const Result ran = home.forever({"run", child_binary() + " exit 7", "--restart", "never"});
  CHECK(ran.exit_code == 7);
}

TEST_CASE("REAL6 a file with a blank in its name is that file, and a shell's line is named as one", "[REAL6]") {
  const TemporaryHome home;
  fs::copy_file(child_binary(), home.scratch() / "my server");
  const Result started = done(home, {"start", "./my server", "--name", "web", "--", "wait"});
  CHECK(started.err == "");
  refused(home, {"start", "node a.js && node b.js"}, {"forever start sh -- -c 'node a.js && node b.js'"});
  refused(home, {"start", "node 'a.js"}, {"a quote that is not closed"});
  CHECK_THAT(home.forever({"start", "nosuch -m x"}).err, contains("forever: cannot find nosuch "));
}

TEST_CASE("REAL34 is-active answers by its exit code", "[REAL34]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  start(home, "db", {"wait"});
  const Result both = done(home, {"is-active", "web", "db"});
  CHECK(both.out == "online\nonline\n");
  CHECK(done(home, {"is-active", "-q", "web"}).out == "");
  done(home, {"stop", "db"});
  const Result stopped = home.forever({"is-active", "web", "db"});
  CHECK(stopped.exit_code == 3);
  CHECK_THAT(stopped.out, contains("stopped\n"));
  CHECK(home.forever({"is-active", "nosuch"}).exit_code == 3);
}

TEST_CASE("REAL34 what other tools have works, or names our words", "[REAL34]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  CHECK_THAT(done(home, {"status", "web"}).out, contains("web"));
  CHECK_THAT(done(home, {"version"}).out, contains("forever"));
  refused(home, {"ls", "-m"}, {"-m", "--quiet"});
  refused(home, {"ps", "-a"}, {"stopped apps are listed in any case"});
  refused(home, {"top"}, {"forever monit"});
  refused(home, {"tail", "web"}, {"forever logs APP -f"});
  refused(home, {"logs", "web", "--tail", "5"}, {"--lines"});
  refused(home, {"kill", "web"}, {"forever stop APP --force", "forever stopall"});
  refused(home, {"up"}, {"forever apply FILE"});
  refused(home, {"inspect", "web"}, {"forever describe APP"});
  CHECK_THAT(done(home, {"startup", "cron", "--dry-run"}).out, contains("@reboot"));
  refused(home, {"startup", "upstart"}, {"upstart"});
  const int pid = pid_of(home, "web");
  done(home, {"delete", "-f", "web"});
  CHECK_FALSE(alive(pid));
  CHECK(list_json(home)["apps"].empty());
}

TEST_CASE("REAL34 delete --force does not wait for a program that does not end", "[REAL34]") {
  const TemporaryHome home;
  start(home, "web", {"ignore", "TERM", "say", "up", "wait"}, {"--kill-timeout", "10m"});
  REQUIRE(wait_for_log(home, "web", "up\n"));
  CHECK_FALSE(home.forever({"delete", "-f", "web"}).timed_out);
  CHECK_FALSE(fs::exists(home.app("web")));
}

TEST_CASE("REAL35 for other tools' files, and typing errors, the message names the right command", "[REAL35]") {
  const TemporaryHome home;
  const auto file = [&](const std::string& name, const std::string& text) { write_file(home.scratch() / name, text); };
  file("Procfile", "# comment\nweb: bundle exec puma -p $PORT\nworker: rake jobs\n");
  refused(home, {"start", "Procfile"}, {"forever start sh --name web -- -c 'bundle exec puma -p $PORT'"});
  file("package.json", R"({"name": "shop", "version": "1.0.0", "scripts": {"start": "node x.js"}})");
  refused(home, {"start", "package.json"}, {"forever start npm -- start"});
  file("package.json", R"({"name": "shop", "scripts": {"serve": "node x.js"}})");
  refused(home, {"start", "package.json"}, {"forever start npm -- run serve"});
  file("package.json", R"({"name": "shop", "main": "lib/x.js"})");
  refused(home, {"apply", "package.json"}, {"forever start lib/x.js"});
  file("docker-compose.yml", "services:\n  web:\n    image: nginx\n");
  refused(home, {"start", "docker-compose.yml"}, {"docker compose up", "forever init"});
  file("x.ts", "console.log(1)\n");
  refused(home, {"start", "x.ts"}, {"forever start x.ts --interpreter "});
  fs::create_directories(home.scratch() / "node_modules/.bin");
  file("node_modules/.bin/tsx", "#!/bin/sh\n");
  refused(home, {"start", "x.ts"}, {"--interpreter ./node_modules/.bin/tsx"});
  file("app.jar", "PK");
  refused(home, {"start", "app.jar"}, {"forever start app.jar --interpreter 'java -jar'"});
  file("web.service", "[Service]\n");
  refused(home, {"start", "web.service"}, {"ExecStart="});
  file("server.js", "setInterval(() => {}, 1000)\n");
  refused(home, {"start", "sever.js"}, {"did you mean server.js?"});
  refused(home, {"start", "server"}, {"did you mean server.js?"});
  fs::create_directories(home.scratch() / "src");
  file("src/main.py", "");
  refused(home, {"start", "src/mian.py"}, {"did you mean src/main.py?"});
  refused(home, {"start", "src"}, {"is a directory", "forever start src/main.py"});
  refused(home, {"start", "nothing-like-it.rb"}, {"cannot find nothing-like-it.rb"});
}

TEST_CASE("REAL35 a mistyped name of an app on record is corrected", "[REAL35]") {
  const TemporaryHome home;
  start(home, "shop-web", {"wait"});
  refused(home, {"start", "shop-wbe"}, {"shop-web"});
}

TEST_CASE("REAL35 start without words offers what is there", "[REAL35]") {
  const TemporaryHome home;
  refused(home, {"start"}, {"start needs a program"});
  write_file(home.scratch() / "package.json", R"({"scripts": {"start": "node x.js"}})");
  refused(home, {"start"}, {"forever start npm -- start"});
  write_file(home.scratch() / "ecosystem.config.js", "module.exports = {apps: []}");
  refused(home, {"start"}, {"forever start ecosystem.config.js"});
}
