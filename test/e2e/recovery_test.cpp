// What is left after several things were lost at once: files, keeper, supervisor. Never two copies, never out of reach.
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "test/e2e/apps.hpp"

using namespace forever::test;

namespace {

namespace fs = std::filesystem;

void remove_files(const TemporaryHome& home, const std::string& name, const Words& files) {
  for (const std::string& file : files) {
    const fs::path path = file == "lock"    ? home.state() / "locks" / name
                          : file == "entry" ? home.app(name)
                                            : home.app(name) / file;
    fs::remove_all(path);
  }
}

std::size_t copies_of(const std::string& line) {
  std::size_t count = 0;
  for (const int pid : processes_with_environment("RECOVERY=" + line)) count += alive(pid) ? 1 : 0;
  return count;
}

// The answer of a start of what runs: a success that names its process.
void require_already(const Result& started, int pid) {
  INFO(started.exit_code << " " << started.out << started.err);
  REQUIRE(started.exit_code == 0);
  REQUIRE_THAT(started.out, contains("is already online, pid " + std::to_string(pid)));
}

}  // namespace

TEST_CASE("STATE1 whatever is deleted together, start makes no second copy and stop reaches the first", "[STATE1]") {
  const std::vector<Words> losses = {
      {"status.json", "lock"}, {"spec.json", "status.json", "control", "lock"}, {"entry", "lock"}};
  for (const Words& lost : losses) {
    INFO("deleted: " << lost.front() << " and " << lost.size() - 1 << " more");
    const TemporaryHome home;
    const std::string mark = home.state().string();
    start(home, "web", {"wait"}, {"--env", "RECOVERY=" + mark});
    const int pid = pid_of(home, "web");
    remove_files(home, "web", lost);
    require_already(home.forever(start_words("web", {"--env", "RECOVERY=" + mark}, {"wait"})), pid);
    REQUIRE(copies_of(mark) == 1);
    REQUIRE(alive(pid));
    done(home, {"stop", "web"});
    REQUIRE_FALSE(alive(pid));
    REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
  }
}

TEST_CASE("STATE1 a state directory that is deleted under a living app is written again at once", "[STATE1]") {
  const TemporaryHome home;
  const std::string mark = home.state().string();
  start(home, "web", {"say", "up", "wait"}, {"--env", "RECOVERY=" + mark});
  REQUIRE(wait_for_log(home, "web", "up"));
  const int pid = pid_of(home, "web");
  for (const bool by_rename : {false, true}) {
    INFO("by rename: " << by_rename);
    if (by_rename) {
      fs::rename(home.app("web"), home.scratch() / "away");
      fs::remove_all(home.state());
      fs::remove_all(home.scratch() / "away");
    } else {
      fs::remove_all(home.state());
    }
    for (const char* file : {"apps/web/status.json", "apps/web/spec.json", "apps/web/control", "locks/web"})
      REQUIRE(wait_until([&] { return fs::exists(home.state() / file); }));
    REQUIRE(wait_for_status(home, "web", "online"));
    REQUIRE(pid_of(home, "web") == pid);
    require_already(home.forever(start_words("web", {"--env", "RECOVERY=" + mark}, {"say", "up", "wait"})), pid);
    REQUIRE(copies_of(mark) == 1);
  }
  done(home, {"restart", "web"});
  REQUIRE(wait_for_log(home, "web", "up"));
  done(home, {"stop", "web"});
  REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
}

TEST_CASE("SUP2 after the whole state directory was deleted a start finds what lives, supervised or not", "[SUP2]") {
  for (const bool unsupervised : {false, true}) {
    INFO("unsupervised: " << unsupervised);
    const TemporaryHome home;
    const std::string mark = home.state().string();
    start(home, "web", {"wait"}, {"--env", "RECOVERY=" + mark});
    const int pid = pid_of(home, "web");
    if (unsupervised) kill_watchers(home, "web");
    fs::remove_all(home.state());
    require_already(home.forever(start_words("web", {"--env", "RECOVERY=" + mark}, {"wait"})), pid);
    REQUIRE(copies_of(mark) == 1);
    REQUIRE(wait_for_status(home, "web", "online"));
    REQUIRE(pid_of(home, "web") == pid);
    done(home, {"stop", "web"});
    REQUIRE_FALSE(alive(pid));
    REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
  }
}

