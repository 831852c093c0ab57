// The instances that this process knows, and their jobs.
#include "platform/win32/jobs.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <mutex>
#include <vector>

#include "platform/win32/time.hpp"

namespace forever::win32 {
namespace {

struct Entry {
  KnownInstance instance;
  bool told = false;  // that it has ended
  // One of its remaining descendants; when it ends the next check is due.
  ProcessId rest;
  Handle rest_process;
};

// Read by the thread that keeps the time of side processes, too.
struct Table {
  std::mutex mutex;
  std::map<Pid, Entry> entries;
};
Table& table() {
  static Table* const only = new Table;
  return *only;
}

// Under the table's mutex.
Entry* entry_of(const ProcessId& id) noexcept {
  const auto found = table().entries.find(id.pid);
  return found != table().entries.end() && found->second.instance.id == id ? &found->second : nullptr;
}

// The processes that a job holds now.
std::vector<DWORD> pids_in(NativeHandle job) {
  std::vector<DWORD> pids;
  if (job == kNoHandle) return pids;
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

Handle open_to_wait(DWORD pid) noexcept {
  return Handle(as_native(::OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, FALSE, pid)));
}

void find_rest(Entry& entry) {
  if (entry.rest_process) return;
  for (const DWORD pid : pids_in(entry.instance.job.get())) {
    Handle process = open_to_wait(pid);
    if (!process || ::WaitForSingleObject(as_handle(process.get()), 0) == WAIT_OBJECT_0) continue;
    // It may have ended since, and its pid may belong to another process. Wine needs a handle with more rights.
    BOOL inside = FALSE;
    HANDLE const job = as_handle(entry.instance.job.get());
    if (::IsProcessInJob(as_handle(process.get()), job, &inside) != 0 && inside == FALSE) continue;
    entry.rest = {static_cast<Pid>(pid), start_time_of(process.get())};
    entry.rest_process = std::move(process);
    return;
  }
}

// Wine's console has no Ctrl-Break, and reports an invalid handle; there it is Ctrl-C, which a program in a group of its
// own hears if it wants to.
DWORD generate_break(DWORD group) noexcept {
  if (::GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, group) != 0) return ERROR_SUCCESS;
  if (const DWORD code = ::GetLastError(); code != ERROR_INVALID_HANDLE) return code;
  return ::GenerateConsoleCtrlEvent(CTRL_C_EVENT, group) != 0 ? DWORD{ERROR_SUCCESS} : ::GetLastError();
}

// Our own console, if we have one, is left for the moment: one at a time is all that a process has.
Status send_break(const ProcessId& id, bool own_console) {
  const std::string doing = "ask process " + std::to_string(id.pid) + " to stop";
  const auto pid = static_cast<DWORD>(id.pid);
  DWORD code = ERROR_SUCCESS;
  if (!own_console) {
    code = generate_break(pid);
    return code == ERROR_SUCCESS ? Status(Done{}) : Status(error_of(code, doing));
  }
  const bool had_one = ::GetConsoleCP() != 0;
  ::FreeConsole();
  if (::AttachConsole(pid) == 0) {
    code = ::GetLastError();
    if (had_one) ::AttachConsole(ATTACH_PARENT_PROCESS);
    return code == ERROR_INVALID_PARAMETER || code == ERROR_GEN_FAILURE ? error_from(ESRCH, doing)
                                                                        : error_from(ENOTSUP, doing);
  }
  // To the instance's own group only, of which we are no part.
  code = generate_break(pid);
  ::FreeConsole();
  if (had_one) ::AttachConsole(ATTACH_PARENT_PROCESS);
  return code == ERROR_SUCCESS ? Status(Done{}) : Status(error_of(code, doing));
}

}  // namespace

void remember_instance(KnownInstance instance) {
  const std::lock_guard hold(table().mutex);
  const Pid pid = instance.id.pid;
  table().entries.insert_or_assign(pid, Entry{std::move(instance), false, {}, Handle()});
}

void remember_job(const ProcessId& id, Handle job, bool guarded) {
  const std::lock_guard hold(table().mutex);
  Entry* const entry = entry_of(id);
  if (entry == nullptr) return;
  entry->instance.job = std::move(job);
  entry->instance.guarded = guarded;
}

void forget_instance(const ProcessId& id) noexcept {
  const std::lock_guard hold(table().mutex);
  if (entry_of(id) != nullptr) table().entries.erase(id.pid);
}

bool is_known(Pid pid) noexcept {
  const std::lock_guard hold(table().mutex);
  return table().entries.contains(pid);
}

NativeHandle job_of(const ProcessId& id) noexcept {
  const std::lock_guard hold(table().mutex);
  const Entry* const entry = entry_of(id);
  return entry != nullptr ? entry->instance.job.get() : kNoHandle;
}

std::vector<Pid> pids_in_jobs() {
  const std::lock_guard hold(table().mutex);
  std::vector<Pid> pids;
  for (const auto& [pid, entry] : table().entries) {
    if (!entry.told) pids.push_back(pid);
    for (const DWORD member : pids_in(entry.instance.job.get())) {
      if (static_cast<Pid>(member) != pid) pids.push_back(static_cast<Pid>(member));
    }
  }
  return pids;
}

