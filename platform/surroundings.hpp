// What of this machine decides whether apps live long and well: what `forever doctor` looks at.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace forever {

// Nothing if unknown, or if the system has no such feature.
struct Surroundings {
  std::optional<bool>
      kill_user_processes;  // logind.conf(5): what a user has started is killed at the end of their session
  bool lingers = false;     // loginctl enable-linger was done for this user
  std::string user;
  bool root = false;
  std::optional<std::uint64_t> inotify_watches, inotify_instances;  // inotify(7), for each user
  std::optional<std::uint64_t> open_files, open_files_most;         // RLIMIT_NOFILE, soft and hard
  std::optional<std::uint64_t> processes;                           // RLIMIT_NPROC, soft
  std::optional<bool> user_notification;                            // seccomp(2): SECCOMP_RET_USER_NOTIF is there
  std::optional<unsigned> ptrace_scope;                             // Yama
  std::optional<bool> cgroup_delegated;                             // cgroups(7), version 2: ours to divide
  std::string cgroup_controllers;                                   // "cpu memory pids": what can be limited there
};

// `root` is prepended to every path that is read, for tests; empty for the machine itself.
[[nodiscard]] Surroundings look_around(const std::string& root);

struct DiskFacts {
  std::uint64_t free_bytes = 0, total_bytes = 0;  // free: for users other than root
  std::uint64_t free_files = 0, total_files = 0;  // 0 of 0: the file system has no such number
};
// Of the file system that `path` is on; the nearest directory above where it does not exist yet.
[[nodiscard]] std::optional<DiskFacts> disk_of(std::string path);

}  // namespace forever
