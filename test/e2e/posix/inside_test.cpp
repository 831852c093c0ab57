// An app whose program runs forever itself: a hook that deploys, a CI job, a parent script.
#include "test/e2e/apps.hpp"

using namespace forever::test;

namespace {

std::string quoted(const std::string& word) { return "'" + word + "'"; }

// The words of an app that is a shell doing `script`.
Words shell(const std::string& name, const std::string& script, const Words& options = {}) {
  return Words{"start", "--name", name} + options + Words{"--", "/bin/sh", "-c", script};
}

// A line of a shell script: `forever WORDS`.
std::string forever_line(const std::string& words) { return quoted(forever_binary()) + " " + words; }

std::string start_line(const std::string& name) {
  return forever_line("start " + quoted(child_binary()) + " --name " + name + " -- wait");
}

// A program that looks like a keeper of the app `name`, in every way that it can choose.
std::string pretender(const TemporaryHome& home, const std::string& name) {
  const auto folder = home.scratch() / "apps" / name;
  std::filesystem::create_directories(folder);
  std::filesystem::create_directories(home.scratch() / "locks");
  write_file(home.scratch() / "locks" / name, "");
  return "cd " + quoted(folder) + "; exec 9<>" + quoted(home.scratch() / "locks" / name) +
         "; exec setsid /bin/bash -c 'exec -a \"forever: " + name + " (keeper)\" sleep 1000'";
}

void stays(const TemporaryHome& home, int pid, const std::string& name) {
  REQUIRE(alive(pid));
  REQUIRE(status_of(home, name) == "online");
  REQUIRE(pid_of(home, name) == pid);
}

}  // namespace

TEST_CASE("REAL1 what an app has started as an app lives on when that app is stopped, restarted or killed", "[REAL1]") {
  const TemporaryHome home;
  done(home, shell("ci", start_line("prod") + "; " + forever_binary() + " start " + child_binary() +
                             " --name other -- session wait end wait; exec sleep 1000"));
  REQUIRE(wait_for_log(home, "ci", "other (id"));
  const int prod = pid_of(home, "prod"), other = pid_of(home, "other");
  done(home, {"restart", "ci"});
  REQUIRE(wait_until([&] { return count_of(log_of(home, "ci"), "already") >= 1; }));
  stays(home, prod, "prod");
  kill_hard(pid_of(home, "ci"));
  REQUIRE(wait_until([&] { return count_of(log_of(home, "ci"), "already") >= 3; }));
  stays(home, prod, "prod");
  done(home, {"stop", "ci", "--force"});
  stays(home, prod, "prod");
  stays(home, other, "other");
  done(home, {"stop", "prod"});
  REQUIRE_FALSE(alive(prod));
}

TEST_CASE("REAL1 the end of a job by itself leaves what it has deployed", "[REAL1]") {
  const TemporaryHome home;
  done(home, shell("ci", "setsid " + start_line("prod") + "; exit 1", {"--restart", "never"}));
  REQUIRE(wait_for_status(home, "prod", "online"));
  REQUIRE(wait_for_status(home, "ci", "stopped"));
  stays(home, pid_of(home, "prod"), "prod");
}

TEST_CASE("REAL1 an app of another state directory, and one whose keeper and supervisor are gone, are left alone",
          "[REAL1]") {
  const TemporaryHome home, elsewhere;
  done(home, shell("ci", "FOREVER_HOME=" + quoted(elsewhere.state()) + " " + start_line("away") + "; " +
                             start_line("prod") + "; exec sleep 1000"));
  REQUIRE(wait_for_log(home, "ci", "prod (id"));
  const int away = pid_of(elsewhere, "away"), prod = pid_of(home, "prod");
  kill_watchers(home, "prod");
  done(home, {"stop", "ci"});
  stays(elsewhere, away, "away");
  REQUIRE(alive(prod));
  done(home, {"start", "prod"});
  stays(home, prod, "prod");
}

TEST_CASE("REAL1 below forever run, and from a command of --on-exit", "[REAL1]") {
  const TemporaryHome home;
  Running job{home.command({"run", "--restart", "never", "--", "/bin/sh", "-c", start_line("prod") + "; exit 3"})};
  REQUIRE(job.wait().exit_code == 3);
  stays(home, pid_of(home, "prod"), "prod");
  done(home, {"start", child_binary(), "--name", "web", "--restart", "never", "--on-exit", start_line("fallback"), "--",
              "sleep", "300"});
  REQUIRE(wait_for_status(home, "fallback", "online"));
  REQUIRE(wait_for_status(home, "web", "stopped"));
  REQUIRE(wait_until([&] { return keeper_of(home, "web") == 0; }));
  stays(home, pid_of(home, "fallback"), "fallback");
}

TEST_CASE("REAL1 a process that only calls itself a keeper is stopped with the rest of its tree", "[REAL1]") {
  const TemporaryHome home;
  done(home, shell("ci", "(" + pretender(home, "fake") + ") & echo up; wait"));
  REQUIRE(wait_for_log(home, "ci", "up"));
  int fake = 0;
  REQUIRE(wait_until([&] {
    for (const int pid : processes_of(home)) {
      if (command_line_of(pid).starts_with("forever: fake")) fake = pid;
    }
    return fake != 0;
  }));
  done(home, {"stop", "ci"});
  REQUIRE_FALSE(alive(fake));
}