TEST_CASE("STATE1 a start finds an app that has not yet written its files again after everything was deleted",
          "[STATE1]") {
  const TemporaryHome home;
  const std::string mark = home.state().string();
  start(home, "web", {"wait"}, {"--env", "RECOVERY=" + mark});
  start(home, "other", {"wait"});
  const int pid = pid_of(home, "web");
  const int supervisor = supervisor_of(home, "web");
  send_signal(supervisor, SIGSTOP);
  fs::remove_all(home.state());
  // The neighbour's supervisor lays the directory out; nothing in it tells of `web`.
  REQUIRE(wait_until([&] { return fs::exists(home.app("other") / "status.json"); }));
  REQUIRE_FALSE(fs::exists(home.app("web")));
  Running starting(home.command(start_words("web", {"--env", "RECOVERY=" + mark}, {"wait"})));
  const auto asked = [&] {
    return (std::stoull(status_field(supervisor, "ShdPnd"), nullptr, 16) & 1U) != 0;
  };  // SIGHUP
  const bool was_asked = wait_until([&] { return asked() || starting.has_ended(); }) && asked();
  send_signal(supervisor, SIGCONT);
  REQUIRE(was_asked);
  require_already(starting.wait(), pid);
  REQUIRE(copies_of(mark) == 1);
  REQUIRE(list_json(home).at("apps").size() == 2);
  done(home, {"stop", "all"});
  REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
}

TEST_CASE("STATE1 an app is shown as it is although its status is lost and its supervisor cannot write", "[STATE1]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  const int pid = pid_of(home, "web");
  const int supervisor = supervisor_of(home, "web");
  send_signal(supervisor, SIGSTOP);
  remove_files(home, "web", {"status.json", "status.json~"});
  const Json app = listed(home, "web");
  send_signal(supervisor, SIGCONT);
  REQUIRE(app.at("status") == "online");
  REQUIRE(app.at("instances").at(0).at("pid") == pid);
  REQUIRE(wait_until([&] { return supervisor_of(home, "web") == supervisor; }));
}

TEST_CASE("SUP2 after the whole state directory was deleted list and stop find what lives unsupervised", "[SUP2]") {
  for (const char* first : {"list", "stop"}) {
    INFO(first << " first");
    const TemporaryHome home;
    start(home, "web", {"wait"});
    const int pid = pid_of(home, "web");
    kill_watchers(home, "web");
    fs::remove_all(home.state());
    if (first == std::string{"list"}) {
      REQUIRE(status_of(home, "web") == "online");
      REQUIRE(pid_of(home, "web") == pid);
    }
    done(home, {"stop", "web"});
    REQUIRE_FALSE(alive(pid));
    REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
  }
}

TEST_CASE("ID1 a status that tells of no boot or of another is not believed about what lives", "[ID1]") {
  for (const char* boot : {"", "01234567-89ab-cdef-0123-456789abcdef"}) {
    for (const char* verb : {"start", "stop", "list"}) {
      INFO(verb << ", boot: " << boot);
      const TemporaryHome home;
      const std::string mark = home.state().string();
      start(home, "web", {"wait"}, {"--env", "RECOVERY=" + mark});
      const int pid = pid_of(home, "web");
      kill_watchers(home, "web");
      const fs::path file = home.app("web") / "status.json";
      Json status = read_json(file);
      status["boot"] = boot;
      if (boot[0] == '\0') status.erase("boot");
      status["desired"] = "stopped";
      status["instances"][0]["state"] = "stopped";
      status["instances"][0].erase("process");
      write_file(file, status.dump());
      if (verb == std::string{"list"}) {
        REQUIRE(status_of(home, "web") == "online");
      } else {
        done(home, {verb, "web"});
      }
      REQUIRE(copies_of(mark) == (verb == std::string{"stop"} ? 0U : 1U));
      if (verb != std::string{"stop"}) {
        REQUIRE(pid_of(home, "web") == pid);
        done(home, {"stop", "web"});
      }
      REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
    }
  }
}

