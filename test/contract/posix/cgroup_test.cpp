// Where groups may be made is read from a made-up root; making, entering, killing and removing them is tried for real where this
// machine lets us.
#ifdef __linux__

#include "platform/cgroup.hpp"

#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "test/contract/scratch.hpp"
#include "test/support/catch.hpp"
#include "test/support/run.hpp"
#include "test/support/wait.hpp"

using namespace forever;
using forever::test::contains;
using forever::test::read_file;
using forever::test::Scratch;
using forever::test::wait_until;
using forever::test::write_file;
namespace fs = std::filesystem;

namespace {

// A machine whose process is in the group `own`; controllers below `mount`.
struct Machine {
  explicit Machine(const std::string& lines, const std::string& group = "/sys/fs/cgroup",
                   const std::string& controllers = "cpu io memory pids\n") {
    put("/proc/self/cgroup", lines);
    put(group + "/cgroup.controllers", controllers);
    put(group + "/cgroup.subtree_control", "");
  }
  void put(const std::string& path, const std::string& text) const {
    const fs::path file = scratch.path() + path;
    fs::create_directories(file.parent_path());
    write_file(file, text);
  }
  [[nodiscard]] std::string text(const std::string& path) const { return read_file(scratch.path() + path); }
  [[nodiscard]] std::string refusal(const CgroupLimits& limits) const {
    const auto place = place_for(limits, scratch.path());
    return place ? "" : place.error().message();
  }
  Scratch scratch;
};

constexpr CgroupLimits kBoth{100U << 20U, 150};

}  // namespace

TEST_CASE("CGROUP1 the place is this process's group, in either form of the hierarchy, or the one above the leaf") {
  CHECK_FALSE(cgroup_place(Scratch{}.path()));
  const Machine unified("0::/\n");
  REQUIRE(cgroup_place(unified.scratch.path()));
  CHECK(cgroup_place(unified.scratch.path())->path == unified.scratch.path() + "/sys/fs/cgroup");
  CHECK(cgroup_place(unified.scratch.path())->name == "/");
  CHECK(cgroup_place(unified.scratch.path())->delegated);

  const Machine hybrid("12:memory:/x\n1:name=systemd:/y\n0::/a/b\n", "/sys/fs/cgroup/unified/a/b");
  CHECK(cgroup_place(hybrid.scratch.path())->name == "/a/b");
  CHECK(cgroup_place(hybrid.scratch.path())->path == hybrid.scratch.path() + "/sys/fs/cgroup/unified/a/b");
  CHECK_FALSE(cgroup_place(Machine("12:memory:/x\n", "/sys/fs/cgroup").scratch.path()));

  CHECK(cgroup_place(Machine("0::/a/forever-others\n", "/sys/fs/cgroup/a").scratch.path())->name == "/a");
  CHECK(cgroup_place(Machine("0::/forever-others\n").scratch.path())->name == "/");
}

TEST_CASE("CGROUP2 what is missing is reported with a remedy") {
  CHECK(Machine("0::/\n").refusal(kBoth).empty());
  CHECK_THAT(Machine("1:x:/\n").refusal(kBoth), contains("no cgroups of version 2"));
  CHECK_THAT(Machine("0::/\n", "/sys/fs/cgroup", "cpu pids\n").refusal(kBoth), contains("the memory controller"));
  CHECK_THAT(Machine("0::/\n", "/sys/fs/cgroup", "cpuset memory\n").refusal(kBoth), contains("the cpu controller"));
  CHECK(Machine("0::/\n", "/sys/fs/cgroup", "memory\n").refusal({1, 0}).empty());
  const Machine foreign("0::/system.slice/ssh.service\n", "/sys/fs/cgroup/system.slice/ssh.service");
  // Root could divide any group; only what systemd has marked is meant to be divided.
  if (::geteuid() == 0) CHECK_THAT(foreign.refusal(kBoth), contains("not delegated"));
  if (::geteuid() == 0) CHECK_THAT(foreign.refusal(kBoth), contains("Delegate=yes"));
  const std::string group = foreign.scratch.path() + "/sys/fs/cgroup/system.slice/ssh.service";
  if (::setxattr(group.c_str(), "user.delegate", "1", 1, 0) == 0) CHECK(foreign.refusal(kBoth).empty());
}

TEST_CASE("CGROUP3 controllers are handed down once, and limits are written as the kernel reads them") {
  const Machine machine("0::/\n");
  const std::string place = machine.scratch.path() + "/sys/fs/cgroup";
  REQUIRE(prepare_cgroups({place, "/", true}, {1, 0}));
  CHECK(machine.text("/sys/fs/cgroup/cgroup.subtree_control") == "+memory");
  machine.put("/sys/fs/cgroup/cgroup.subtree_control", "cpu memory\n");
  REQUIRE(prepare_cgroups({place, "/", true}, kBoth));
  CHECK(machine.text("/sys/fs/cgroup/cgroup.subtree_control") == "cpu memory\n");

  for (const char* file : {"memory.max", "cpu.max"}) machine.put(std::string{"/sys/fs/cgroup/x/"} + file, "");
  REQUIRE(make_cgroup(place + "/x", kBoth));
  CHECK(machine.text("/sys/fs/cgroup/x/memory.max") == "104857600");
  CHECK(machine.text("/sys/fs/cgroup/x/cpu.max") == "150000 100000");
  machine.put("/sys/fs/cgroup/x/memory.events", "low 0\noom 3\noom_kill 2\noom_group_kill 0\n");
  CHECK(cgroup_memory_kills(place + "/x") == 2);
  CHECK(cgroup_memory_kills(place + "/none") == 0);
  machine.put("/sys/fs/cgroup/x/cgroup.procs", "12\n0\n7\n");
  CHECK(cgroup_members(place + "/x") == std::vector<Pid>{12, 7});

  // Without a controller its file is not there: refused, and nothing stays.
  CHECK_FALSE(make_cgroup(place + "/y", kBoth));
  CHECK_FALSE(fs::exists(place + "/y"));
}

TEST_CASE("CGROUP4 a group is entered, its tree is killed at once, and it is removed when it is empty") {
  const auto place = cgroup_place();
  if (!place || !place->delegated) SKIP_CASE("no cgroup here is ours to divide");
  const std::string prefix = "forever-test:" + std::to_string(::getpid()) + ":";
  const std::string path = place->path + "/" + prefix + "0";
  if (const Status made = make_cgroup(path, {}); !made) SKIP_CASE("no group can be made: " + made.error().message());

  const pid_t child = ::fork();
  if (child == 0) {
    ::setsid();
    for (;;) ::pause();
  }
  REQUIRE(enter_cgroup(path, child));
  CHECK(cgroup_members(path) == std::vector<Pid>{child});
  CHECK_FALSE(remove_cgroup(path));
  remove_empty_cgroups(place->path, prefix);
  CHECK(fs::exists(path));

  if (!kill_cgroup(path)) ::kill(child, SIGKILL);  // before Linux 5.14
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WTERMSIG(status) == SIGKILL);
  CHECK(wait_until([&] { return cgroup_members(path).empty(); }));
  CHECK_FALSE(enter_cgroup(path, child));
  REQUIRE(make_cgroup(path, {}));  // one that is there is taken
  remove_empty_cgroups(place->path, prefix);
  CHECK_FALSE(fs::exists(path));
  CHECK(remove_cgroup(path));
  CHECK_FALSE(kill_cgroup(path));
}

#endif
