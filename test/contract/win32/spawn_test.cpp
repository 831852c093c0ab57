// Starting instances, and their ends; with programs that every Windows has.
#include "platform/spawn.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>

#include "platform/environment.hpp"
#include "platform/event_loop.hpp"
#include "platform/files.hpp"
#include "platform/local_socket.hpp"
#include "platform/output_pipe.hpp"
#include "platform/signals.hpp"
#include "platform/win32/jobs.hpp"
#include "test/contract/scratch.hpp"
#include "test/support/catch.hpp"
#include "test/support/wait.hpp"
#include "test/support/win32/wine.hpp"

using namespace forever;
using namespace std::chrono_literals;
using test::contains;
using test::Scratch;

namespace {

std::string shell() { return environment_variable("ComSpec").value_or("C:/windows/system32/cmd.exe"); }

SpawnRequest shell_request(const std::vector<std::string>& words) {
  SpawnRequest request;
  request.program = shell();
  request.argv = {"cmd.exe", "/d", "/c"};
  request.argv.insert(request.argv.end(), words.begin(), words.end());
  request.environment = environment_snapshot();
  return request;
}

// An instance whose output is read, and everything of which is ended at the end.
class Started {
 public:
  explicit Started(SpawnRequest request, bool go = true) {
    auto pipe = hold_fifo("");
    REQUIRE(pipe);
    pipe_ = std::move(*pipe);
    request.out = request.err = pipe_.get();
    auto held = spawn_held(std::move(request));
    if (!held) FAIL(held.error().message());
    held_.emplace(std::move(*held));
    if (go) open_gate(*held_);
  }
  Started(const Started&) = delete;
  Started& operator=(const Started&) = delete;
  ~Started() { (void)win32::end_job(held_->id).ok(); }

  [[nodiscard]] const ProcessId& id() const { return held_->id; }
  HeldInstance& held() { return *held_; }
  std::string& output() {
    (void)receive_some(pipe_.get(), text_).ok();
    return text_;
  }
  bool says(const std::string& words) {
    return test::wait_until([&] { return output().find(words) != std::string::npos; });
  }
  // Its end as the loop tells it.
  std::optional<ExitStatus> end() {
    auto loop = EventLoop::create({});
    for (const Time until = steady_now() + 10s; steady_now() < until;) {
      for (const LoopEvent& event : loop->wait(until)) {
        if (event.kind == LoopEvent::Kind::child_exited && event.child == id()) return event.status;
      }
    }
    return std::nullopt;
  }

 private:
  Handle pipe_;
  std::optional<HeldInstance> held_;
  std::string text_;
};

// A program that waits for a minute.
const std::vector<std::string> kWaits{"ping", "-n", "60", "127.0.0.1"};

}  // namespace

TEST_CASE("START1 a held instance executes nothing until its gate is opened, and its end is reported") {
  const Scratch scratch;
  SpawnRequest request = shell_request({"echo", "ran", ">", "ran.txt", "&", "exit", "7"});
  request.directory = scratch.path();
  Started child(request, false);
  CHECK(identify(child.id().pid) == child.id());
  CHECK_FALSE(read_report(child.held().report.get()).known);
  CHECK(test::stays_true([&] { return !exists(scratch / "ran.txt"); }, 50ms));
  open_gate(child.held());
  CHECK(read_report(child.held().report.get()).known);
  CHECK_FALSE(read_report(child.held().report.get()).failure);
  CHECK(child.end() == ExitStatus{ExitStatus::Kind::exited, 7, false});
  CHECK(exists(scratch / "ran.txt"));
  CHECK(presence(child.id()) == Presence::gone);
}

TEST_CASE("START1 a gate that closes unopened ends the instance, and nothing is executed") {
  const Scratch scratch;
  SpawnRequest request = shell_request({"echo", "ran", ">", "ran.txt"});
  request.directory = scratch.path();
  Started child(request, false);
  child.held().gate.reset();
  CHECK(test::wait_until([&] { return presence(child.id()) == Presence::gone; }));
  CHECK_FALSE(exists(scratch / "ran.txt"));
}

