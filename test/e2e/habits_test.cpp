// What people who come from PM2 or forever type by habit: env, reset, cleanlogs, columns, numbers.
#include <iterator>
#include <sstream>

#include "test/e2e/apps.hpp"

using namespace forever::test;
namespace fs = std::filesystem;

TEST_CASE("HABIT env prints the environment of the start, secrets masked unless revealed", "[e2e]") {
  const TemporaryHome home;
  start(home, "web", {"wait"}, {"--env", "COLOUR=red", "--env", "API_KEY=geheim"});
  const Result shown = done(home, {"env", "web"});
  CHECK_THAT(shown.out, contains("\nCOLOUR=red\n"));
  CHECK(shown.out.find("geheim") == std::string::npos);
  CHECK_THAT(done(home, {"env", "web", "--reveal"}).out, contains("API_KEY=geheim\n"));
  CHECK(home.forever({"env", "nobody"}).exit_code == 3);
  require_one_line(home.forever({"env"}).err, "env needs the name of an app");
}

TEST_CASE("HABIT reset sets the count of restarts to zero while the app runs on", "[e2e]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  kill_hard(pid_of(home, "web"));
  REQUIRE(wait_until([&] { return listed(home, "web")["restarts"] == 1 && status_of(home, "web") == "online"; }));
  const int pid = pid_of(home, "web");
  CHECK_THAT(done(home, {"reset", "web"}).out, contains("web has its counts reset"));
  CHECK(wait_until([&] { return listed(home, "web")["restarts"] == 0; }));
  CHECK(pid_of(home, "web") == pid);
}

TEST_CASE("HABIT cleanlogs removes rotated logs and those of deleted apps, and no other file", "[e2e]") {
  const TemporaryHome home;
  start(home, "web", {"say", "hello", "wait"});
  REQUIRE(wait_for_log(home, "web", "hello"));
  const fs::path logs = home.state() / "logs";
  for (const char* name : {"web.out.log.1", "gone.out.log", "gone.err.log.2", "notes.txt"})
    write_file(logs / name, "x");
  const Result shown = done(home, {"cleanlogs", "--dry-run"});
  CHECK(lines_of(shown.out).size() == 3);
  CHECK(fs::exists(logs / "gone.out.log"));
  done(home, {"cleanlogs", "--quiet"});
  CHECK_FALSE(fs::exists(logs / "web.out.log.1"));
  CHECK_FALSE(fs::exists(logs / "gone.out.log"));
  CHECK_FALSE(fs::exists(logs / "gone.err.log.2"));
  CHECK(fs::exists(logs / "notes.txt"));
  CHECK(log_of(home, "web") == "hello\n");
}

namespace {

// Their widths depend on the cells below them.
Words titles_of(const std::string& table) {
  std::istringstream line(lines_of(table).front());
  return {std::istream_iterator<std::string>(line), {}};
}

}  // namespace

TEST_CASE("HABIT columns chooses what list shows, and keeps it", "[e2e]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  const std::string usual = done(home, {"list"}).out;
  CHECK_THAT(done(home, {"columns"}).out, contains("others: supervisor command cwd ports log"));
  done(home, {"columns", "set", "name", "command"});
  CHECK(lines_of(done(home, {"list"}).out).front() == "name  command");
  CHECK_THAT(done(home, {"list"}).out, contains(child_binary() + " wait"));
  done(home, {"columns", "add", "status", "uid"});  // forever's word for the name, which goes to the end
  CHECK(lines_of(done(home, {"list"}).out).front() ==
        "command" + std::string(child_binary().size() - 2, ' ') + "  status  name");
  done(home, {"columns", "rm", "command", "status"});
  CHECK(done(home, {"list"}).out == "name\nweb\n");
  const Result none = home.forever({"columns", "rm", "name"});
  CHECK(none.exit_code == 2);
  require_one_line(none.err, "at least one column");
  const Result wrong = home.forever({"columns", "add", "statsu"});
  CHECK(wrong.exit_code == 2);
  require_one_line(wrong.err, "'statsu' is not a column of list; did you mean 'status'?");
  write_file(home.state() / "columns.json", "{\"version\": 1, \"columns\": [\"nmae\"]}");
  const Result spoilt = home.forever({"list"});
  CHECK(spoilt.exit_code == 0);
  require_one_line(spoilt.err, "columns.json is damaged");
  CHECK(titles_of(spoilt.out) == titles_of(usual));
  // A choice that is replaced need not be read, whatever the file contains.
  CHECK_THAT(done(home, {"columns", "set", "name", "pid"}).out, contains("shown: name pid\n"));
  write_file(home.state() / "columns.json", "no JSON");
  done(home, {"columns", "set", "name"});
  CHECK_THAT(done(home, {"list"}).out, contains("name"));
  write_file(home.state() / "columns.json", "no JSON");
  done(home, {"columns", "reset"});
  CHECK(titles_of(done(home, {"list"}).out) == titles_of(usual));
}

TEST_CASE("HABIT numbers are stable, and a new app gets the lowest that is free", "[e2e]") {
  const TemporaryHome home;
  const auto id = [&](const char* name) { return listed(home, name)["id"].get<int>(); };
  for (const char* name : {"a", "b", "c"}) start(home, name, {"wait"});
  CHECK((id("a") == 0 && id("b") == 1 && id("c") == 2));
  done(home, {"stop", "1"});
  start(home, "d", {"wait"});
  CHECK(id("d") == 3);
  done(home, {"delete", "0", "1"});
  start(home, "e", {"wait"});
  start(home, "f", {"wait"});
  CHECK((id("e") == 0 && id("f") == 1 && id("c") == 2 && id("d") == 3));
}