std::vector<Pid> pids_in_job_of(Pid pid) {
  const std::string name = environment_of(pid, kStopEvent).value_or("");
  const std::string_view begins = kStopEventBegins;
  if (!name.starts_with(begins)) return {};
  const Handle job(
      as_native(::OpenJobObjectW(JOB_OBJECT_QUERY, FALSE, to_wide(kJobBegins + name.substr(begins.size())).c_str())));
  if (!job) return {};
  std::vector<Pid> pids;
  for (const DWORD member : pids_in(job.get())) pids.push_back(static_cast<Pid>(member));
  // It may have inherited the variable, and be in no such job.
  return std::ranges::find(pids, pid) != pids.end() ? pids : std::vector<Pid>{};
}

std::vector<RunningChild> running_children() {
  const std::lock_guard hold(table().mutex);
  std::vector<RunningChild> running;
  for (auto& [pid, entry] : table().entries) {
    if (!entry.told) {
      running.push_back({entry.instance.id, entry.instance.process.get()});
      continue;
    }
    find_rest(entry);
    if (entry.rest_process) running.push_back({entry.rest, entry.rest_process.get()});
  }
  return running;
}

void note_end(const ProcessId& id) noexcept {
  const std::lock_guard hold(table().mutex);
  // Kept as long as something is left in a job: that is what a stop has yet to end.
  auto& entries = table().entries;
  for (auto at = entries.begin(); at != entries.end();) {
    Entry& entry = at->second;
    if (entry.instance.id == id) entry.told = true;
    if (entry.rest == id) entry.rest_process.reset();
    if (entry.told) find_rest(entry);
    at = entry.told && !entry.rest_process ? entries.erase(at) : std::next(at);
  }
}

std::optional<ExitStatus> await_end(const ProcessId& id, Milliseconds patience) {
  HANDLE process = nullptr;
  {
    const std::lock_guard hold(table().mutex);
    const Entry* const entry = entry_of(id);
    if (entry == nullptr) return ExitStatus{};
    process = as_handle(entry->instance.process.get());
  }
  const DWORD time = patience.count() < 0 ? INFINITE : static_cast<DWORD>(patience.count());
  if (::WaitForSingleObject(process, time) != WAIT_OBJECT_0) return std::nullopt;
  DWORD code = 0;
  ::GetExitCodeProcess(process, &code);
  return exit_status_from_wait(static_cast<int>(code));
}

Status request_stop(const ProcessId& id) {
  bool own_console = true;
  bool told = false;
  {
    const std::lock_guard hold(table().mutex);
    if (const Entry* const entry = entry_of(id)) {
      if (entry->instance.guarded &&
          ::TerminateJobObject(as_handle(entry->instance.job.get()), code_of_signal(15)) != 0)
        return Done{};
      own_console = entry->instance.own_console;
      told = entry->instance.stop_event && ::SetEvent(as_handle(entry->instance.stop_event.get())) != 0;
    }
  }
  Status sent = send_break(id, own_console);
  return told && !sent && sent.error().code.value() != ESRCH ? Status(Done{}) : sent;
}

Status end_job(const ProcessId& id) {
  {
    const std::lock_guard hold(table().mutex);
    if (const Entry* const entry = entry_of(id); entry != nullptr && entry->instance.job) {
      const NativeHandle job = entry->instance.job.get();
      if (pids_in(job).empty()) return error_from(ESRCH, "end the job of process " + std::to_string(id.pid));
      if (::TerminateJobObject(as_handle(job), kKilledCode) != 0) return Done{};
      return last_error("end the job of process " + std::to_string(id.pid));
    }
  }
  // The job is not known here: the descendants in the process table, leaves first, so that no parent ends before its children.
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
  const Entry* const entry = entry_of(id);
  return entry == nullptr ? 0 : pids_in(entry->instance.job.get()).size();
}

Usage usage_of(Pid pid) {
  Usage usage;
  const Handle process = open_to_wait(static_cast<DWORD>(pid));
  if (pid <= 0 || !process || ::WaitForSingleObject(as_handle(process.get()), 0) == WAIT_OBJECT_0) return usage;
  usage.processes = 1;
  PROCESS_MEMORY_COUNTERS memory{};
  if (::K32GetProcessMemoryInfo(as_handle(process.get()), &memory, sizeof memory) != 0)
    usage.memory_bytes = memory.WorkingSetSize;
  FILETIME created{};
  FILETIME ended{};
  FILETIME kernel{};
  FILETIME user{};
  if (::GetProcessTimes(as_handle(process.get()), &created, &ended, &kernel, &user) != 0)
    usage.cpu_time = Milliseconds{(ticks_of(kernel) + ticks_of(user)) / kTicksPerMs};
  return usage;
}

Usage usage_of_job(const ProcessId& id) {
  Usage usage;
  std::vector<DWORD> members;
  {
    const std::lock_guard hold(table().mutex);
    const Entry* const entry = entry_of(id);
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION sums{};
    if (entry == nullptr || !entry->instance.job ||
        ::QueryInformationJobObject(as_handle(entry->instance.job.get()), JobObjectBasicAccountingInformation, &sums,
                                    sizeof sums, nullptr) == 0) {
      return usage;
    }
    usage.cpu_time = Milliseconds{(sums.TotalKernelTime.QuadPart + sums.TotalUserTime.QuadPart) / kTicksPerMs};
    members = pids_in(entry->instance.job.get());
  }
  for (const DWORD pid : members) {
    const Usage one = usage_of(static_cast<Pid>(pid));
    usage.processes += one.processes;
    usage.memory_bytes += one.memory_bytes;
  }
  return usage;
}

}  // namespace forever::win32