TEST_CASE("LOG1 what an instance writes arrives, its environment and its directory are what was asked for") {
  const Scratch scratch;
  SpawnRequest request = shell_request({"echo", "%MARK%", "&", "cd"});
  request.environment.emplace_back("MARK=\u00e4-here");
  request.directory = scratch.path();
  Started child(request);
  REQUIRE(child.says("here"));
  CHECK(child.says(scratch.path().substr(scratch.path().rfind('/') + 1)));
}

TEST_CASE("STATE2 a program that cannot be executed is reported with errno") {
  SpawnRequest request = shell_request({});
  request.program = "C:/no/such/program.exe";
  CHECK(spawn_held(request).error().code.value() == ENOENT);
  const Scratch scratch;
  std::ofstream(scratch / "text.exe") << "no program";
  request.program = scratch / "text.exe";
  CHECK_FALSE(spawn_held(request));
  request.program = shell();
  request.argv.emplace_back(std::string("a\0b", 3));
  CHECK(spawn_held(request).error().code.value() == EINVAL);
}

TEST_CASE("ID1 a forged record does not harm the other process, and a signal to no process is an error") {
  Started child(shell_request(kWaits));
  ProcessId forged = child.id();
  forged.start_time += 1;
  CHECK(presence(forged) == Presence::gone);
  CHECK(send_signal(forged, kKillSignal).error().code.value() == ESRCH);
  CHECK(presence(child.id()) == Presence::alive);
  CHECK(send_signal(child.id(), 0));
  CHECK(send_signal({0, 0}, kKillSignal).error().code.value() == ESRCH);
  CHECK(send_signal({-1, 0}, kKillSignal).error().code.value() == ESRCH);
  CHECK_FALSE(identify(0));
  REQUIRE(send_signal(child.id(), kKillSignal));
  CHECK(child.end().has_value());
  CHECK(send_signal(child.id(), kKillSignal).error().code.value() == ESRCH);
}

TEST_CASE("STOP3 WIN4 the whole tree ends with its job, regardless of parents") {
  std::vector<std::string> words{"start", "/b"};
  words.insert(words.end(), kWaits.begin(), kWaits.end());
  words.insert(words.end(), {"&", "cmd", "/d", "/c"});
  words.insert(words.end(), kWaits.begin(), kWaits.end());
  Started child(shell_request(words));
  const ProcessId id = child.id();
  // The leader, what `start` has left, the other shell and what that one waits for.
  std::vector<Pid> tree;
  REQUIRE(test::wait_until([&] {
    tree = tree_of(std::vector<Pid>{id.pid});
    return tree.size() >= 4;
  }));
  CHECK(tree.front() == id.pid);
  CHECK(parent_of(id.pid) == current_pid());
  const Usage usage = win32::usage_of_job(id);
  CHECK(usage.processes >= 4);
  CHECK(usage.memory_bytes > 0);
  CHECK(usage_of_trees(std::vector<Pid>{id.pid}).processes >= 4);
  REQUIRE(send_signal_to_group(id, kKillSignal));
  CHECK(test::wait_until([&] { return win32::processes_in_job(id) == 0; }));
  for (const Pid pid : tree) CHECK(test::wait_until([&] { return !identify(pid); }));
}

TEST_CASE("STOP2 what outlives the leader is still in the job, and ends with it") {
  std::vector<std::string> words{"start", "/b"};
  words.insert(words.end(), kWaits.begin(), kWaits.end());
  Started child(shell_request(words));
  const ProcessId id = child.id();
  REQUIRE(child.end().has_value());
  REQUIRE(win32::processes_in_job(id) > 0);
  REQUIRE(send_signal_to_group(id, kKillSignal));
  CHECK(test::wait_until([&] { return win32::processes_in_job(id) == 0; }));
}