TEST_CASE("STATE1 an app without spec and status is taken over from the kernel when both have died", "[STATE1]") {
  const TemporaryHome home;
  start(home, "web", {"say", "up", "wait"});
  const int pid = pid_of(home, "web");
  kill_watchers(home, "web");
  remove_files(home, "web", {"entry"});
  REQUIRE(wait_for_status(home, "web", "online"));
  REQUIRE(pid_of(home, "web") == pid);
  // Its settings are unknown now, and its argv is not used.
  REQUIRE(listed(home, "web").at("spec_lost") == true);
  const Result restarted = home.forever({"restart", "web"});
  REQUIRE(restarted.exit_code == 1);
  require_one_line(restarted.err, "its spec.json is lost");
  REQUIRE(pid_of(home, "web") == pid);
  REQUIRE_THAT(done(home, {"list"}).out, contains("online, no spec"));
  REQUIRE_THAT(done(home, {"describe", "web"}).out, contains("its spec.json is lost"));
  REQUIRE_THAT(done(home, {"start", "web"}).out, contains("its spec.json is lost"));
  // Its command gives it a spec again.
  const Result given = done(home, start_words("web", {}, {"say", "up", "wait"}));
  REQUIRE_THAT(given.out, contains("is already online, pid " + std::to_string(pid)));
  REQUIRE_FALSE(listed(home, "web").contains("spec_lost"));
  done(home, {"restart", "web"});
  REQUIRE(wait_until([&] { return count_of(log_of(home, "web"), "up") == 2; }));
  done(home, {"stop", "web"});
  REQUIRE_FALSE(alive(pid));
  REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
}

TEST_CASE("SUP6 a spec that is lost when the supervisor dies is the keeper's, and written again", "[SUP6]") {
  for (const bool keeper_too : {false, true}) {
    INFO("keeper killed before: " << keeper_too);
    const TemporaryHome home;
    start(home, "web", {"say", "up", "wait"}, {"--env", "COLOUR=blue"});
    const int pid = pid_of(home, "web");
    int supervisor = supervisor_of(home, "web");
    if (keeper_too) {
      kill_hard(keeper_of(home, "web"));
      supervisor = new_supervisor(home, "web", supervisor);
    }
    // Suspended, so that it does not write its files again while they are being removed.
    send_signal(supervisor, SIGSTOP);
    remove_files(home, "web", {"entry"});
    kill_hard(supervisor);
    REQUIRE(wait_until([&] { return fs::exists(home.app("web") / "spec.json"); }));
    REQUIRE(wait_for_status(home, "web", "online"));
    REQUIRE(pid_of(home, "web") == pid);
    REQUIRE_FALSE(listed(home, "web").contains("spec_lost"));
    done(home, {"restart", "web"});
    REQUIRE(wait_until([&] { return count_of(log_of(home, "web"), "up") == 2; }));
    REQUIRE_THAT(read_file(home.app("web") / "spec.json"), contains("COLOUR=blue"));
    done(home, {"stop", "web"});
    REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
  }
}

