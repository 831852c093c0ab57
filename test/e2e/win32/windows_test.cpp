// WIN: what only Windows can get wrong.
#include <algorithm>
#include <fstream>

#include "platform/local_socket.hpp"
#include "platform/logon.hpp"
#include "platform/process.hpp"
#include "platform/win32/system.hpp"
#include "platform/windows_command_line.hpp"
#include "test/e2e/apps.hpp"
#include "test/support/permissions.hpp"

using namespace forever::test;

TEST_CASE("WIN1 supervisor and app are outside of the job from which they were started, whose end they survive",
          "[WIN1]") {
  const TemporaryHome home;
  // A terminal or a service keeps what it starts in a job, which may be left: as this test does from here on.
  const forever::Handle job(forever::win32::as_native(::CreateJobObjectW(nullptr, nullptr)));
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
  limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_BREAKAWAY_OK;
  HANDLE const ours = forever::win32::as_handle(job.get());
  REQUIRE(::SetInformationJobObject(ours, JobObjectExtendedLimitInformation, &limits, sizeof limits) != 0);
  REQUIRE(::AssignProcessToJobObject(ours, ::GetCurrentProcess()) != 0);
  start(home, "web", {"wait"});
  for (const int pid : {supervisor_of(home, "web"), pid_of(home, "web")}) {
    const forever::Handle process(
        forever::win32::as_native(::OpenProcess(PROCESS_QUERY_INFORMATION, FALSE, static_cast<DWORD>(pid))));
    BOOL inside = TRUE;
    REQUIRE(::IsProcessInJob(forever::win32::as_handle(process.get()), ours, &inside) != 0);
    CHECK(inside == FALSE);
  }
}

TEST_CASE("WIN1 a start lets go of the console's streams", "[WIN1][START3]") {
  const TemporaryHome home;
  const Result started = start(home, "web", {"wait"});
  CHECK(started.released_output);
}

TEST_CASE("WIN2 no program that is started shows a window", "[WIN2]") {
  const TemporaryHome home;
  start(home, "web", {"print-session", "wait"});
  REQUIRE(wait_for_log(home, "web", " window "));
  CHECK(has(log_of(home, "web"), " window no"));
}

TEST_CASE("WIN3 a stop is Ctrl-Break for the program first, and its end at the timeout", "[WIN3]") {
  const TemporaryHome home;
  start(home, "web", {"trap", "TERM", "say", "ready", "wait"}, {"--kill-timeout", "700ms"});
  REQUIRE(wait_for_log(home, "web", "ready"));
  const int pid = pid_of(home, "web");
  done(home, {"stop", "web"});
  CHECK(has(log_of(home, "web"), "signal TERM"));
  CHECK_FALSE(alive(pid));
}

