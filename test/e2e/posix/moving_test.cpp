// Configuration files in the forms that the documentation of PM2 and of npm forever shows, used as a user who moves to forever uses them.
#include "test/e2e/apps.hpp"
#include "text/yaml.hpp"

using namespace forever::test;
namespace fs = std::filesystem;

namespace {

bool on_path(const std::string& program) {
  const char* const path = std::getenv("PATH");
  std::istringstream places(path == nullptr ? "" : path);
  for (std::string place; std::getline(places, place, ':');) {
    if (fs::exists(fs::path(place) / program)) return true;
  }
  return false;
}

// A program with the name that the file gives it; the shell runs it, so that no node is needed.
void write_script(const fs::path& path) {
  fs::create_directories(path.parent_path());
  write_file(path, "#!/bin/sh\necho \"$0 $* mode=$NODE_ENV slot=$NODE_APP_INSTANCE\"\nexec sleep 1000\n");
  fs::permissions(path, fs::perms::owner_all);
}

}  // namespace

TEST_CASE("MOVE PM2's ecosystem.config.js with environments, a memory limit and instances runs as it is", "[e2e]") {
  if (!on_path("node")) SKIP_CASE("there is no node");
  const TemporaryHome home;
  write_script(home.scratch() / "api.js");
  write_script(home.scratch() / "worker.js");
  write_file(home.scratch() / "ecosystem.config.js",
             "module.exports = {\n"
             "  apps : [{\n"
             "    name: 'API', script: './api.js', args: 'one two', instances: 2, exec_mode: 'cluster',\n"
             "    max_memory_restart: '1G', autorestart: true, watch: false, ignore_watch: ['node_modules', 'logs'],\n"
             "    time: true, merge_logs: true, log_date_format: 'YYYY-MM-DD HH:mm Z',\n"
             "    env: { NODE_ENV: 'development' }, env_production: { NODE_ENV: 'production' }\n"
             "  }, {\n"
             "    name: 'worker', script: 'worker.js', instances: 1, kill_timeout: 3000, listen_timeout: 8000,\n"
             "    exp_backoff_restart_delay: 100, max_restarts: 10, min_uptime: '60s', cron_restart: '0 0 * * *',\n"
             "    out_file: './worker-out.log', error_file: './worker-err.log', namespace: 'jobs', pmx: false,\n"
             "  }],\n"
             "  deploy : { production : { user : 'me', host : 'x', ref : 'origin/master', repo : 'y', path : '/z',\n"
             "    'post-deploy' : 'npm install && pm2 reload ecosystem.config.js --env production' } }\n"
             "};\n");
  const Result started = done(home, {"start", "ecosystem.config.js", "--env", "production"});
  CHECK_THAT(started.out, contains("API (id 0) online"));
  CHECK(wait_for_log(home, "API", "api.js one two mode=production slot=1"));
  CHECK(listed(home, "API")["instances"].size() == 2);
  CHECK(wait_until([&] { return has(read_file(home.scratch() / "worker-out.log"), "worker.js  mode="); }));
  CHECK_THAT(done(home, {"describe", "worker"}).out, contains("0 0 * * *"));
  const int worker = pid_of(home, "worker");
  done(home, {"reload", "ecosystem.config.js", "--only", "API", "--env-name", "production"});
  CHECK(pid_of(home, "worker") == worker);
  done(home, {"restart", "ecosystem.config.js", "--only", "worker"});
  CHECK(pid_of(home, "worker") != worker);
  done(home, {"scale", "API", "+1"});
  CHECK(listed(home, "API")["instances"].size() == 3);
  done(home, {"stop", "ecosystem.config.js"});
  CHECK(status_of(home, "API") == "stopped");
  done(home, {"delete", "ecosystem.config.js"});
  CHECK(list_json(home)["apps"].empty());
}

TEST_CASE("MOVE PM2's process.json and process.yml say the same", "[e2e]") {
  if (!forever::reads_yaml()) SKIP_CASE("this build has no libyaml");
  const TemporaryHome home;
  write_script(home.scratch() / "app.js");
  write_script(home.scratch() / "worker.js");
  write_file(home.scratch() / "process.json",
             R"({"apps": [
    {"name": "app", "script": "./app.js", "instances": 2, "exec_mode": "cluster", "env": {"NODE_ENV": "test"}},
    {"name": "worker", "script": "./worker.js", "watch": ["."], "ignore_watch": ["*.log"], "args": ["-a", "13"]}]})");
  write_file(home.scratch() / "process.yml",
             "# the same\n"
             "apps:\n"
             "  - script   : ./app.js\n"
             "    name     : 'app'\n"
             "    instances: 2\n"
             "    exec_mode: cluster\n"
             "    env:\n"
             "      NODE_ENV: test\n"
             "  - script : ./worker.js\n"
             "    name   : worker\n"
             "    watch  : ['.']\n"
             "    ignore_watch: ['*.log']\n"
             "    args: ['-a', '13']\n");
  done(home, {"start", "process.json"});
  CHECK(wait_for_log(home, "worker", "worker.js -a 13"));
  CHECK(listed(home, "worker")["watching"] == true);
  const int app = pid_of(home, "app");
  CHECK_THAT(done(home, {"start", "process.yml"}).out, contains("app (id 0) is already online\n"));
  CHECK_THAT(done(home, {"apply", "process.yml"}).out, contains("0 to stop, 2 unchanged\n"));
  CHECK(pid_of(home, "app") == app);
  done(home, {"stop", "process.yml"});
  CHECK(status_of(home, "worker") == "stopped");
}

