// Processes by sysctl(3): identity, presence, descendants, use. There is no pidfd: a signal is sent right after the look.
#include "platform/process.hpp"

#include <signal.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "platform/bsd/process_table.hpp"

namespace forever {
namespace {

std::string text_of(const char* name) {
  std::array<char, 128> text{};
  std::size_t size = text.size() - 1;
  return ::sysctlbyname(name, text.data(), &size, nullptr, 0) == 0 ? std::string(text.data()) : std::string{};
}

std::string what(const char* kind, Pid pid) { return std::string("signal ") + kind + " " + std::to_string(pid); }

bool group_is_of(const ProcessId& leader) {
  table::Row row;
  if (table::read_row(leader.pid, row)) return row.start_time == leader.start_time && row.group == leader.pid;
  for (const table::Row& other : table::read_all()) {
    if (other.group == leader.pid && ::getsid(other.pid) == leader.pid && other.start_time >= leader.start_time) {
      return true;
    }
  }
  return false;
}

}  // namespace

HostId host_id() {
  HostId host;
  timeval boot{};
  std::size_t size = sizeof boot;
  if (::sysctlbyname("kern.boottime", &boot, &size, nullptr, 0) == 0) host.boot = std::to_string(boot.tv_sec);
#ifdef __APPLE__
  host.machine = text_of("kern.uuid");
#else
  host.machine = text_of("kern.hostuuid");
#endif
  return host;
}

std::optional<ProcessId> identify(Pid pid) {
  table::Row row;
  if (pid <= 0 || !table::read_row(pid, row)) return std::nullopt;
  return ProcessId{pid, row.start_time};
}

std::optional<ProcessId> identify_living(Pid pid) {
  const auto id = identify(pid);
  return id && presence(*id) == Presence::alive ? id : std::nullopt;
}

Presence presence(const ProcessId& id) {
  table::Row row;
  if (id.pid <= 0 || !table::read_row(id.pid, row) || row.start_time != id.start_time) return Presence::gone;
  return row.zombie ? Presence::zombie : Presence::alive;
}

Pid parent_of(Pid pid) {
  table::Row row;
  return pid > 0 && table::read_row(pid, row) ? row.parent : 0;
}

Status send_signal(const ProcessId& id, int signal) {
  if (id.pid <= 0 || identify(id.pid) != id) return error_from(ESRCH, what("process", id.pid));
  if (::kill(id.pid, signal) != 0) return last_error(what("process", id.pid));
  return Done{};
}

Status send_signal_to_group(const ProcessId& leader, int signal) {
  if (leader.pid <= 1 || !group_is_of(leader)) return error_from(ESRCH, what("process group", leader.pid));
  if (::kill(-leader.pid, signal) != 0) return last_error(what("process group", leader.pid));
  return Done{};
}

std::vector<Pid> children_of(Pid pid) {
  std::vector<Pid> children;
  for (const table::Row& row : table::read_all()) {
    if (row.parent == pid && row.pid != pid) children.push_back(row.pid);
  }
  return children;
}

std::vector<Pid> children_of_one_thread(Pid pid) { return children_of(pid); }

Usage usage_of_trees(std::span<const Pid> roots, const Border& ends) {
  Usage sum;
  for (const Pid pid : tree_of(roots, ends)) table::add_use(pid, sum);
  return sum;
}

std::uint64_t shared_once_memory(std::span<const Pid> roots, const Border& ends) {
  return usage_of_trees(roots, ends).memory_bytes;
}

std::chrono::milliseconds age_of(const ProcessId& id) {
  timeval now{};
  ::gettimeofday(&now, nullptr);
  const std::int64_t now_ms = std::int64_t{now.tv_sec} * 1000 + now.tv_usec / 1000;
  return std::chrono::milliseconds{std::max<std::int64_t>(0, now_ms - static_cast<std::int64_t>(id.start_time / 1000))};
}

void for_each_process(const std::function<void(const ProcessEntry&)>& visit) {
  for (const table::Row& row : table::read_all()) {
    visit({.id = {row.pid, row.start_time}, .parent = row.parent, .title = row.name, .cwd = {}});
  }
}

// Other processes' environments are not shown here: lost state files cannot be rebuilt on these systems.
std::vector<std::string> environment_of(Pid) { return {}; }
std::vector<std::string> arguments_of(Pid) { return {}; }
std::string directory_of(Pid) { return {}; }
std::optional<std::string> environment_of(Pid, const std::string&) { return std::nullopt; }

}  // namespace forever