TEST_CASE("REAL1 the memory of an app is not that of what it has started as an app", "[REAL1]") {
  const TemporaryHome home;
  done(home, shell("ci", forever_line("start " + quoted(child_binary())) + " --name big -- allocate 80000000 wait; " +
                             "exec sleep 1000"));
  REQUIRE(wait_for_log(home, "ci", "big (id"));
  REQUIRE(wait_until([&] { return listed(home, "big")["memory_bytes"].get<long long>() > 70'000'000; }));
  REQUIRE(listed(home, "ci")["memory_bytes"].get<long long>() < 40'000'000);
}

TEST_CASE("REAL2 restartall and stopall from inside an app finish, and that app is the last", "[REAL2]") {
  const TemporaryHome home;
  const std::string answer = home.scratch() / "answer", go = home.scratch() / "go";
  start(home, "first", {"wait"});
  start(home, "slow", {"on", "TERM", "sleep", "300", "exit", "0", "end", "wait"});
  const auto hook = [&](const std::string& name, const std::string& verb) {
    done(home, shell(name, "while [ ! -e " + quoted(go) + " ]; do sleep 0.05; done; rm " + quoted(go) + "; true && " +
                               forever_line(verb) + " > " + quoted(answer) + " 2>&1; exec sleep 1000"));
  };
  hook("hook", "restartall");
  start(home, "zz", {"wait"});
  std::vector<int> before;
  for (const char* name : {"first", "slow", "hook", "zz"}) before.push_back(pid_of(home, name));
  write_file(go, "");
  REQUIRE(wait_until([&] { return count_of(read_file(answer), "restarted") == 4; }));
  REQUIRE(none_alive(before));
  for (const char* name : {"first", "slow", "hook", "zz"}) REQUIRE(status_of(home, name) == "online");

  done(home, {"delete", "hook"});
  hook("hook", "stopall");
  write_file(go, "");
  REQUIRE(wait_until([&] { return count_of(read_file(answer), "stopped") == 4; }));
  for (const char* name : {"first", "slow", "hook", "zz"}) REQUIRE(status_of(home, name) == "stopped");
  REQUIRE(all_gone(home));
}

TEST_CASE("REAL2 an app deletes itself, reloads all, and is itself the command that restarts all", "[REAL2]") {
  const TemporaryHome home;
  const std::string answer = home.scratch() / "answer", counter = home.scratch() / "counter";
  start(home, "zz", {"wait"});
  done(home, shell("self", forever_line("delete self") + " > " + quoted(answer) + " 2>&1"));
  REQUIRE(wait_until([&] { return has(read_file(answer), "deleted"); }));
  REQUIRE_FALSE(std::filesystem::exists(home.app("self")));

  const int before = pid_of(home, "zz");
  done(home, shell("self", "[ -e " + quoted(counter) + " ] && exec sleep 1000; touch " + quoted(counter) + "; " +
                               forever_line("reload all") + " > " + quoted(answer) + " 2>&1; exec sleep 1000"));
  REQUIRE(wait_until([&] { return count_of(read_file(answer), "reloaded") == 2; }));
  REQUIRE_FALSE(alive(before));
  done(home, {"delete", "self"});

  const int again = pid_of(home, "zz");
  done(home, shell("self",
                   "[ -e " + quoted(answer) + " ] || exec sleep 1000; rm " + quoted(answer) + "; exec " +
                       forever_line("restartall") + " > " + quoted(answer + "2") + " 2>&1",
                   {"--restart", "never"}));
  REQUIRE(wait_until([&] { return count_of(read_file(answer + "2"), "restarted") == 2; }));
  REQUIRE_FALSE(alive(again));
}

TEST_CASE("REAL2 apply from inside an app does all others, and stops what is gone, before it restarts that app",
          "[REAL2]") {
  const TemporaryHome home;
  const auto file = home.scratch() / "apps.json";
  const std::string answer = home.scratch() / "answer", go = home.scratch() / "go";
  const std::string script = "while [ ! -e " + quoted(go) + " ]; do sleep 0.05; done; rm " + quoted(go) + "; " +
                             forever_line("apply apps.json") + " > " + quoted(answer) + " 2>&1; exec sleep 1000";
  const auto app = [&](const std::string& name, const std::string& value) {
    return R"({"name": ")" + name + R"(", "script": "/bin/sh", "args": ["-c", ")" +
           (name == "hook" ? script : "exec sleep 1000") + R"("], "env": {"V": ")" + value + R"("}})";
  };
  write_file(file, R"({"apps": [)" + app("hook", "1") + "," + app("web", "1") + "," + app("old", "1") + "]}");
  done(home, {"start", file.string()});
  const int hook = pid_of(home, "hook"), web = pid_of(home, "web");
  write_file(file, R"({"apps": [)" + app("hook", "2") + "," + app("web", "2") + "]}");
  write_file(go, "");
  REQUIRE(wait_until([&] { return has(read_file(answer), "old deleted"); }));
  REQUIRE(count_of(read_file(answer), ") restarted") == 2);
  REQUIRE(none_alive({hook, web}));
  REQUIRE(status_of(home, "hook") == "online");
  REQUIRE_FALSE(std::filesystem::exists(home.app("old")));
}
