// Processes by proc(5): identity, presence, descendants, use. What a signal needs is in signal_process.cpp.
#include "platform/process.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <unordered_set>

#include "platform/files.hpp"
#include "platform/linux/proc.hpp"
#include "platform/posix/sys.hpp"

namespace forever {
namespace {

constexpr std::size_t kLargestTree = 1U << 16U;  // processes; a bound for a table that changes while it is read

bool is_dead(char state) noexcept { return state == 'Z' || state == 'X' || state == 'x'; }

std::string without_newline(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

void append_children(const char* path, std::vector<Pid>& into) {
  const std::string list = proc::read_whole(path);
  const char* at = list.data();
  const char* const end = at + list.size();
  while (at < end) {
    Pid pid = 0;
    const auto [next, error] = std::from_chars(at, end, pid);
    if (error == std::errc{}) into.push_back(pid);
    at = next + 1;
  }
}

// Threads of `pid`, told by the link count of its task directory without reading it.
bool single_threaded(Pid pid) noexcept {
  std::array<char, 32> path{};
  std::snprintf(path.data(), path.size(), "/proc/%d/task", pid);
  struct stat found {};
  return sys::stat(path.data(), &found) != 0 || found.st_nlink <= 3;
}

void append_children_of(Pid pid, bool one_thread, std::vector<Pid>& into) {
  std::array<char, 64> path{};
  if (one_thread) {
    std::snprintf(path.data(), path.size(), "/proc/%d/task/%d/children", pid, pid);
    append_children(path.data(), into);
    return;
  }
  std::snprintf(path.data(), path.size(), "/proc/%d/task", pid);
  for (const std::string& thread : list_directory(path.data())) {
    std::snprintf(path.data(), path.size(), "/proc/%d/task/%.16s/children", pid, thread.c_str());
    append_children(path.data(), into);
  }
}

std::string link_target(const char* path) {
  std::string target(4096, '\0');
  const ssize_t size = sys::readlink(path, target.data(), target.size());
  target.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return target;
}

// The strings of a file under /proc/PID, each ended by a NUL.
std::vector<std::string> strings_in(Pid pid, const char* file) {
  std::array<char, 40> path{};
  std::snprintf(path.data(), path.size(), "/proc/%d/%s", pid, file);
  const std::string all = proc::read_whole(path.data());
  std::vector<std::string> strings;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = std::min(all.find('\0', at), all.size());
    strings.push_back(all.substr(at, end - at));
    at = end + 1;
  }
  return strings;
}

std::chrono::milliseconds from_ticks(std::uint64_t ticks) noexcept {
  static const long a_second = ::sysconf(_SC_CLK_TCK);
  return std::chrono::milliseconds{static_cast<std::int64_t>(ticks) * 1000 / a_second};
}

void add_use(const proc::Stat& stat, Usage& sum) noexcept {
  static const long page = ::sysconf(_SC_PAGESIZE);
  sum.memory_bytes += stat.resident_pages * static_cast<std::uint64_t>(page);
  sum.cpu_time += from_ticks(stat.user_ticks + stat.system_ticks);
  ++sum.processes;
}

}  // namespace

HostId host_id() {
  HostId host;
  host.boot = without_newline(proc::read_whole("/proc/sys/kernel/random/boot_id"));
  struct stat space {};
  if (sys::stat("/proc/self/ns/pid", &space) == 0) host.pid_namespace = std::to_string(space.st_ino);
  host.machine = without_newline(proc::read_whole("/etc/machine-id"));
  return host;
}

std::optional<ProcessId> identify(Pid pid) {
  proc::Stat stat;
  if (pid <= 0 || !proc::read_stat(pid, stat)) return std::nullopt;
  return ProcessId{pid, stat.start_time};
}

std::optional<ProcessId> identify_living(Pid pid) {
  proc::Stat stat;
  if (pid <= 0 || !proc::read_stat(pid, stat) || is_dead(stat.state)) return std::nullopt;
  return ProcessId{pid, stat.start_time};
}

Presence presence(const ProcessId& id) {
  proc::Stat stat;
  if (id.pid <= 0) return Presence::gone;
  if (!proc::read_stat(id.pid, stat)) {
    // Only ESRCH from the kernel means gone; a full descriptor table does not.
    return errno == ENOENT || errno == ESRCH ? Presence::gone : Presence::alive;
  }
  if (stat.start_time != id.start_time) return Presence::gone;
  return is_dead(stat.state) ? Presence::zombie : Presence::alive;
}

Pid parent_of(Pid pid) {
  proc::Stat stat;
  return pid > 0 && proc::read_stat(pid, stat) ? stat.parent : 0;
}

std::vector<Pid> children_of(Pid pid) {
  std::vector<Pid> children;
  append_children_of(pid, single_threaded(pid), children);
  return children;
}

std::vector<Pid> children_of_one_thread(Pid pid) {
  std::vector<Pid> children;
  append_children_of(pid, true, children);
  return children;
}

Usage usage_of_trees(std::span<const Pid> roots, const Border& ends) {
  Usage sum;
  std::vector<Pid> tree(roots.begin(), roots.end());
  std::unordered_set<Pid> seen;
  for (std::size_t at = 0; at < tree.size() && at < kLargestTree; ++at) {
    // One read for each process returns its use, and whether its children are in more than one file.
    proc::Stat stat;
    if (tree[at] <= 0 || !seen.insert(tree[at]).second || !proc::read_stat(tree[at], stat)) continue;
    if (is_dead(stat.state)) continue;
    add_use(stat, sum);
    sum.runnable = sum.runnable || stat.state == 'R';
    const std::size_t children = tree.size();
    append_children_of(tree[at], stat.threads == 1, tree);
    if (!ends || tree.size() == children) continue;
    const auto first = tree.begin() + static_cast<std::ptrdiff_t>(children);
    tree.erase(std::remove_if(first, tree.end(), [&](Pid child) { return ends(child, tree[at]); }), tree.end());
  }
  return sum;
}

std::uint64_t shared_once_memory(std::span<const Pid> roots, const Border& ends) {
  static const long page = ::sysconf(_SC_PAGESIZE);
  std::uint64_t sum = 0;
  for (const Pid pid : tree_of(roots, ends)) {
    std::array<char, 40> path{};
    std::snprintf(path.data(), path.size(), "/proc/%d/smaps_rollup", pid);
    const std::string rollup = proc::read_whole(path.data());
    const std::size_t at = rollup.find("\nPss:");
    unsigned long long kilobytes = 0;
    proc::Stat stat;
    if (at != std::string::npos && std::sscanf(rollup.c_str() + at, "\nPss: %llu", &kilobytes) == 1) {
      sum += kilobytes * 1024;
    } else if (proc::read_stat(pid, stat) && !is_dead(stat.state)) {
      sum += stat.resident_pages * static_cast<std::uint64_t>(page);
    }
  }
  return sum;
}

std::chrono::milliseconds age_of(const ProcessId& id) {
  // Start times count from boot with the time in suspend (proc_pid_stat(5), field 22).
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  const auto since_boot = std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
  const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(since_boot) - from_ticks(id.start_time);
  return std::max(age, std::chrono::milliseconds{0});
}

void for_each_process(const std::function<void(const ProcessEntry&)>& visit) {
  std::array<char, 64> path{};
  for (const std::string& name : list_directory("/proc")) {
    Pid pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    proc::Stat stat;
    if (error != std::errc{} || *end != '\0' || !proc::read_stat(pid, stat)) continue;
    ProcessEntry entry;
    entry.id = {pid, stat.start_time};
    entry.parent = stat.parent;
    std::snprintf(path.data(), path.size(), "/proc/%d/cmdline", pid);
    entry.title = proc::read_whole(path.data());
    while (!entry.title.empty() && entry.title.back() == '\0') entry.title.pop_back();
    for (char& c : entry.title) {
      if (c == '\0') c = ' ';
    }
    std::snprintf(path.data(), path.size(), "/proc/%d/cwd", pid);
    entry.cwd = link_target(path.data());
    visit(entry);
  }
}

std::vector<std::string> environment_of(Pid pid) { return strings_in(pid, "environ"); }

std::vector<std::string> arguments_of(Pid pid) { return strings_in(pid, "cmdline"); }

std::string directory_of(Pid pid) {
  std::array<char, 32> path{};
  std::snprintf(path.data(), path.size(), "/proc/%d/cwd", pid);
  return link_target(path.data());
}
std::optional<std::string> environment_of(Pid pid, const std::string& name) {
  for (std::string& entry : environment_of(pid)) {
    if (entry.size() > name.size() && entry[name.size()] == '=' && entry.starts_with(name))
      return entry.substr(name.size() + 1);
  }
  return std::nullopt;
}

}  // namespace forever
