// Processes as the kernel's table shows them: identity, presence, descendants, use of memory and CPU.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "platform/result.hpp"

namespace forever {

using Pid = std::int32_t;

// One process of this boot. `start_time` is in the kernel's own unit (clock ticks since boot, field 22 of
// proc_pid_stat(5); FILETIME on Windows): an unrelated process that got the same pid has another.
struct ProcessId {
  Pid pid = 0;
  std::uint64_t start_time = 0;
  friend bool operator==(const ProcessId&, const ProcessId&) = default;
};

// Where pids have meaning. If boot, pid namespace or machine differ from a record's, its pids are not ours to touch.
struct HostId {
  std::string boot;           // /proc/sys/kernel/random/boot_id; boot time on other systems
  std::string pid_namespace;  // inode of /proc/self/ns/pid; empty where there is none
  std::string machine;        // /etc/machine-id, MachineGuid; empty if unreadable
  friend bool operator==(const HostId&, const HostId&) = default;
};
[[nodiscard]] HostId host_id();

// The same, nothing for a zombie: one look instead of two.
[[nodiscard]] std::optional<ProcessId> identify_living(Pid pid);

enum class Presence : std::uint8_t { alive, zombie, gone };

[[nodiscard]] Pid current_pid() noexcept;
// Nothing if no process has this pid. A zombie still has an identity.
[[nodiscard]] std::optional<ProcessId> identify(Pid pid);
// `gone` too when the pid now belongs to another process.
[[nodiscard]] Presence presence(const ProcessId& id);
[[nodiscard]] Pid parent_of(Pid pid);  // 0 if gone

// Sends `signal` to exactly this process: verifies the identity and signals through a pidfd where the
// kernel has them, so that no unrelated process is signalled. ESRCH if it is gone or the pid belongs to another process.
[[nodiscard]] Status send_signal(const ProcessId& id, int signal);
// Signals the process group led by `leader`, after verifying that the group's id still is the leader's
// (alive, zombie, or members of that group remain whose session is the leader's).
[[nodiscard]] Status send_signal_to_group(const ProcessId& leader, int signal);

// A predecessor of this process has started `id`: it becomes a child of this process as far as the system permits. Windows: with the handles kept in
// it, and its end is reported like a child's. false elsewhere: there its parent learns of its end.
[[nodiscard]] bool adopt_process(const ProcessId& id);

// The id of the group that `pid` is in; 0 if it is gone.
[[nodiscard]] Pid process_group_of(Pid pid) noexcept;

// Direct children of `pid` from /proc/PID/task/*/children (sysctl KERN_PROC on BSD).
[[nodiscard]] std::vector<Pid> children_of(Pid pid);
// The same for a process that is known to have one thread, like keepers and supervisors: the number need not be read.
[[nodiscard]] std::vector<Pid> children_of_one_thread(Pid pid);
// Whether two processes are in one session (setsid(2)). Windows, which has none: always.
[[nodiscard]] bool share_session(Pid one, Pid other) noexcept;

// Where a tree ends: whether `pid`, a child of `parent`, is no part of it, and so nothing below it.
using Border = std::function<bool(Pid pid, Pid parent)>;
// `roots` and everything below them, each once; parents before children. Bounded walk, no scan of the table.
[[nodiscard]] std::vector<Pid> tree_of(std::span<const Pid> roots, const Border& ends = {});

struct Usage {
  std::uint64_t memory_bytes = 0;         // resident
  std::chrono::milliseconds cpu_time{0};  // user + system since the processes' start
  std::size_t processes = 0;
  bool runnable = false;  // one of them uses the processor now, or waits for it; only Linux tells
};
// Sum over the trees below `roots`, the roots included.
[[nodiscard]] Usage usage_of_trees(std::span<const Pid> roots, const Border& ends = {});

// The memory of these trees with each page that several processes share counted once (the sum of Pss of proc_pid_smaps(5)); where
// the system does not tell, as in Usage. It costs a walk through the page tables of each process: for several processes alone.
[[nodiscard]] std::uint64_t shared_once_memory(std::span<const Pid> roots, const Border& ends = {});

// How long ago the process started.
[[nodiscard]] std::chrono::milliseconds age_of(const ProcessId& id);

// Walks the whole process table. For the rare paths only (state files lost); never in `list`'s common path.
struct ProcessEntry {
  ProcessId id;
  Pid parent = 0;
  std::string title;  // argv joined by spaces as /proc/PID/cmdline shows it
  std::string cwd;    // empty if unreadable
};
void for_each_process(const std::function<void(const ProcessEntry&)>& visit);
// One variable of a process's initial environment, if it can be read.
[[nodiscard]] std::optional<std::string> environment_of(Pid pid, const std::string& name);
// All of it, "K=V"; empty if it cannot be read.
[[nodiscard]] std::vector<std::string> environment_of(Pid pid);
// Its argv, and its current directory; empty if they cannot be read.
[[nodiscard]] std::vector<std::string> arguments_of(Pid pid);
[[nodiscard]] std::string directory_of(Pid pid);

}  // namespace forever
