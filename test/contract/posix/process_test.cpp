// Processes: identity, presence, signals that hit no other process, trees and their use.
#include "platform/process.hpp"

#include <algorithm>
#include <thread>

#include "platform/clock.hpp"
#include "test/contract/posix/started.hpp"
#include "test/support/catch.hpp"
#include "test/support/process.hpp"

namespace forever {
namespace {

using test::child_request;
using test::Started;
using test::wait_until;

// The number behind "WORD " in what the child says.
Pid number_after(Started& child, const std::string& word) {
  REQUIRE(child.says(word + " "));
  REQUIRE(wait_until([&] { return child.output().find('\n', child.output().find(word + " ")) != std::string::npos; }));
  return std::stoi(child.output().substr(child.output().find(word + " ") + word.size() + 1));
}

TEST_CASE("a process has an identity, also as a zombie, and then none") {
  Started child("wait");
  const auto id = identify(child.id().pid);
  REQUIRE(id);
  CHECK(*id == child.id());
  CHECK(presence(*id) == Presence::alive);
  CHECK(parent_of(id->pid) == current_pid());
  ::kill(id->pid, SIGKILL);
  REQUIRE(wait_until([&] { return presence(*id) == Presence::zombie; }));
  CHECK(identify(id->pid) == id);
  CHECK(child.end() == ExitStatus{ExitStatus::Kind::signalled, SIGKILL, false});
  CHECK(presence(*id) == Presence::gone);
  CHECK_FALSE(identify(id->pid));
  CHECK(parent_of(id->pid) == 0);
}

TEST_CASE("there is no process with an impossible pid") {
  CHECK_FALSE(identify(0));
  CHECK_FALSE(identify(-1));
  CHECK(presence({0, 1}) == Presence::gone);
  CHECK_FALSE(send_signal({0, 0}, 0));
  CHECK_FALSE(send_signal({-1, 0}, 0));
  CHECK_FALSE(send_signal_to_group({0, 0}, 0));
  CHECK_FALSE(send_signal_to_group({1, 0}, 0));
}

TEST_CASE("ID1 a forged record does not harm the other process") {
  Started child("trap", "TERM", "say", "ready", "wait");
  REQUIRE(child.says("ready"));
  ProcessId forged = child.id();
  forged.start_time += 1;
  CHECK(presence(forged) == Presence::gone);
  CHECK(send_signal(forged, SIGKILL).error().code.value() == ESRCH);
  CHECK(send_signal_to_group(forged, SIGKILL).error().code.value() == ESRCH);
  REQUIRE(send_signal(child.id(), SIGTERM));
  CHECK(child.says("signal TERM"));
  CHECK(presence(child.id()) == Presence::alive);
}

TEST_CASE("a signal to a dead process is an error") {
  Started child("exit", "0");
  (void)child.end();
  CHECK(send_signal(child.id(), SIGTERM).error().code.value() == ESRCH);
  CHECK(send_signal_to_group(child.id(), SIGTERM).error().code.value() == ESRCH);
}

TEST_CASE("STOP2 a group is signalled while its leader lives, as a zombie, and when only members remain") {
  Started child("fork", "trap", "TERM", "say", "member", "wait", "end", "trap", "TERM", "say", "leader", "wait");
  const Pid member = number_after(child, "forked");
  REQUIRE(child.says("leader"));
  REQUIRE(child.says("member"));
  const auto heard = [&] {
    const std::string& text = child.output();
    int count = 0;
    for (std::size_t at = 0; (at = text.find("signal TERM", at)) != std::string::npos; ++at) ++count;
    return count;
  };
  REQUIRE(send_signal_to_group(child.id(), SIGTERM));
  CHECK(wait_until([&] { return heard() == 2; }));
  REQUIRE(send_signal(child.id(), SIGKILL));
  REQUIRE(wait_until([&] { return presence(child.id()) == Presence::zombie; }));
  REQUIRE(send_signal_to_group(child.id(), SIGTERM));
  CHECK(wait_until([&] { return heard() == 3; }));
  (void)child.end();
  REQUIRE(send_signal_to_group(child.id(), SIGTERM));
  CHECK(wait_until([&] { return heard() == 4; }));
  REQUIRE(send_signal_to_group(child.id(), SIGKILL));
  CHECK(wait_until([&] { return !test::alive(member); }));
}

TEST_CASE("a process that leads no group has none to be signalled") {
  SpawnRequest request = child_request({"say", "ready", "wait"});
  request.session = SpawnRequest::Session::shared;
  Started child(request);
  REQUIRE(child.says("ready"));
  CHECK(send_signal_to_group(child.id(), SIGKILL).error().code.value() == ESRCH);
  CHECK(presence(child.id()) == Presence::alive);
}

TEST_CASE("STOP3 the tree below a process holds children of its threads, and theirs, once each") {
  Started child("fork", "fork", "say", "deep", "wait", "end", "wait", "end", "session", "wait", "end", "wait");
  REQUIRE(child.says("deep"));
  REQUIRE(wait_until([&] { return tree_of(std::vector<Pid>{child.id().pid}).size() == 4; }));
  const auto tree = tree_of(std::vector<Pid>{child.id().pid, child.id().pid});
  REQUIRE(tree.size() == 4);
  CHECK(tree[0] == child.id().pid);
  CHECK(children_of(child.id().pid).size() == 2);
  CHECK(children_of_one_thread(child.id().pid) == children_of(child.id().pid));
  for (std::size_t i = 1; i < tree.size(); ++i) {
    CHECK(std::find(tree.begin(), tree.begin() + static_cast<std::ptrdiff_t>(i), parent_of(tree[i])) != tree.end());
  }
  CHECK(usage_of_trees(tree).processes == 4);  // each once, whatever the roots
  for (const Pid pid : tree) ::kill(pid, SIGKILL);
}

TEST_CASE("children that another thread forked are found") {
  pid_t pid = 0;
  std::atomic<bool> done = false;
  std::thread other([&] {
    pid = ::fork();
    if (pid == 0) {
      ::pause();
      ::_exit(0);
    }
    (void)wait_until([&] { return done.load(); });
  });
  REQUIRE(wait_until([&] {
    const auto children = children_of(current_pid());
    return std::find(children.begin(), children.end(), pid) != children.end() && pid != 0;
  }));
  done = true;
  ::kill(pid, SIGKILL);
  other.join();
  (void)test::end_of(pid);
}

TEST_CASE("MON1 memory and processor time are of the whole tree") {
  Started child("fork", "allocate", "33554432", "burn", "100", "say", "full", "wait", "end", "wait");
  REQUIRE(child.says("full"));
  const std::vector<Pid> roots{child.id().pid};
  const Usage usage = usage_of_trees(roots);
  CHECK(usage.processes == 2);
  CHECK(usage.memory_bytes >= 33554432);
  CHECK(usage.memory_bytes < 2 * 33554432);
  CHECK(usage.cpu_time >= std::chrono::milliseconds{60});
  CHECK(usage.cpu_time < std::chrono::seconds{5});
  for (const Pid pid : tree_of(roots)) ::kill(pid, SIGKILL);
}

TEST_CASE("a process's age counts from its start") {
  const Time before = steady_now();
  Started child("wait");
  const auto young = age_of(child.id());
  CHECK(young <= steady_now() - before + std::chrono::milliseconds{50});  // the kernel counts in ticks
  CHECK(wait_until([&] { return age_of(child.id()) >= young + std::chrono::milliseconds{30}; }));
}

TEST_CASE("STATE1 where pids have meaning is known") {
  const HostId host = host_id();
  CHECK(host.boot.size() == 36);
  CHECK_FALSE(host.pid_namespace.empty());
  CHECK(host == host_id());
}

TEST_CASE("STATE1 the process table shows titles, directories and markers") {
  SpawnRequest request = child_request({"say", "ready", "wait", "--", "a b"});
  request.environment = {"FOREVER_INSTANCE_ID=x/y/0/1", "FOREVER_INSTANCE_IDX=no"};
  request.directory = "/tmp";
  Started child(request);
  REQUIRE(child.says("ready"));
  bool seen = false;
  for_each_process([&](const ProcessEntry& entry) {
    if (entry.id.pid != child.id().pid) return;
    seen = true;
    CHECK(entry.id == child.id());
    CHECK(entry.parent == current_pid());
    CHECK(entry.title == "child say ready wait -- a b");
    CHECK(entry.cwd == "/tmp");
  });
  CHECK(seen);
  CHECK(environment_of(child.id().pid, "FOREVER_INSTANCE_ID") == "x/y/0/1");
  CHECK_FALSE(environment_of(child.id().pid, "FOREVER_INSTANCE"));
  CHECK_FALSE(environment_of(child.id().pid, "NOPE"));
}

}  // namespace
}  // namespace forever
