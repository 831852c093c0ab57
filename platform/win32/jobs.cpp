// The jobs of the instances that this process has started.
#include "platform/win32/jobs.hpp"

#include <array>
#include <cerrno>
#include <map>
#include <mutex>
#include <vector>

#include "platform/win32/time.hpp"

namespace forever::win32 {
namespace {

struct Instance {
  ProcessId id;
  Handle process;
  Handle job;
  bool told = false;  // that it has ended
};

// Read by the thread that waits for ends, too.
struct Table {
  std::mutex mutex;
  std::map<Pid, Instance> instances;
};
Table& table() {
  static Table only;
  return only;
}

NativeHandle job_of(const ProcessId& id) noexcept {
  const auto found = table().instances.find(id.pid);
  return found != table().instances.end() && found->second.id == id ? found->second.job.get() : kNoHandle;
}

// The processes that a job holds now.
std::vector<DWORD> pids_in(NativeHandle job) {
  std::vector<DWORD> pids;
  for (std::size_t room = 64;; room *= 2) {
    std::vector<ULONG_PTR> memory(room + sizeof(JOBOBJECT_BASIC_PROCESS_ID_LIST) / sizeof(ULONG_PTR));
    auto* list = reinterpret_cast<JOBOBJECT_BASIC_PROCESS_ID_LIST*>(memory.data());
    const auto size = static_cast<DWORD>(memory.size() * sizeof(ULONG_PTR));
    const BOOL got = ::QueryInformationJobObject(as_handle(job), JobObjectBasicProcessIdList, list, size, nullptr);
    if (got == 0 && ::GetLastError() == ERROR_MORE_DATA && room < 65'536) continue;
    if (got == 0) return pids;
    for (DWORD i = 0; i < list->NumberOfProcessIdsInList; ++i) {
      pids.push_back(static_cast<DWORD>(list->ProcessIdList[i]));
    }
    return pids;
  }
}

}  // namespace

void remember_instance(const ProcessId& id, Handle process, Handle job) {
  const std::lock_guard hold(table().mutex);
  table().instances.insert_or_assign(id.pid, Instance{id, std::move(process), std::move(job)});
}

void remember_job(const ProcessId& id, Handle job) {
  const std::lock_guard hold(table().mutex);
  const auto found = table().instances.find(id.pid);
  if (found != table().instances.end() && found->second.id == id) found->second.job = std::move(job);
}

std::vector<RunningChild> running_children() {
  const std::lock_guard hold(table().mutex);
  std::vector<RunningChild> running;
  for (const auto& [pid, instance] : table().instances) {
    if (!instance.told) running.push_back({instance.id, instance.process.get()});
  }
  return running;
}

void note_end(const ProcessId& id) noexcept {
  const std::lock_guard hold(table().mutex);
  // Kept as long as something is left in a job: that is what a stop has yet to end.
  auto& instances = table().instances;
  for (auto at = instances.begin(); at != instances.end();) {
    Instance& instance = at->second;
    if (instance.id == id) instance.told = true;
    const bool over = instance.told && (!instance.job || pids_in(instance.job.get()).empty());
    at = over ? instances.erase(at) : std::next(at);
  }
}

void forget_instance(const ProcessId& id) noexcept {
  const std::lock_guard hold(table().mutex);
  const auto found = table().instances.find(id.pid);
  if (found != table().instances.end() && found->second.id == id) table().instances.erase(found);
}

Status request_stop(const ProcessId& id) {
  const std::string doing = "ask process " + std::to_string(id.pid) + " to stop";
  const auto pid = static_cast<DWORD>(id.pid);
  // One console at a time: ours, if there is one, is left for the moment, and the supervisor has none.
  ::FreeConsole();
  if (::AttachConsole(pid) == 0) {
    const DWORD code = ::GetLastError();
    return code == ERROR_INVALID_PARAMETER || code == ERROR_GEN_FAILURE ? error_from(ESRCH, doing)
                                                                        : error_from(ENOTSUP, doing);
  }
  // To the instance's own group only, of which we are no part.
  const BOOL sent = ::GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, pid);
  const DWORD code = ::GetLastError();
  ::FreeConsole();
  return sent != 0 ? Status(Done{}) : Status(error_of(code, doing));
}

Status end_job(const ProcessId& id) {
  {
    const std::lock_guard hold(table().mutex);
    if (const NativeHandle job = job_of(id); job != kNoHandle) {
      if (pids_in(job).empty()) return error_from(ESRCH, "end the job of process " + std::to_string(id.pid));
      if (::TerminateJobObject(as_handle(job), kKilledCode) != 0) return Done{};
      return last_error("end the job of process " + std::to_string(id.pid));
    }
  }
  // The job is not known here: what the process table shows, leaves first, so that nobody's parent vanishes before it.
  if (presence(id) == Presence::gone) return error_from(ESRCH, "end process " + std::to_string(id.pid));
  const std::array roots{id.pid};
  const std::vector<Pid> tree = tree_of(roots);
  Status all = Done{};
  for (auto pid = tree.rbegin(); pid != tree.rend(); ++pid) {
    const auto one = identify(*pid);
    if (!one) continue;
    Status ended = send_signal(*one, 9);
    if (!ended && ended.error().code.value() != ESRCH) all = std::move(ended);
  }
  return all;
}

std::size_t processes_in_job(const ProcessId& id) noexcept {
  const std::lock_guard hold(table().mutex);
  const NativeHandle job = job_of(id);
  return job == kNoHandle ? 0 : pids_in(job).size();
}

Usage usage_of_job(const ProcessId& id) {
  const std::lock_guard hold(table().mutex);
  Usage usage;
  const NativeHandle job = job_of(id);
  JOBOBJECT_BASIC_ACCOUNTING_INFORMATION sums{};
  if (job == kNoHandle || ::QueryInformationJobObject(as_handle(job), JobObjectBasicAccountingInformation, &sums,
                                                      sizeof sums, nullptr) == 0) {
    return usage;
  }
  usage.cpu_time = Milliseconds{(sums.TotalKernelTime.QuadPart + sums.TotalUserTime.QuadPart) / kTicksPerMs};
  for (const DWORD pid : pids_in(job)) {
    const Handle process(as_native(::OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid)));
    if (!process) continue;
    ++usage.processes;
    PROCESS_MEMORY_COUNTERS memory{};
    if (::K32GetProcessMemoryInfo(as_handle(process.get()), &memory, sizeof memory) != 0) {
      usage.memory_bytes += memory.WorkingSetSize;
    }
  }
  return usage;
}

}  // namespace forever::win32