TEST_CASE("SUP2 a start whose keeper and supervisor are killed at once fails as a whole or is carried on", "[SUP2]") {
  const TemporaryHome home;
  const std::string mark = home.state().string();
  start(home, "known", {"wait"});
  done(home, {"stop", "known"});
  int killed = 0;
  for (int round = 0; round < 30; ++round) {
    const std::string name = round % 2 == 0 ? "known" : "new" + std::to_string(round);
    Running starting(home.command(start_words(name, {"--env", "RECOVERY=" + mark}, {"wait"})));
    // Each round a little later, so that all of a start's first milliseconds are met.
    const auto due = std::chrono::steady_clock::now() + std::chrono::microseconds(200) * round;
    REQUIRE(wait_until([&] { return std::chrono::steady_clock::now() >= due; }));
    for (const int pid : processes_of(home)) {
      if (command_line_of(pid).starts_with("forever: " + name)) killed += kill(pid, SIGKILL) == 0 ? 1 : 0;
    }
    const Result result = starting.wait();
    INFO(name << ": " << result.exit_code << " " << result.out << result.err);
    if (result.exit_code == 0) {
      REQUIRE(wait_for_status(home, name, "online"));
      // One at its gate, or before its exec, is adopted too; at the gate it ends with who held that, and another is started.
      REQUIRE(wait_until([&] { return copies_of(mark) == 1; }));
      done(home, {"delete", name});
    } else {
      REQUIRE(status_of(home, name) == (name == "known" ? "stopped" : ""));
    }
    REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
    if (name == "known" && status_of(home, name).empty()) {
      start(home, name, {"wait"});
      done(home, {"stop", name});
    }
  }
  REQUIRE(killed > 0);
}

TEST_CASE("SUP2 a start that is on record and of which nothing was made yet is carried out by the next command",
          "[SUP2]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  done(home, {"stop", "web"});
  REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
  // The keeper of this start never comes to forking a supervisor, and is killed together with the command.
  Running starting(home.command({"start", "web"}));
  int keeper = 0;
  REQUIRE(wait_until([&] {
    for (const int pid : processes_of(home)) {
      if (command_line_of(pid).starts_with("forever: web") && kill(pid, SIGSTOP) == 0) keeper = pid;
    }
    return keeper != 0;
  }));
  const bool began = read_json(home.app("web") / "status.json").at("desired") == "online";
  send_signal(starting.pid(), SIGKILL);
  // Repeatedly: a supervisor that was forked meanwhile may start a process between a check and a kill.
  REQUIRE(wait_until([&] {
    for (const int pid : processes_of(home)) (void)kill(pid, SIGKILL);
    return processes_of(home).empty();
  }));
  REQUIRE(began);
  REQUIRE(wait_for_status(home, "web", "online"));
}

TEST_CASE("SUP1 a supervisor that cannot take its dead keeper's place works on, and tries again without a spin",
          "[SUP1]") {
  const TemporaryHome home;
  const fs::path binary = home.scratch() / "forever";
  fs::copy_file(forever_binary(), binary);
  Command command = home.command({});
  command.argv = Words{binary.string()} + start_words("web", {}, {"wait"});
  REQUIRE(run(command).exit_code == 0);
  const int pid = pid_of(home, "web");
  const int supervisor = supervisor_of(home, "web");
  const int keeper = keeper_of(home, "web");
  fs::permissions(binary, fs::perms::none);  // no user can execute it, not even root
  kill_hard(keeper);
  const auto tries = [&] {
    return count_of(read_file(home.state() / "logs" / "web.forever.log"), "cannot execute the keeper");
  };
  REQUIRE(wait_until([&] { return tries() >= 1; }));
  const auto turns = [&] {
    const std::string status = read_file("/proc/" + std::to_string(supervisor) + "/status");
    const std::string key = "\nvoluntary_ctxt_switches:";
    return std::stol(status.substr(status.find(key) + key.size()));
  };
  const auto cpu = [&] {
    const std::string stat = read_file("/proc/" + std::to_string(supervisor) + "/schedstat");
    return std::stoll(stat);  // nanoseconds on a processor
  };
  const long turns_before = turns();
  const long long cpu_before = cpu();
  REQUIRE(wait_until([&] { return tries() >= 3; }));
  REQUIRE(turns() - turns_before < 20);
  REQUIRE(cpu() - cpu_before < 200'000'000);
  REQUIRE(pid_of(home, "web") == pid);
  done(home, {"restart", "web"});
  const int next = pid_of(home, "web");
  fs::permissions(binary, fs::perms::owner_all);
  REQUIRE(wait_until([&] { return keeper_of(home, "web") == supervisor; }));
  REQUIRE(wait_for_status(home, "web", "online"));
  REQUIRE(pid_of(home, "web") == next);
  done(home, {"stop", "web"});
  REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
}

