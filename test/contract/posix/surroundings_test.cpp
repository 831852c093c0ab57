// What is read of a machine, from a made-up root.
#include "platform/surroundings.hpp"

#include <filesystem>

#include "platform/users.hpp"
#include "test/contract/scratch.hpp"
#include "test/support/catch.hpp"
#include "test/support/run.hpp"

#ifdef __linux__

using namespace forever;
using forever::test::Scratch;
using forever::test::write_file;

namespace {

void put(const std::string& root, const std::string& path, const std::string& text) {
  const std::filesystem::path file = root + path;
  std::filesystem::create_directories(file.parent_path());
  write_file(file, text);
}

}  // namespace

TEST_CASE("DOCTOR5 a root with nothing in it tells nothing") {
  const Scratch scratch;
  const Surroundings found = look_around(scratch.path());
  CHECK_FALSE(found.kill_user_processes);
  CHECK_FALSE(found.lingers);
  CHECK_FALSE(found.inotify_watches);
  CHECK_FALSE(found.user_notification);
  CHECK_FALSE(found.ptrace_scope);
  CHECK_FALSE(found.cgroup_delegated);
  CHECK(found.open_files);
  CHECK(found.user == user_name(effective_uid()));
}

TEST_CASE("DOCTOR5 logind's last word counts, drop-ins in the order of their names, /etc over /run over /usr") {
  const Scratch scratch;
  const std::string root = scratch.path();
  put(root, "/etc/systemd/logind.conf", "[Login]\n#KillUserProcesses=yes\nKillOnlyUsers=me\n");
  CHECK(look_around(root).kill_user_processes == false);
  put(root, "/usr/lib/systemd/logind.conf.d/50-a.conf", "[Login]\r\n KillUserProcesses = yes \r\n");
  CHECK(look_around(root).kill_user_processes == true);
  put(root, "/run/systemd/logind.conf.d/60-b.conf", "KillUserProcesses=no");
  CHECK(look_around(root).kill_user_processes == false);
  put(root, "/etc/systemd/logind.conf.d/60-b.conf", "KillUserProcesses=true\n");
  CHECK(look_around(root).kill_user_processes == true);
  put(root, "/var/lib/systemd/linger/" + user_name(effective_uid()), "");
  CHECK(look_around(root).lingers);
}

TEST_CASE("DOCTOR5 inotify, seccomp, Yama and the cgroup are read from proc and sysfs") {
  const Scratch scratch;
  const std::string root = scratch.path();
  put(root, "/proc/sys/fs/inotify/max_user_watches", "8192\n");
  put(root, "/proc/sys/fs/inotify/max_user_instances", "16\n");
  put(root, "/proc/sys/kernel/seccomp/actions_avail", "kill_process trap errno trace log allow\n");
  put(root, "/proc/sys/kernel/yama/ptrace_scope", "3\n");
  put(root, "/proc/self/cgroup", "1:name=systemd:/x\n0::/\n");
  Surroundings found = look_around(root);
  CHECK(found.inotify_watches == 8192);
  CHECK(found.inotify_instances == 16);
  CHECK(found.user_notification == false);
  CHECK(found.ptrace_scope == 3U);
  CHECK_FALSE(found.cgroup_delegated);
  put(root, "/proc/sys/kernel/seccomp/actions_avail", "kill_process user_notif allow\n");
  put(root, "/sys/fs/cgroup/cgroup.controllers", "memory pids\n");
  found = look_around(root);
  CHECK(found.user_notification == true);
  CHECK(found.cgroup_delegated == false);
  put(root, "/sys/fs/cgroup/cgroup.subtree_control", "");
  CHECK(look_around(root).cgroup_controllers == "memory pids");
  CHECK(look_around(root).cgroup_delegated == true);
}

TEST_CASE("DOCTOR5 a disk is looked at where the directory will be, too") {
  const Scratch scratch;
  const auto here = disk_of(scratch.path());
  REQUIRE(here);
  CHECK(here->total_bytes > 0);
  CHECK(disk_of(scratch.path() + "/not/yet/there")->total_bytes == here->total_bytes);
}

#endif
