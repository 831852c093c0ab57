// What lives of an app whose records are lost is found by its marks, all of it: every slot, and never a descendant in the place of
// its leader.
#include <signal.h>

#include <filesystem>

#include "test/e2e/workers.hpp"

using namespace forever::test;

namespace {

namespace fs = std::filesystem;

void lose(const TemporaryHome& home, const Words& files) {
  for (const std::string& file : files) fs::remove_all(home.state() / file);
}

const Words kForking{"fork", "wait", "end", "session", "wait", "end", "say", "up", "wait"};

}  // namespace

TEST_CASE("SUP6 what a dead leader has left is not taken for it when the records are lost", "[SUP6]") {
  for (const Words& lost : {Words{"apps/web/status.json", "pids/web-0.pid"},
                            Words{"apps/web/spec.json", "apps/web/status.json", "pids/web-0.pid"}}) {
    INFO(lost.front());
    const TemporaryHome home;
    start(home, "web", kForking);
    REQUIRE(wait_for_log(home, "web", "up"));
    const std::vector<int> rest = forked_by(home, "web", 2);
    const int leader = pid_of(home, "web");
    kill_watchers(home, "web");
    kill_hard(leader);
    lose(home, lost);
    REQUIRE(std::all_of(rest.begin(), rest.end(), alive));
    const Json app = listed(home, "web");
    for (const Json& instance : app.at("instances")) {
      if (!instance.at("pid").is_null())
        CHECK(std::find(rest.begin(), rest.end(), instance.at("pid").get<int>()) == rest.end());
    }
    REQUIRE(wait_until([&] { return none_alive(rest); }));
    done(home, start_words("web", {}, kForking));
    REQUIRE(wait_until([&] { return status_of(home, "web") == "online"; }));
    REQUIRE(wait_until([&] { return count_of(log_of(home, "web"), "up") == 2; }));
    done(home, {"stop", "web"});
    REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
  }
}

TEST_CASE("SUP6 every slot is found when spec and status are lost, and none is started beside", "[SUP6]") {
  const TemporaryHome home;
  start(home, "web", {"wait"}, {"-i", "3"});
  const std::vector<int> pids = pids_of(home);
  REQUIRE(pids.size() == 3);
  kill_watchers(home, "web");
  lose(home, {"apps/web/spec.json", "apps/web/status.json", "apps/web/control"});
  REQUIRE(pids_of(home) == pids);
  done(home, start_words("web", {"-i", "3"}, {"wait"}));
  REQUIRE(pids_of(home) == pids);
  done(home, {"stop", "web"});
  REQUIRE(none_alive(pids));
  REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
}

TEST_CASE("SUP6 slots that the spec has no more are found and stopped when the status is lost", "[SUP6]") {
  const TemporaryHome home;
  start(home, "web", {"wait"}, {"-i", "3"});
  const std::vector<int> pids = pids_of(home);
  kill_watchers(home, "web");
  lose(home, {"apps/web/status.json"});
  std::string spec = read_file(home.app("web") / "spec.json");
  const std::string three = "\"instances\":3";
  REQUIRE(spec.find(three) != std::string::npos);
  spec.replace(spec.find(three), three.size(), "\"instances\":1");
  write_file(home.app("web") / "spec.json", spec);
  REQUIRE(pid_of(home, "web") == pids[0]);
  REQUIRE(wait_until([&] { return none_alive({pids[1], pids[2]}); }));
  REQUIRE(alive(pids[0]));
  done(home, {"stop", "web"});
}

TEST_CASE("SUP6 a status that is lost once more after an adoption makes no second copy", "[SUP6]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  const int pid = pid_of(home, "web");
  kill_watchers(home, "web");
  done(home, {"list"});
  // What hangs below init now is no child of this keeper's either.
  const int supervisor = supervisor_of(home, "web");
  const int keeper = keeper_of(home, "web");
  send_signal(keeper, SIGSTOP);
  send_signal(supervisor, SIGSTOP);
  lose(home, {"apps/web/status.json"});
  send_signal(supervisor, SIGKILL);
  send_signal(keeper, SIGCONT);
  REQUIRE(wait_until([&] { return fs::exists(home.app("web") / "status.json"); }));
  REQUIRE(pid_of(home, "web") == pid);
  done(home, {"stop", "web"});
  REQUIRE_FALSE(alive(pid));
  REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
}

TEST_CASE("SUP8 a reload's new process is adopted once when the old one dies with the supervisor", "[SUP8]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  const std::string go = home.scratch() / "go";
  // The second one does not listen.
  start(home, "web",
        {"count", home.scratch() / "runs", "first", "1", "listen", std::to_string(port), "wait", "end", "first", "2",
         "wait-for", go, "end", "listen", std::to_string(port), "wait"},
        {"--hold-ports"});
  const int old = pid_of(home, "web");
  Running reload(home.command({"reload", "web"}));
  REQUIRE(wait_until([&] { return listed(home, "web").at("instances").size() == 2; }));
  const int supervisor = supervisor_of(home, "web");
  const int keeper = keeper_of(home, "web");
  send_signal(keeper, SIGSTOP);
  send_signal(supervisor, SIGKILL);
  send_signal(old, SIGKILL);
  send_signal(keeper, SIGCONT);
  (void)new_supervisor(home, "web", supervisor);
  REQUIRE(wait_until([&] {
    const Json instances = listed(home, "web").at("instances");
    return instances.size() == 1 && instances[0].at("status") == "online" && instances[0].at("role") == "serving";
  }));
  (void)reload.wait();
  done(home, {"reload", "web"});
  done(home, {"stop", "web"});
  REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
}

