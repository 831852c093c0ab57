// Reading the process table where there is no /proc. macOS and FreeBSD name the same things differently.
#include "platform/bsd/process_table.hpp"

#include <sys/param.h>
#include <sys/sysctl.h>
#include <sys/user.h>
#include <unistd.h>

#include <array>

#ifdef __APPLE__
#include <libproc.h>
#include <mach/mach_time.h>
#include <sys/proc.h>
#endif

namespace forever::table {
namespace {

std::uint64_t microseconds(const timeval& time) noexcept {
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(time.tv_usec);
}

#ifdef __APPLE__
Row row_from(const kinfo_proc& info) {
  Row row;
  row.pid = info.kp_proc.p_pid;
  row.parent = info.kp_eproc.e_ppid;
  row.group = info.kp_eproc.e_pgid;
  row.zombie = info.kp_proc.p_stat == SZOMB;
  row.user = info.kp_eproc.e_ucred.cr_uid;
  row.real_user = info.kp_eproc.e_pcred.p_ruid;
  row.saved_user = info.kp_eproc.e_pcred.p_svuid;
  row.start_time = microseconds(info.kp_proc.p_starttime);
  row.name = info.kp_proc.p_comm;
  return row;
}
#else
Row row_from(const kinfo_proc& info) {
  Row row;
  row.pid = info.ki_pid;
  row.parent = info.ki_ppid;
  row.group = info.ki_pgid;
  row.zombie = info.ki_stat == SZOMB;
  row.user = info.ki_uid;
  row.real_user = info.ki_ruid;
  row.saved_user = info.ki_svuid;
  row.start_time = microseconds(info.ki_start);
  row.name = info.ki_comm;
  return row;
}
#endif

bool read_info(Pid pid, kinfo_proc& into) noexcept {
  std::array<int, 4> name{CTL_KERN, KERN_PROC, KERN_PROC_PID, pid};
  std::size_t size = sizeof into;
  return ::sysctl(name.data(), name.size(), &into, &size, nullptr, 0) == 0 && size >= sizeof into;
}

}  // namespace

bool read_row(Pid pid, Row& into) noexcept {
  kinfo_proc info{};
  if (!read_info(pid, info)) return false;
  into = row_from(info);
  return into.pid == pid;
}

std::vector<Row> read_all() {
  std::array<int, 3> name{CTL_KERN, KERN_PROC, KERN_PROC_ALL};
  std::vector<kinfo_proc> infos;
  std::size_t size = 0;
  // The table may grow between the two calls, hence the room to spare.
  if (::sysctl(name.data(), name.size(), nullptr, &size, nullptr, 0) != 0) return {};
  infos.resize(size / sizeof(kinfo_proc) + 64);
  size = infos.size() * sizeof(kinfo_proc);
  if (::sysctl(name.data(), name.size(), infos.data(), &size, nullptr, 0) != 0) return {};
  infos.resize(size / sizeof(kinfo_proc));
  std::vector<Row> rows;
  rows.reserve(infos.size());
  for (const kinfo_proc& info : infos) rows.push_back(row_from(info));
  return rows;
}

#ifdef __APPLE__
void add_use(Pid pid, Usage& sum) noexcept {
  proc_taskinfo task{};
  if (::proc_pidinfo(pid, PROC_PIDTASKINFO, 0, &task, sizeof task) != static_cast<int>(sizeof task)) return;
  mach_timebase_info_data_t base{};
  ::mach_timebase_info(&base);
  const std::uint64_t ns = (task.pti_total_user + task.pti_total_system) * base.numer / base.denom;
  sum.memory_bytes += task.pti_resident_size;
  sum.cpu_time += std::chrono::milliseconds{static_cast<std::int64_t>(ns / 1'000'000)};
  ++sum.processes;
}
#else
void add_use(Pid pid, Usage& sum) noexcept {
  kinfo_proc info{};
  if (!read_info(pid, info)) return;
  sum.memory_bytes += static_cast<std::uint64_t>(info.ki_rssize) * static_cast<std::uint64_t>(::getpagesize());
  sum.cpu_time += std::chrono::milliseconds{static_cast<std::int64_t>(info.ki_runtime / 1000)};
  ++sum.processes;
}
#endif

}  // namespace forever::table
