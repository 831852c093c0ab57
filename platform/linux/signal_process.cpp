// Signals that cannot hit an unrelated process: the identity is verified after the process has been pinned.
#include <charconv>
#include <string>

#include <sys/syscall.h>

#include "platform/files.hpp"
#include "platform/handle.hpp"
#include "platform/linux/proc.hpp"
#include "platform/posix/sys.hpp"
#include "platform/process.hpp"

namespace forever {
namespace {

int pidfd_open(Pid pid) noexcept {
  return fault::guarded("pidfd_open", -1,
                        [&]() noexcept { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); });
}

int pidfd_send_signal(int process, int signal) noexcept {
  return fault::guarded("pidfd_send_signal", -1, [&]() noexcept {
    return static_cast<int>(::syscall(SYS_pidfd_send_signal, process, signal, nullptr, 0));
  });
}

std::string doing(int signal, Pid pid) {
  return "signal process " + std::to_string(pid) + " with " + std::to_string(signal);
}

bool no_descriptor_left(int code) noexcept { return code == EMFILE || code == ENFILE || code == ENOMEM; }

// No other process can have the pid of a child that has not been reaped; this needs no descriptor.
bool is_unreaped_child(Pid pid) noexcept {
  const int code = errno;
  siginfo_t info{};
  const bool ours = sys::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0;
  errno = code;
  return ours;
}

// What is left of a group whose leader has been reaped: a member of the leader's session, not older than the leader.
bool group_outlives(const ProcessId& leader) {
  for (const std::string& name : list_directory("/proc")) {
    Pid pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    proc::Stat stat;
    if (error != std::errc{} || *end != '\0' || !proc::read_stat(pid, stat)) continue;
    if (stat.group == leader.pid && stat.session == leader.pid && stat.start_time >= leader.start_time) return true;
  }
  return false;
}

bool group_is_of(const ProcessId& leader) {
  proc::Stat stat;
  // While the leader has not been reaped, its pid cannot be another's; while the group has members, neither.
  if (proc::read_stat(leader.pid, stat)) return stat.start_time == leader.start_time && stat.group == leader.pid;
  return sys::kill(-leader.pid, 0) == 0 && group_outlives(leader);
}

}  // namespace

Status send_signal(const ProcessId& id, int signal) {
  if (id.pid <= 0) return error_from(ESRCH, doing(signal, id.pid));
  const Handle pinned(pidfd_open(id.pid));
  // Before Linux 5.3, or where a filter forbids the call, kill(2) right after the look is the best there is.
  if (!pinned && errno == ESRCH) return last_error(doing(signal, id.pid));
  proc::Stat stat;
  if (proc::read_stat(id.pid, stat)) {
    if (stat.start_time != id.start_time) return error_from(ESRCH, doing(signal, id.pid));
  } else if (!no_descriptor_left(errno) || !is_unreaped_child(id.pid)) {
    return error_from(errno == ENOENT ? ESRCH : errno, doing(signal, id.pid));
  }
  const int sent = pinned ? pidfd_send_signal(pinned.get(), signal) : sys::kill(id.pid, signal);
  if (sent != 0) return last_error(doing(signal, id.pid));
  return Done{};
}

Status send_signal_to_group(const ProcessId& leader, int signal) {
  const auto what = [&] { return "signal process group " + std::to_string(leader.pid); };
  if (leader.pid <= 1 || !group_is_of(leader)) return error_from(ESRCH, what());
  if (sys::kill(-leader.pid, signal) != 0) return last_error(what());
  return Done{};
}

}  // namespace forever