TEST_CASE("SUP2 a process that is not a child is reported once when it ends, and at once if its pid was reused") {
  Started child(shell_request(kWaits));
  auto loop = EventLoop::create({});
  REQUIRE(loop->watch_process(child.id(), 42));
  ProcessId forged = child.id();
  forged.start_time += 1;
  REQUIRE(loop->watch_process(forged, 5));
  const auto first = loop->wait(steady_now() + 10s);
  REQUIRE(first.size() == 1);
  CHECK(first[0].token == 5);
  REQUIRE(win32::end_job(child.id()));
  std::vector<LoopEvent> all;
  CHECK(test::wait_until([&] {
    for (const LoopEvent& event : loop->wait(steady_now() + 10ms)) all.push_back(event);
    return std::count_if(all.begin(), all.end(), [](const LoopEvent& e) { return e.token == 42; }) == 1;
  }));
}

TEST_CASE("STATE1 what a process was started with can be read from it") {
  SpawnRequest request = shell_request(kWaits);
  const Scratch scratch;
  request.environment.emplace_back("FOREVER_INSTANCE_ID=x/y/0/1");
  request.directory = scratch.path();
  const Time before = steady_now();
  Started child(request);
  const Pid pid = child.id().pid;
  CHECK(test::wait_until([&] { return environment_of(pid, "FOREVER_INSTANCE_ID") == "x/y/0/1"; }));
  CHECK_FALSE(environment_of(pid, "FOREVER_INSTANCE"));
  CHECK(arguments_of(pid) == request.argv);
  CHECK_THAT(directory_of(pid), contains(scratch.path().substr(scratch.path().rfind('/') + 1)));
  bool seen = false;
  for_each_process([&](const ProcessEntry& entry) { seen = seen || entry.id == child.id(); });
  CHECK(seen);
  CHECK(age_of(child.id()) <= steady_now() - before + 1s);  // by another clock
}

TEST_CASE("WIN programs are found by path, in the directory, along PATH, with the endings of PATHEXT") {
  const Scratch scratch;
  for (const char* name : {"tool.exe", "run.cmd", "server.js", "notes"}) std::ofstream(scratch / name) << "x";
  REQUIRE(make_private_directory(scratch / "bin"));
  std::ofstream(scratch / "bin/deep.bat") << "x";
  const auto find = [&](const std::string& name) { return find_program(name, scratch.path(), scratch / "bin"); };
  CHECK(find("tool").path == scratch / "tool.exe");
  CHECK(find("tool").executable);
  CHECK(find("TOOL.EXE").executable);
  CHECK(find("run").path == scratch / "run.cmd");
  CHECK(find("deep").path == scratch / "bin/deep.bat");
  CHECK(find("./bin/deep").executable);
  CHECK(find("bin\\deep.bat").executable);
  CHECK(find("server.js").path == scratch / "server.js");
  CHECK_FALSE(find("server.js").executable);
  CHECK(find("nothing").code == ENOENT);
  CHECK(find("").code == ENOENT);
  CHECK(find("bin").code == EISDIR);
  CHECK(find_program("cmd", scratch.path(), "").executable);
}

TEST_CASE("WIN a batch file gets its arguments, and nothing in them acts") {
  if (test::under_wine()) SKIP_CASE("Wine's cmd.exe has quoting rules of its own");
  const Scratch scratch;
  std::ofstream(scratch / "show it.cmd") << "@echo [%~1] [%~2]\r\n";
  SpawnRequest request = shell_request({});
  request.program = scratch / "show it.cmd";
  request.argv = {"show it.cmd", "a & echo hit", "%PATH%"};
  Started child(request);
  REQUIRE(child.says("]\r\n"));
  CHECK(child.output() == "[a & echo hit] [%PATH%]\r\n");
}
