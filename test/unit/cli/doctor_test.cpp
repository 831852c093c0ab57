// What the doctor makes of a machine: a line of table for each thing that can be wrong.
#include "cli/doctor/doctor.hpp"

#include <algorithm>
#include <functional>

#include "test/support/catch.hpp"

using namespace forever;
using namespace forever::cli;
using forever::test::contains;

namespace {

using Level = Finding::Level;

Surroundings healthy() {
  Surroundings machine;
  machine.kill_user_processes = false;
  machine.user = "me";
  machine.inotify_watches = 524288;
  machine.inotify_instances = 512;
  machine.open_files = 4096;
  machine.open_files_most = 1048576;
  machine.processes = 10000;
  machine.user_notification = true;
  machine.ptrace_scope = 1;
  machine.cgroup_delegated = true;
  machine.cgroup_controllers = "cpuset cpu io memory";
  return machine;
}

const ExaminedDisk kRoom{"the state directory /x", DiskFacts{50ULL << 30U, 100ULL << 30U, 1000, 2000}};

// The findings that are not ok.
std::vector<Finding> complaints(const Surroundings& machine, const ExaminedDisk& disk = kRoom,
                                const std::vector<ExaminedApp>& apps = {}) {
  std::vector<Finding> findings = examine(machine, {disk}, apps);
  std::erase_if(findings, [](const Finding& finding) { return finding.level == Level::ok; });
  return findings;
}

ExaminedApp examined(const std::string& state) {
  ExaminedApp made;
  made.name = "web";
  made.state = state;
  return made;
}

}  // namespace

TEST_CASE("DOCTOR1 on a healthy machine everything is ok, and every check is named") {
  CHECK(complaints(healthy(), kRoom, {examined("online"), examined("stopped")}).empty());
  std::vector<std::string> checks;
  for (const Finding& finding : examine(healthy(), {kRoom}, {})) checks.push_back(finding.check);
  CHECK(checks == std::vector<std::string>{"logind", "inotify", "ulimit", "seccomp", "cgroup", "disk", "state"});
  for (const Finding& finding : examine(healthy(), {kRoom}, {})) CHECK(finding.remedy.empty());
}

TEST_CASE("DOCTOR2 each thing that can be wrong is found alone, with its remedy") {
  struct Case {
    const char* check;
    Level level;
    const char* remedy;
    std::function<void(Surroundings&)> spoil;
  };
  const std::vector<Case> cases{
      {"logind", Level::wrong, "loginctl enable-linger me", [](auto& m) { m.kill_user_processes = true; }},
      {"inotify", Level::wrong, "fs.inotify.max_user_watches", [](auto& m) { m.inotify_watches = 8192; }},
      {"inotify", Level::wrong, "fs.inotify.max_user_instances", [](auto& m) { m.inotify_instances = 16; }},
      {"ulimit", Level::wrong, "ulimit -n 4096", [](auto& m) { m.open_files = 256; }},
      {"ulimit", Level::wrong, "limits.d", [](auto& m) { m.open_files = m.open_files_most = 256; }},
      {"ulimit", Level::wrong, "nproc", [](auto& m) { m.processes = 100; }},
      {"seccomp", Level::note, "FOREVER_INSTANCE", [](auto& m) { m.user_notification = false; }},
      {"seccomp", Level::note, "FOREVER_INSTANCE", [](auto& m) { m.user_notification.reset(); }},
      {"seccomp", Level::note, "ptrace_scope", [](auto& m) { m.ptrace_scope = 3; }},
      {"cgroup", Level::note, "Delegate=yes", [](auto& m) { m.cgroup_delegated = false; }},
      {"cgroup", Level::note, "unified_cgroup_hierarchy", [](auto& m) { m.cgroup_delegated.reset(); }},
      {"cgroup", Level::note, "Delegate=memory cpu", [](auto& m) { m.cgroup_controllers = "cpuset memory"; }},
      {"cgroup", Level::note, "Delegate=memory cpu", [](auto& m) { m.cgroup_controllers = "cpu"; }},
  };
  for (const Case& one : cases) {
    Surroundings machine = healthy();
    one.spoil(machine);
    const auto found = complaints(machine);
    INFO(one.check << ": " << one.remedy);
    REQUIRE(found.size() == 1);
    CHECK(found.front().check == one.check);
    CHECK(found.front().level == one.level);
    CHECK_THAT(found.front().remedy, contains(one.remedy));
  }
  Surroundings lingering = healthy();
  lingering.kill_user_processes = true;
  lingering.lingers = true;
  CHECK(complaints(lingering).empty());
  lingering.lingers = false;
  lingering.root = true;
  CHECK(complaints(lingering).empty());
}

TEST_CASE("DOCTOR3 a disk with hardly a byte or a file left is wrong, a small one that is empty is not") {
  const auto disk = [](std::uint64_t bytes, std::uint64_t of, std::uint64_t files, std::uint64_t of_files) {
    return complaints(healthy(), {"x", DiskFacts{bytes, of, files, of_files}});
  };
  CHECK(disk(0, 100ULL << 30U, 10, 20).size() == 1);
  CHECK(disk(10U << 20U, 100ULL << 30U, 10, 20).size() == 1);
  CHECK(disk(30U << 20U, 40U << 20U, 10, 20).empty());
  CHECK(disk(50ULL << 30U, 100ULL << 30U, 5, 1000).size() == 1);
  CHECK(disk(50ULL << 30U, 100ULL << 30U, 0, 0).empty());
  CHECK(complaints(healthy(), {"x", std::nullopt}).size() == 1);
}

TEST_CASE(
    "DOCTOR4 apps that are damaged, foreign, errored, unsupervised, not started since a boot or of another version are "
    "named") {
  const auto found = [](const ExaminedApp& one) {
    const auto findings = complaints(healthy(), kRoom, {one});
    REQUIRE(findings.size() == 1);
    CHECK(findings.front().level == Level::wrong);
    CHECK_THAT(findings.front().text, contains("web"));
    CHECK_FALSE(findings.front().remedy.empty());
    return findings.front();
  };
  ExaminedApp one = examined("stopped");
  one.trouble = "spec.json is damaged";
  CHECK(found(one).check == "state");
  one = examined("unsupervised");
  found(one);
  one = examined("errored");
  found(one);
  one = examined("online");
  one.foreign = true;
  found(one);
  one = examined("stopped");
  one.wanted = true;
  found(one);
  one = examined("online");
  one.other_binary = true;
  CHECK(found(one).check == "version");
}

TEST_CASE("SUP10 apps in a crash loop are named with the reason, and one that fails now and then is noted") {
  for (const char* state : {"crashing", "backoff"}) {
    ExaminedApp one = examined(state);
    one.last_failure = "exit 1 after 1.2s";
    const auto findings = complaints(healthy(), kRoom, {one});
    REQUIRE(findings.size() == 1);
    CHECK(findings.front().level == Level::wrong);
    CHECK_THAT(findings.front().text, contains("web") && contains("exit 1 after 1.2s"));
  }
  ExaminedApp seldom = examined("online");
  seldom.last_failure = "exit 1 after 50s";
  seldom.failures = 4;
  CHECK(complaints(healthy(), kRoom, {seldom}).empty());
  seldom.failures = 10;
  const auto findings = complaints(healthy(), kRoom, {seldom});
  REQUIRE(findings.size() == 1);
  CHECK(findings.front().level == Level::note);
  CHECK_THAT(findings.front().text, contains("10 times within an hour: exit 1 after 50s"));
}