TEST_CASE("SUP6 a held port is served on when everything is deleted and then the keeper dies", "[SUP6]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  start(home, "web", {"listen", std::to_string(port), "say", "up", "wait"}, {"--hold-ports"});
  REQUIRE(wait_for_log(home, "web", "up"));
  const int pid = pid_of(home, "web");
  const int supervisor = supervisor_of(home, "web");
  const int keeper = keeper_of(home, "web");
  // Suspended, so that it hears of both at the same time.
  send_signal(supervisor, SIGSTOP);
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(home.state(), error)) fs::remove_all(entry.path(), error);
  kill_hard(keeper);
  send_signal(supervisor, SIGCONT);
  REQUIRE(wait_until([&] { return status_of(home, "web") == "online" && keeper_of(home, "web") == supervisor; }));
  CHECK(pid_of(home, "web") == pid);
  CHECK_FALSE(listed(home, "web").contains("spec_lost"));
  CHECK(can_connect(port));
  done(home, {"restart", "web"});
  CHECK(can_connect(port));
  done(home, {"stop", "web"});
  CHECK(can_bind(port));
}

TEST_CASE("SUP8 what was stopped stays so though its end could not be put on record", "[SUP8]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  const int supervisor = supervisor_of(home, "web");
  send_signal(supervisor, SIGSTOP);
  fs::remove(home.app("web") / "status.json~");
  fs::create_directories(home.app("web") / "status.json~" / "in the way");  // what it is written to first
  send_signal(supervisor, SIGCONT);
  done(home, {"stop", "web"});
  REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
  REQUIRE(status_of(home, "web") == "stopped");
  REQUIRE(processes_of(home).empty());
  done(home, {"start", "web"});
  done(home, {"stop", "web"});
}

TEST_CASE("SUP8 an app that is deleted beside other commands is deleted, or started again", "[SUP8]") {
  for (int round = 0; round < 12; ++round) {
    const TemporaryHome home;
    start(home, "web", {"wait"});
    const int pid = pid_of(home, "web");
    kill_watchers(home, "web");
    if (round % 2 == 0) kill_hard(pid);
    std::vector<Running> commands;
    for (const Words& words : {Words{"delete", "web"}, Words{"list"}, Words{"list", "--json"}, Words{"delete", "web"},
                               Words{"stop", "web"}, Words{"list"}})
      commands.emplace_back(home.command(words));
    std::vector<Result> results;
    for (Running& command : commands) results.push_back(command.wait(60s));
    INFO(results[0].err << results[3].err);
    if (results[0].exit_code == 0 || results[3].exit_code == 0) {
      REQUIRE(listed(home, "web").is_null());
      REQUIRE_FALSE(fs::exists(home.app("web")));
    }
    REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
  }
}

TEST_CASE("SUP8 scales beside a restart end with what was asked for last, and online", "[SUP8]") {
  const TemporaryHome home;
  start(home, "web", {"ignore", "TERM", "say", "up", "wait"}, {"-i", "2", "--kill-timeout", "500ms"});
  REQUIRE(wait_until([&] { return count_of(log_of(home, "web"), "up") == 2; }));
  Running restart(home.command({"restart", "web"}));
  Running down(home.command({"scale", "web", "1"}));
  Running up(home.command({"scale", "web", "3"}));
  for (Running* const command : {&restart, &down, &up}) REQUIRE(command->wait(60s).exit_code == 0);
  REQUIRE(wait_until([&] { return status_of(home, "web") == "online"; }));
  const std::size_t count = pids_of(home).size();
  CHECK((count == 1 || count == 3));
  done(home, {"stop", "web"});
}

TEST_CASE("SUP8 a restart beside a reload of an adopted app leaves it online", "[SUP8]") {
  NEED_SHARING();
  for (int round = 0; round < 4; ++round) {
    const TemporaryHome home;
    const int port = free_port();
    start(home, "web", {"session", "wait", "end", "listen", std::to_string(port), "say", "up", "wait"},
          {"--hold-ports"});
    REQUIRE(wait_for_log(home, "web", "up"));
    kill_watchers(home, "web");
    done(home, {"list"});
    Running reload(home.command({"reload", "web"}));
    Running restart(home.command({"restart", "web"}));
    const Result restarted = restart.wait(60s);
    INFO(restarted.out << restarted.err);
    CHECK(restarted.exit_code == 0);
    (void)reload.wait(60s);
    REQUIRE(wait_until([&] { return status_of(home, "web") == "online"; }));
    CHECK(can_connect(port));
    done(home, {"stop", "web"});
    REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
  }
}