TEST_CASE("APPS1 YAML is read by the rules of its version 1.2, with no other program's help", "[e2e]") {
  if (!forever::reads_yaml()) SKIP_CASE("this build has no libyaml");
  const TemporaryHome home;
  write_file(
      home.scratch() / "apps.yaml",
      "deploy: &common\n  A: on\n  B: 'x'\n"
      "apps:\n"
      "  - name: web\n    script: " +
          Json(child_binary()).dump() +
          "\n    args: wait\n    env:\n      <<: *common\n      B: 2\n      NORWAY: NO\n      TIME: 12:30\n"
          "      OCTAL: 010\n      LONG: 1_000\n      HEX: 0x1F\n      DATE: 2024-01-31\n      TRUTH: true\n"
          "      NUMBER: 1.5\n      NOTHING: ~\n      QUOTED: 'true'\n      yes: y\n      LINES: |\n        a\n");
  Command start = home.command({"start", "apps.yaml"});
  start.environment["PATH"] = "/nowhere";
  const Result started = run(start);
  INFO(started.err);
  REQUIRE(started.exit_code == 0);
  const std::string environment = "\n" + done(home, {"env", "web"}).out;
  for (const char* const line : {"A=on", "B=2", "NORWAY=NO", "TIME=12:30", "OCTAL=010", "LONG=1_000", "HEX=0x1F",
                                 "DATE=2024-01-31", "TRUTH=true", "NUMBER=1.5", "QUOTED=true", "yes=y", "LINES=a\\n"}) {
    INFO(line << " in" << environment);
    CHECK(environment.find("\n" + std::string{line} + "\n") != std::string::npos);
  }
  CHECK(environment.find("NOTHING") == std::string::npos);
}

TEST_CASE("APPS1 what is no YAML is reported in a line, with its place", "[e2e]") {
  if (!forever::reads_yaml()) SKIP_CASE("this build has no libyaml");
  const TemporaryHome home;
  write_file(home.scratch() / "apps.yaml", "apps: [{script: x");
  const Result wrong = home.forever({"start", "apps.yaml"});
  CHECK(wrong.exit_code == 1);
  require_one_line(wrong.err, "apps.yaml is not valid YAML at line 2, column 1: did not find expected ',' or '}'");
  write_file(home.scratch() / "apps.yaml", "apps:\n  - script: sleep\n    args: 1000\n    max_memroy: 1G\n");
  const Result key = home.forever({"start", "apps.yaml"});
  CHECK(key.exit_code == 2);
  require_one_line(key.err, "did you mean \"max_memory\"?");
  require_one_line(home.forever({"start", "gone.yml"}).err, "gone.yml");
}

TEST_CASE("MOVE npm forever's files of one and of several apps, with comments, run as they are", "[e2e]") {
  const TemporaryHome home;
  const fs::path app = home.scratch() / "app";
  write_script(app / "index.js");
  write_script(home.scratch() / "app2/index.js");
  fs::create_directories(app / "forever");
  write_file(app / "forever/development.json",
             "{\n  // Comments are supported\n"
             "  \"uid\": \"app\", \"append\": true, \"watch\": true, \"script\": \"index.js\",\n"
             "  \"sourceDir\": " +
                 Json(app.string()).dump() +
                 ",\n"
                 "  \"outFile\": " +
                 Json((app / "out.log").string()).dump() +
                 ",\n"
                 "  \"errFile\": " +
                 Json((app / "error.log").string()).dump() +
                 ",\n"
                 "  \"logFile\": " +
                 Json((app / "forever.log").string()).dump() + "\n}\n");
  done(home, {"start", (app / "forever/development.json").string()});
  CHECK(wait_until([&] { return has(read_file(app / "out.log"), "index.js"); }));
  CHECK(listed(home, "app")["watching"] == true);
  write_file(home.scratch() / "many.json",
             "[{ // App1\n  \"uid\": \"app1\", \"append\": true, \"script\": \"index.js\", \"minUptime\": 2000,\n"
             "  \"spinSleepTime\": 1000, \"max\": 3, \"killSignal\": \"SIGTERM\", \"sourceDir\": " +
                 Json(app.string()).dump() +
                 "},\n {/* App2 */ \"uid\": \"app2\", \"append\": true, \"script\": \"index.js\",\n"
                 "  \"args\": [\"--port\", \"8081\"], \"workingDir\": \"/tmp\", \"sourceDir\": " +
                 Json((home.scratch() / "app2").string()).dump() + "}]\n");
  done(home, {"start", "many.json"});
  CHECK(wait_for_log(home, "app2", "app2/index.js --port 8081"));
  // As forever has it: by the number that list shows, by uid, all.
  done(home, {"stop", "0"});
  CHECK(status_of(home, "app") == "stopped");
  done(home, {"restart", "app1"});
  done(home, {"stopall"});
  CHECK(status_of(home, "app2") == "stopped");
}
