// A control group of its own for an instance and all that it starts: limits that the kernel keeps, members that cannot leave, and
// an end of all of them in one act. Linux with cgroups of version 2 (cgroups(7), cgroup-v2.rst), where a subtree is ours to
// divide; elsewhere every function says that there is no such thing (ENOTSUP) or does nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/process.hpp"
#include "platform/result.hpp"

namespace forever {

struct CgroupLimits {
  std::uint64_t memory = 0;  // memory.max, bytes; 0: none
  unsigned cpu_percent = 0;  // cpu.max, of one processor: 150 is one and a half; 0: none
  [[nodiscard]] bool any() const noexcept { return memory != 0 || cpu_percent != 0; }
  friend bool operator==(const CgroupLimits&, const CgroupLimits&) = default;
};

// The group below which groups may be made: the one that this process is in, or, where it was put aside in a leaf by
// prepare_cgroups(), the one above.
struct CgroupPlace {
  std::string path;  // in the file system
  std::string name;  // in the hierarchy, "/user.slice/…"
  bool delegated =
      false;  // ours to divide: we may write to it, and it is the root of all that we see, belongs to our user,
              // or systemd has marked it so (Delegate=yes)
};
// Nothing where there is no hierarchy of version 2. `root` is prepended to every path that is read, for tests.
[[nodiscard]] std::optional<CgroupPlace> cgroup_place(const std::string& root = {});

// Whether `limits` can be kept below the place: the Error says what is missing and what helps.
[[nodiscard]] Result<CgroupPlace> place_for(const CgroupLimits& limits, const std::string& root = {});
// Makes the place ready. A group that has members cannot hand controllers down, so these are moved into a leaf first.
[[nodiscard]] Status prepare_cgroups(const CgroupPlace& place, const CgroupLimits& limits);

// Makes the group `path`, or takes one that is there, and sets its limits.
[[nodiscard]] Status make_cgroup(const std::string& path, const CgroupLimits& limits);
// Moves a process, without its children, into the group.
[[nodiscard]] Status enter_cgroup(const std::string& path, Pid pid);
[[nodiscard]] std::vector<Pid> cgroup_members(const std::string& path);
// KILL to all members and all groups below at once, so that no fork escapes; false where that cannot be (before Linux 5.14).
bool kill_cgroup(const std::string& path) noexcept;
// How many members the kernel has killed because the group was over its memory limit.
[[nodiscard]] std::uint64_t cgroup_memory_kills(const std::string& path);
// Removes the group unless it has members; true if it no longer exists.
bool remove_cgroup(const std::string& path) noexcept;
// Removes the empty groups below `place` whose names begin with this prefix.
void remove_empty_cgroups(const std::string& place, const std::string& prefix);

}  // namespace forever