TEST_CASE("WIN3 a program finds the name of its stop event, which is set when it is asked to stop", "[WIN3]") {
  const TemporaryHome home;
  start(home, "web", {"print-env", "FOREVER_STOP_EVENT", "ignore", "TERM", "wait"}, {"--kill-timeout", "3s"});
  REQUIRE(wait_for_log(home, "web", "env FOREVER_STOP_EVENT="));
  const std::string line = lines_of(log_of(home, "web")).front();
  const std::string name = line.substr(line.find('=') + 1);
  const forever::Handle event(
      forever::win32::as_native(::OpenEventW(SYNCHRONIZE, FALSE, forever::win32::to_wide(name).c_str())));
  REQUIRE(event);
  Running stop(home.command({"stop", "web"}));
  CHECK(::WaitForSingleObject(forever::win32::as_handle(event.get()), 10'000) == WAIT_OBJECT_0);
  CHECK(stop.wait().exit_code == 0);
}

TEST_CASE("WIN4 a tree that grows in its first instruction is all dead after a stop", "[WIN4]") {
  const TemporaryHome home;
  start(home, "web",
        {"orphan", "fork", "wait", "end", "wait", "end", "fork", "orphan", "wait", "end", "wait", "end", "wait"},
        {"--kill-timeout", "300ms"});
  const std::vector<int> pids = forked_by(home, "web", 4);
  done(home, {"stop", "web"});
  CHECK(none_alive(pids));
  CHECK(processes_with_environment("FOREVER_HOME=" + home.state().string()).empty());
}

TEST_CASE("WIN5 control pipes of two state directories of one user do not meet, and their files are their owner's",
          "[WIN5]") {
  const TemporaryHome first;
  const TemporaryHome second;
  start(first, "web", {"wait"});
  start(second, "web", {"wait"});
  const int kept = pid_of(first, "web");
  done(second, {"stop", "web"});
  CHECK(alive(kept));
  CHECK(pid_of(first, "web") == kept);
  CHECK(owner_only(first.state()));
}

TEST_CASE("WIN6 a log is rotated while a reader has it open", "[WIN6]") {
  const TemporaryHome home;
  const auto go = home.scratch() / "go";
  start(home, "web", {"say", "first", "wait-for", go.string(), "lines", "30000", "100", "say", "done", "wait"},
        {"--log-max-size", "1M", "--log-keep", "10"});
  REQUIRE(wait_for_log(home, "web", "first"));
  // As most programs open a file: others may read and write it, and not delete it; and one that lets it be renamed.
  std::ifstream reader(home.log("web"), std::ios::binary);
  REQUIRE(reader);
  Running logs(home.command({"logs", "web", "-f"}));
  REQUIRE(logs.wait_for("first"));
  write_file(go, "");
  REQUIRE(wait_until(
      [&] {
        for (const auto& entry : std::filesystem::directory_iterator(home.state() / "logs")) {
          if (has(read_file(entry.path()), "done")) return true;
        }
        return false;
      },
      30s));
  std::size_t lines = 0;
  for (const auto& entry : std::filesystem::directory_iterator(home.state() / "logs")) {
    if (entry.path().filename().string().starts_with("web.out.log")) lines += lines_of(read_file(entry.path())).size();
  }
  CHECK(lines == 30002);
}

TEST_CASE("WIN7 no helper program is started to stop an app", "[WIN7]") {
  const TemporaryHome home;
  start(home, "web", {"fork", "wait", "end", "ignore", "TERM", "wait"}, {"--kill-timeout", "1s"});
  (void)forked_by(home, "web", 1);
  Running stop(home.command({"stop", "web"}));
  bool helper = false;
  REQUIRE(wait_until(
      [&] {
        forever::for_each_process([&](const forever::ProcessEntry& entry) {
          for (const char* name : {"taskkill", "wmic", "powershell", "tasklist", "cmd.exe"}) {
            helper = helper || (has(entry.title, name) &&
                                forever::environment_of(entry.id.pid, "FOREVER_HOME") == home.state().string());
          }
        });
        return stop.has_ended();
      },
      20s));
  CHECK_FALSE(helper);
  CHECK(stop.wait().exit_code == 0);
}

namespace {

// One test at a time may change what this user's logon runs under our name; it is put back.
class LogonValue {
 public:
  LogonValue() : one_at_a_time_(forever::win32::as_native(::CreateMutexW(nullptr, FALSE, L"forever-test-logon"))) {
    ::WaitForSingleObject(forever::win32::as_handle(one_at_a_time_.get()), INFINITE);
    before_ = *forever::logon_command("forever");
  }
  LogonValue(const LogonValue&) = delete;
  LogonValue& operator=(const LogonValue&) = delete;
  ~LogonValue() {
    (void)forever::set_logon_command("forever", before_).ok();
    ::ReleaseMutex(forever::win32::as_handle(one_at_a_time_.get()));
  }

 private:
  forever::Handle one_at_a_time_;
  std::string before_;
};

}  // namespace

TEST_CASE("BOOT1 startup on Windows has the logon run resurrect, once, and unstartup takes it away", "[BOOT1]") {
  const LogonValue restored;
  const TemporaryHome home;
  REQUIRE(forever::set_logon_command("forever", ""));
  std::string program = forever_binary();
  std::replace(program.begin(), program.end(), '/', '\\');
  const std::string line = program + " resurrect --quiet";
  const std::string place = "HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Run, value forever";
  CHECK(done(home, {"startup", "--dry-run"}).out == "# " + place + "\n" + line + "\n");
  CHECK(forever::logon_command("forever")->empty());
  const Result first = done(home, {"startup"});
  CHECK_THAT(first.out, contains("at your logon Windows runs `forever resurrect`: " + place));
  CHECK_THAT(first.err, contains("setx FOREVER_HOME"));
  CHECK(*forever::logon_command("forever") == line);
  CHECK_THAT(done(home, {"startup"}).out, contains("startup is already set up: " + place));
  CHECK(done(home, {"unstartup", "--dry-run"}).out == "would be removed: " + place + "\n");
  CHECK(*forever::logon_command("forever") == line);
  CHECK_THAT(done(home, {"unstartup"}).out, contains("removed: " + place));
  CHECK(forever::logon_command("forever")->empty());
  CHECK_THAT(done(home, {"unstartup"}).out, contains("startup was not set up"));
  const Result refused = home.forever({"startup", "--init", "systemd"});
  CHECK(refused.exit_code == 1);
  require_one_line(refused.err, "there is no systemd on Windows");
}

TEST_CASE("BOOT1 what the logon runs brings back what was saved", "[BOOT1]") {
  const LogonValue restored;
  const TemporaryHome home;
  start(home, "web", {"wait"});
  done(home, {"save"});
  done(home, {"delete", "web"});
  done(home, {"startup"});
  Command logon = home.command({});
  logon.argv = forever::split_windows_command_line(*forever::logon_command("forever"));
  CHECK(run(logon).exit_code == 0);
  CHECK(status_of(home, "web") == "online");
}
