// Many apps from one file: start, stop, restart, delete, apply, init.
#include "test/e2e/apps.hpp"

using namespace forever::test;
namespace fs = std::filesystem;

namespace {

std::string quoted(const std::string& text) { return Json(text).dump(); }

// An app of the talking child, with these words and more keys.
std::string app(const std::string& name, const Words& words, const std::string& keys = "") {
  return "{\"name\": " + quoted(name) + ", \"script\": " + quoted(child_binary()) +
         ", \"args\": " + Json(words).dump() + (keys.empty() ? "" : ", " + keys) + "},\n";
}

std::string write_apps(const TemporaryHome& home, const std::string& apps, const std::string& name = "apps.json") {
  write_file(home.scratch() / name, "// a comment\n{\"apps\": [" + apps + "]}");
  return name;
}

bool have_node() {
  const char* const path = std::getenv("PATH");
  std::istringstream places(path == nullptr ? "" : path);
  for (std::string place; std::getline(places, place, ':');) {
    if (std::filesystem::exists(place + "/node")) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("APPS1 start, stop, restart and delete take an apps file", "[e2e]") {
  const TemporaryHome home;
  write_apps(home, app("web", {"wait"}) + app("db", {"wait"}, "\"namespace\": \"data\""));
  const Result started = done(home, {"start", "apps.json"});
  CHECK_THAT(started.out, contains("web (id 0) online, pid "));
  CHECK_THAT(started.out, contains("db (id 1) online, pid "));
  const int web = pid_of(home, "web"), db = pid_of(home, "db");
  CHECK_THAT(done(home, {"start", "apps.json"}).out, contains("web (id 0) is already online"));
  CHECK(pid_of(home, "web") == web);

  CHECK_THAT(done(home, {"restart", "apps.json", "--only", "web"}).out, contains("web (id 0) restarted"));
  CHECK(pid_of(home, "web") != web);
  CHECK(pid_of(home, "db") == db);

  CHECK(done(home, {"stop", "apps.json", "--only", "data"}).out == "db stopped\n");
  CHECK(status_of(home, "web") == "online");
  done(home, {"stop", "apps.json"});
  CHECK(status_of(home, "web") == "stopped");
  CHECK_THAT(done(home, {"restart", "apps.json"}).out, contains("db (id 1) online"));
  done(home, {"delete", "apps.json"});
  CHECK(list_json(home)["apps"].empty());
  const Result nothing = done(home, {"stop", "apps.json"});
  CHECK(nothing.out.empty());
  CHECK_THAT(nothing.err, contains("none of these apps has a record"));
}

TEST_CASE("ID2 an apps file that names nothing on record never stops anything else", "[e2e]") {
  const TemporaryHome home;
  start(home, "other", {"wait"});
  write_apps(home, app("web", {"wait"}));
  done(home, {"stop", "apps.json"});
  done(home, {"delete", "apps.json", "--json"});
  CHECK(status_of(home, "other") == "online");
  CHECK(home.forever({"stop", "missing.json"}).exit_code != 0);
  CHECK(status_of(home, "other") == "online");
}

TEST_CASE("APPS1 an app with the looks of an apps file is still reached by its name", "[e2e]") {
  const TemporaryHome home;
  start(home, "odd.json", {"wait"});
  done(home, {"stop", "odd.json"});
  CHECK(status_of(home, "odd.json") == "stopped");
}

TEST_CASE("APPS1 standard input is an apps file too, and paths are meant from the file", "[e2e]") {
  const TemporaryHome home;
  Command command = home.command({"start", "-"});
  command.input = "[" + app("web", {"wait"}) + "]";
  REQUIRE(run(command).exit_code == 0);
  CHECK(describe_json(home, "web")["cwd"] == home.scratch().generic_string());

  std::filesystem::create_directories(home.scratch() / "sub" / "logs");
  write_apps(home, app("there", {"wait"}, "\"out_file\": \"./logs/o\""), "sub/apps.json");
  done(home, {"start", "sub/apps.json"});
  CHECK(describe_json(home, "there")["cwd"] == (home.scratch() / "sub").generic_string());
  CHECK(describe_json(home, "there")["logs"]["out"] == (home.scratch() / "sub" / "logs" / "o").generic_string());
}

TEST_CASE("APPS2 an app is started once what it depends on is ready, and not at all if that fails", "[e2e]") {
  const TemporaryHome home;
  const std::string stamps = (home.scratch() / "stamps").string();
  write_apps(home, app("web", {"stamp", stamps, "web", "wait"}, "\"depends_on\": [\"db\"]") +
                       app("db", {"stamp", stamps, "db", "wait"}, "\"min_uptime\": 200"));
  done(home, {"start", "apps.json"});
  REQUIRE(wait_until([&] { return stamps_in(stamps).size() == 2; }));
  CHECK(stamps_in(stamps)[0].text == "db");
  CHECK(stamps_in(stamps)[1].at_ns - stamps_in(stamps)[0].at_ns > 150'000'000);
  const Result stopped = done(home, {"stop", "apps.json"});
  CHECK(stopped.out == "web stopped\ndb stopped\n");

  write_apps(home,
             app("bad", {"exit", "3"}, "\"min_uptime\": \"10s\"") + app("late", {"wait"}, "\"depends_on\": \"bad\""),
             "bad.json");
  const Result failed = home.forever({"start", "bad.json"});
  CHECK(failed.exit_code == 1);
  CHECK_THAT(failed.err, contains("bad: ended after"));
  CHECK_THAT(failed.err, contains("late: not started: bad, on which it depends, is not ready"));
  CHECK(status_of(home, "late").empty());
  done(home, {"delete", "bad"});
}

TEST_CASE("APPS1 everything is checked before the first app is started", "[e2e]") {
  const TemporaryHome home;
  write_apps(home, app("good", {"wait"}) + "{\"name\": \"bad\", \"script\": \"./no-such-program\"}");
  const Result refused = home.forever({"start", "apps.json"});
  CHECK(refused.exit_code == 127);
  require_one_line(refused.err, "bad: cannot find ./no-such-program");
  CHECK(list_json(home)["apps"].empty());

  const auto wrong = [&](const std::string& text, const std::string& part) {
    write_file(home.scratch() / "wrong.json", text);
    const Result result = home.forever({"start", "wrong.json"});
    CHECK(result.exit_code == 2);
    require_one_line(result.err, part);
  };
  wrong("{\"apps\": [}", "wrong.json is not valid JSON at line 1, column 11");
  wrong("{\"script\": \"x\", \"max_restart\": 1}", "did you mean \"max_restarts\"?");
  require_one_line(home.forever({"start", "apps.json", "--name", "x"}).err,
                   "settings of an app belong in the apps file");
  require_one_line(home.forever({"start", "sh", "--only", "x"}).err, "--only and --env-name belong to an apps file");
  require_one_line(home.forever({"start", "none.json"}).err, "none.json");
  require_one_line(home.forever({"start", "none.yaml"}).err, "none.yaml");
}

TEST_CASE("APPS3 apply starts, restarts and stops what differs, and leaves the rest alone", "[e2e]") {
  const TemporaryHome home;
  write_apps(home, app("same", {"wait"}) + app("changed", {"wait"}, "\"env\": {\"A\": 1}") + app("gone", {"wait"}));
  done(home, {"start", "apps.json"});
  start(home, "by-hand", {"wait"});
  const int same = pid_of(home, "same"), changed = pid_of(home, "changed");

  write_apps(home, app("same", {"wait"}) + app("changed", {"wait"}, "\"env\": {\"A\": 2}") + app("fresh", {"wait"}));
  Command dry = home.command({"apply", "apps.json", "--dry-run"});
  dry.environment["ANOTHER"] = "value";  // of the shell, not of the file
  const Result planned = run(dry);
  CHECK(planned.exit_code == 0);
  CHECK(planned.out ==
        "~ changed: changed (env A), to be restarted\n"
        "+ fresh: new, to be started\n"
        "- gone: no longer in the file, to be deleted\n"
        "1 to start, 1 to change, 1 to stop, 1 unchanged\n");
  CHECK(pid_of(home, "changed") == changed);

  done(home, {"apply", "apps.json", "--wait", "--quiet"});
  CHECK(pid_of(home, "same") == same);
  CHECK(pid_of(home, "changed") != changed);
  CHECK(status_of(home, "fresh") == "online");
  CHECK(status_of(home, "gone").empty());
  CHECK(status_of(home, "by-hand") == "online");
  CHECK(done(home, {"apply", "apps.json"}).out == "0 to start, 0 to change, 0 to stop, 3 unchanged\n");
  const Json answer = parse_json(done(home, {"apply", "apps.json", "--json"}).out);
  CHECK(answer["apps"].size() == 3);
}

TEST_CASE("APPS3 what a newer forever has written of an app is neither changed nor deleted by an apps file", "[e2e]") {
  const TemporaryHome home;
  write_apps(home, app("web", {"wait"}) + app("api", {"wait"}));
  done(home, {"start", "apps.json"});
  start(home, "by-hand", {"wait"});
  done(home, {"stop", "all"});
  REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
  for (const char* name : {"spec.json", "status.json"}) {
    INFO(name);
    const std::string before = read_file(home.app("web") / name);
    Json newer = parse_json(before);
    newer["version"] = 99;
    for (const char* of : {"web", "by-hand"}) write_file(home.app(of) / name, newer.dump());
    if (std::string{name} == "spec.json") write_file(home.app("by-hand") / name, "{\"version\": 99}");
    // It is in the file, and cannot be compared; then it has gone from there.
    for (const std::string& apps : {app("web", {"wait"}) + app("api", {"wait"}), app("api", {"wait"})}) {
      write_apps(home, apps);
      for (const char* verb : {"apply", "start"}) {
        const Result result = home.forever({verb, "apps.json"});
        INFO(verb << ": " << result.out << result.err);
        const bool meant = std::string{verb} == "apply" || has(apps, "\"web\"");
        CHECK(result.exit_code == (meant ? 1 : 0));
        if (meant) require_one_line(result.err, "newer");
        CHECK(read_file(home.app("web") / name) == newer.dump());
        CHECK(status_of(home, "api") == "online");
      }
    }
    done(home, {"stop", "api"});
    write_file(home.app("web") / name, before);
  }
}

TEST_CASE("APPS3 apply gives a running app its new environment, arguments and settings", "[e2e]") {
  const TemporaryHome home;
  write_apps(home, app("web", {"print-env", "COLOUR", "wait"}, "\"env\": {\"COLOUR\": \"red\"}"));
  done(home, {"start", "apps.json"});
  REQUIRE(wait_for_log(home, "web", "red"));
  write_apps(home,
             app("web", {"print-env", "COLOUR", "wait"}, "\"env\": {\"COLOUR\": \"blue\"}, \"kill_timeout\": 1234"));
  done(home, {"apply", "apps.json"});
  REQUIRE(wait_for_log(home, "web", "blue"));
  CHECK_THAT(done(home, {"describe", "web"}).out, contains("1.234s"));
}

TEST_CASE("APPS3 apply changes the number of instances without a restart, and reloads what holds its port", "[e2e]") {
  const TemporaryHome home;
  const auto write = [&](const std::string& keys) { write_apps(home, app("web", {"wait"}, keys)); };
  write("\"instances\": 2, \"hold_ports\": true");
  done(home, {"start", "apps.json"});
  const int pid = pid_of(home, "web");
  write("\"instances\": 3, \"hold_ports\": true");
  CHECK_THAT(done(home, {"apply", "apps.json"}).out, contains("~ web: changed (instances), to be scaled\n"));
  CHECK(listed(home, "web")["instances"].size() == 3);
  CHECK(pid_of(home, "web") == pid);
  CHECK(done(home, {"apply", "apps.json"}).out == "0 to start, 0 to change, 0 to stop, 1 unchanged\n");
  write("\"instances\": 2, \"hold_ports\": true, \"env\": {\"A\": 1}");
  CHECK_THAT(done(home, {"apply", "apps.json"}).out, contains("(env A, instances), to be reloaded"));
  CHECK(wait_until([&] { return listed(home, "web")["instances"].size() == 2; }));
  CHECK(pid_of(home, "web") != pid);
}

TEST_CASE("APPS1 reload takes an apps file: its apps go on with what it says now, what does not run is started",
          "[e2e]") {
  const TemporaryHome home;
  write_apps(home, app("web", {"print-env", "COLOUR", "wait"}, "\"env\": {\"COLOUR\": \"red\"}, \"hold_ports\": true"));
  done(home, {"start", "apps.json"});
  const int pid = pid_of(home, "web");
  write_apps(home,
             app("web", {"print-env", "COLOUR", "wait"}, "\"env\": {\"COLOUR\": \"blue\"}, \"hold_ports\": true") +
                 app("db", {"wait"}));
  const Result reloaded = done(home, {"reload", "apps.json"});
  CHECK_THAT(reloaded.out, contains("web (id 0) reloaded, pid "));
  CHECK_THAT(reloaded.out, contains("db (id 1) online"));
  CHECK(pid_of(home, "web") != pid);
  CHECK(wait_for_log(home, "web", "blue"));
  const Result both = home.forever({"reload", "apps.json", "web"});
  CHECK(both.exit_code == 2);
  require_one_line(both.err, "reload takes either one apps file or apps, not both");
}

TEST_CASE("APPS1 a .config.js is evaluated by node, whatever else it prints", "[e2e]") {
  if (!have_node()) SKIP_CASE("there is no node");
  const TemporaryHome home;
  const std::string child = quoted(child_binary());
  write_file(home.scratch() / "a.config.js",
             "console.log('noise'); const n = 'w' + 1;\n"
             "module.exports = {apps: [{name: n, script: " +
                 child + ", args: ['wait'], autorestart: undefined}]};");
  write_file(home.scratch() / "b.config.mjs",
             "export default async () => ({name: 'w2', script: " + child + ", args: 'wait'});");
  write_file(home.scratch() / "c.config.cjs", "module.exports = [{name: 'w3', script: " + child + ", args: 'wait'}];");
  for (const char* file : {"a.config.js", "b.config.mjs", "c.config.cjs"}) done(home, {"start", file});
  CHECK(list_json(home)["apps"].size() == 3);

  write_file(home.scratch() / "bad.config.js", "throw new Error('not today');");
  const Result failed = home.forever({"start", "bad.config.js"});
  CHECK(failed.exit_code == 1);
  CHECK_THAT(failed.err, contains("not today"));
  CHECK_THAT(failed.err, contains("node could not evaluate it"));
  Command without = home.command({"start", "a.config.js"});
  without.environment["PATH"] = "/nowhere";
  require_one_line(run(without).err, "a.config.js is a program for node, which is not installed");
}

TEST_CASE("APPS1 a script with blanks is a command, unless there is such a file", "[e2e]") {
  const TemporaryHome home;
  write_apps(home, R"({"name": "cmd", "script": "echo one two; sleep 1000", "args": ["3"]})");
  done(home, {"start", "apps.json"});
  CHECK(wait_for_log(home, "cmd", "one two"));
}

TEST_CASE("APPS1 init writes a file that apply understands, once", "[e2e]") {
  const TemporaryHome home;
  done(home, {"init"});
  const Result second = home.forever({"init"});
  CHECK(second.exit_code == 1);
  require_one_line(second.err, "apps.json already exists");
  write_file(home.scratch() / "server.js", "");
  write_file(home.scratch() / "worker.py", "");
  const Result planned = home.forever({"apply", "apps.json", "--dry-run"});
  if (planned.exit_code == 0) CHECK_THAT(planned.out, contains("2 to start"));
  if (planned.exit_code != 0) CHECK_THAT(planned.err, contains("cannot find"));  // no node, no python
}

TEST_CASE("APPS1 a log's directory is made where it is missing, from where the app runs", "[e2e]") {
  const TemporaryHome home;
  fs::create_directories(home.scratch() / "here");
  write_apps(home,
             app("web", {"say", "hello"}, "\"cwd\": \"here\", \"out_file\": \"new/logs/o\", \"autorestart\": false"));
  done(home, {"start", "apps.json"});
  const fs::path log = home.scratch() / "here/new/logs/o";
  CHECK(wait_until([&] { return read_file(log).find("hello") != std::string::npos; }));
  // By hand it is meant from where it is typed.
  start(home, "hand", {"wait"}, {"--out", "other/logs/o"});
  CHECK(wait_until([&] { return fs::exists(home.scratch() / "other/logs/o"); }));
  write_file(home.scratch() / "file", "x");
  write_apps(home, app("bad", {"wait"}, "\"err\": \"file/logs/e\""), "bad.json");
  const Result refused = home.forever({"start", "bad.json"});
  CHECK(refused.exit_code == 1);
  require_one_line(refused.err, "cannot keep a log in ");
}

TEST_CASE("APPS3 apply takes standard input for a file of the current directory, not for one and the same", "[e2e]") {
  const TemporaryHome home;
  fs::create_directories(home.scratch() / "a");
  fs::create_directories(home.scratch() / "b");
  const auto apply = [&](const char* place, const std::string& apps) {
    Command command = home.command({"apply", "-"});
    command.directory = home.scratch() / place;
    command.input = "[" + apps + "]";
    const Result result = run(command);
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    return result.out;
  };
  CHECK_THAT(apply("a", app("one", {"wait"})), contains("1 to start, 0 to change, 0 to stop"));
  CHECK_THAT(apply("b", app("two", {"wait"})), contains("1 to start, 0 to change, 0 to stop"));
  CHECK(status_of(home, "one") == "online");
  CHECK_THAT(apply("b", app("three", {"wait"})), contains("1 to start, 0 to change, 1 to stop"));
  CHECK(status_of(home, "one") == "online");
  CHECK(listed(home, "two").is_null());
}

TEST_CASE("APPS2 delete of a file names each app as what it is, in the order in which they end", "[e2e]") {
  const TemporaryHome home;
  write_apps(home, app("db", {"wait"}) + app("web", {"wait"}, "\"depends_on\": \"db\""));
  done(home, {"start", "apps.json"});
  CHECK(done(home, {"delete", "apps.json"}).out == "web deleted\ndb deleted\n");
}

TEST_CASE("APPS2 apps that start side by side fail one by one, and keep logs of their own", "[e2e]") {
  const TemporaryHome home;
  write_file(home.scratch() / "bad", std::string("\x7f\0\1", 3));  // only its exec can tell
  fs::permissions(home.scratch() / "bad", fs::perms::all);
  std::string apps;
  for (int i = 0; i < 20; ++i) apps += app("app" + std::to_string(i), {"wait"});
  apps += "{\"name\": \"bad\", \"script\": \"./bad\"},";
  apps += app("one", {"wait"}, "\"out_file\": \"same.log\"") + app("two", {"wait"}, "\"err\": \"./same.log\"");
  write_apps(home, apps);
  const Result started = home.forever({"start", "apps.json"});
  CHECK(started.exit_code == 1);
  const std::vector<std::string> lines = lines_of(started.out);
  REQUIRE(lines.size() == 21);
  for (int i = 0; i < 20; ++i)
    CHECK_THAT(lines[static_cast<std::size_t>(i)], contains("app" + std::to_string(i) + " (id "));
  CHECK_THAT(lines.back(), contains("one (id "));
  CHECK_THAT(started.err, contains("bad: cannot be started: exec: "));
  CHECK_THAT(started.err, contains("two: another app writes to "));
  CHECK(list_json(home)["apps"].size() == 21);
}