TEST_CASE("SUP1 the end of an instance is on record before the keeper forgets it", "[SUP1]") {
  const TemporaryHome home;
  start(home, "web", {"on", "TERM", "exit", "7", "end", "say", "up", "wait"}, {"--restart-delay", "1h"});
  REQUIRE(wait_for_log(home, "web", "up"));
  kill_hard(supervisor_of(home, "web"));
  REQUIRE(wait_until([&] { return supervisor_of(home, "web") > 0 && status_of(home, "web") == "online"; }));
  const int pid = pid_of(home, "web");
  const int supervisor = supervisor_of(home, "web");
  // The status cannot be written: a directory stands where its next version is put together.
  const fs::path spare = home.app("web") / "status.json~";
  fs::remove(spare);
  fs::create_directory(spare);
  send_signal(pid, SIGTERM);
  REQUIRE(wait_until([&] { return !alive(pid); }));
  REQUIRE(wait_until([&] { return has(read_file(home.state() / "logs" / "web.forever.log"), " exit 7 after"); }));
  kill_hard(supervisor);
  fs::remove_all(spare);
  REQUIRE(wait_until([&] { return has(read_file(home.app("web") / "status.json"), "\"code\":7"); }));
  done(home, {"stop", "web"});
}

TEST_CASE("SUP2 what an adopted leader leaves behind is stopped before the next generation", "[SUP2]") {
  const TemporaryHome home;
  start(home, "web", {"daemon", "wait", "end", "wait"});
  const std::vector<int> daemons = forked_by(home, "web", 1);
  const int leader = pid_of(home, "web");
  kill_watchers(home, "web");
  REQUIRE(status_of(home, "web") == "online");  // adopts
  kill_hard(leader);
  REQUIRE(wait_until([&] {
    const int pid = pid_of(home, "web");
    return pid > 0 && pid != leader;
  }));
  REQUIRE(wait_for_status(home, "web", "online"));
  REQUIRE(none_alive(daemons));
}

TEST_CASE("BACK1 a program that is gone leaves a supervisor that obeys, whatever the back-off", "[BACK1]") {
  const TemporaryHome home;
  const fs::path program = home.scratch() / "program";
  fs::copy_file(child_binary(), program);
  REQUIRE(home.forever({"start", program.string(), "--name", "web", "--backoff-first", "0", "--backoff-cap", "0", "--",
                        "wait"})
              .exit_code == 0);
  const int supervisor = supervisor_of(home, "web");
  const int pid = pid_of(home, "web");
  fs::remove(program);
  kill_hard(pid);
  REQUIRE(wait_for_status(home, "web", "backoff"));
  REQUIRE(supervisor_of(home, "web") == supervisor);
  done(home, {"stop", "web"});
}

TEST_CASE("SUP4 a start without descriptors for its supervisor fails at once", "[SUP4]") {
  for (const rlim_t descriptors : {7U, 8U, 9U, 11U}) {
    INFO(descriptors << " descriptors");
    const TemporaryHome home;
    Command command = home.command(start_words("web", {}, {"wait"}));
    command.before_exec = [descriptors] {
      const rlimit few{descriptors, descriptors};
      (void)::setrlimit(RLIMIT_NOFILE, &few);
    };
    const Result result = run(command);
    REQUIRE_FALSE(result.timed_out);
    REQUIRE(result.exit_code == 1);
    REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
  }
}

TEST_CASE("BACK1 no pid file names a process that is gone, in back-off too", "[BACK1]") {
  const TemporaryHome home;
  start(home, "web", {"exit", "1"}, {"--backoff-first", "1m", "--backoff-cap", "1m"});
  REQUIRE(wait_for_status(home, "web", "backoff"));
  REQUIRE(wait_until([&] { return !fs::exists(home.state() / "pids" / "web-0.pid"); }));
}
