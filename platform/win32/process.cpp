// Processes by the system's table and by their handles. A process that has ended is gone here, though a handle of it may
// still be open: it need not be reaped.
#include "platform/process.hpp"

#include <algorithm>
#include <cerrno>
#include <map>

#include "platform/signals.hpp"
#include "platform/win32/jobs.hpp"
#include "platform/win32/kept_handles.hpp"
#include "platform/win32/program_file.hpp"
#include "platform/win32/signal_events.hpp"
#include "platform/win32/system.hpp"
#include "platform/win32/time.hpp"

namespace forever {
namespace {

using win32::as_handle;

constexpr DWORD kLook = PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE;

Handle open_process(Pid pid, DWORD access) noexcept {
  if (pid <= 0) return Handle();
  return Handle(win32::as_native(::OpenProcess(access, FALSE, static_cast<DWORD>(pid))));
}

bool has_ended(const Handle& process) noexcept {
  return ::WaitForSingleObject(as_handle(process.get()), 0) == WAIT_OBJECT_0;
}

// A handle of exactly this process while it lives; empty otherwise.
Handle open_exactly(const ProcessId& id, DWORD access) noexcept {
  Handle process = open_process(id.pid, kLook | access);
  if (!process || has_ended(process) || win32::start_time_of(process.get()) != id.start_time) return Handle();
  return process;
}

struct Row {
  Pid parent = 0;
  std::string name;
};

std::map<Pid, Row> process_table() {
  std::map<Pid, Row> table;
  const Handle snapshot(win32::as_native(::CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0)));
  if (!snapshot) return table;
  PROCESSENTRY32W entry{};
  entry.dwSize = sizeof entry;
  for (BOOL more = ::Process32FirstW(as_handle(snapshot.get()), &entry); more != 0;
       more = ::Process32NextW(as_handle(snapshot.get()), &entry)) {
    table[static_cast<Pid>(entry.th32ProcessID)] = {static_cast<Pid>(entry.th32ParentProcessID),
                                                    win32::to_utf8(entry.szExeFile)};
  }
  return table;
}

// The table keeps the parent's pid for ever, also when the parent is gone and its pid belongs to a younger process.
bool is_child_of(Pid child, const ProcessId& parent) {
  const auto id = identify(child);
  return id && id->start_time >= parent.start_time;
}

// What shows the windows of a console: the system starts it in the name of whom it gives one, and it ends with that one.
bool is_console_host(const Row& row) { return ::lstrcmpiA(row.name.c_str(), "conhost.exe") == 0; }

std::vector<Pid> children_in(const std::map<Pid, Row>& table, Pid parent) {
  std::vector<Pid> children;
  const auto id = identify(parent);
  if (!id) return children;
  for (const auto& [pid, row] : table) {
    if (row.parent == parent && pid != parent && !is_console_host(row) && is_child_of(pid, *id))
      children.push_back(pid);
  }
  if (parent != current_pid()) return children;
  // What is in our instances' jobs and has lost its parent: a subreaper would have been given it.
  for (const Pid pid : win32::pids_in_jobs()) {
    const auto row = table.find(pid);
    if (row == table.end() || is_console_host(row->second)) continue;
    if (std::ranges::find(children, pid) != children.end()) continue;
    const auto above = identify(row->second.parent);
    if (!above || !is_child_of(pid, *above)) children.push_back(pid);
  }
  return children;
}

// A supervisor bears its title in its arguments (keeper.cpp); of others the image's name is all that is looked at.
ProcessEntry entry_for(const ProcessId& id, const Row& row, const std::string& own_image) {
  ProcessEntry entry{id, row.parent, row.name, {}};
  if (row.name != own_image) return entry;
  const auto arguments = arguments_of(id.pid);
  if (arguments.size() <= 2 || arguments[1] != win32::kSupervisorFace) return entry;
  entry.title = arguments[2];
  entry.cwd = directory_of(id.pid);
  return entry;
}

std::string registry_text(const wchar_t* key, const wchar_t* name) {
  std::wstring value(128, L'\0');
  DWORD size = static_cast<DWORD>(value.size() * sizeof(wchar_t));
  if (::RegGetValueW(HKEY_LOCAL_MACHINE, key, name, RRF_RT_REG_SZ | RRF_SUBKEY_WOW6464KEY, nullptr, value.data(),
                     &size) != ERROR_SUCCESS) {
    return {};
  }
  return win32::to_utf8(value.c_str());
}

std::string boot_number() {
  constexpr const wchar_t* kKey =
      L"SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Memory Management\\PrefetchParameters";
  DWORD number = 0;
  DWORD size = sizeof number;
  if (::RegGetValueW(HKEY_LOCAL_MACHINE, kKey, L"BootId", RRF_RT_REG_DWORD, nullptr, &number, &size) != ERROR_SUCCESS) {
    return {};  // then only the creation times of processes, which are dates, distinguish pids
  }
  return std::to_string(number);
}

}  // namespace

namespace win32 {

std::uint64_t start_time_of(NativeHandle process) noexcept {
  FILETIME created{};
  FILETIME ended{};
  FILETIME kernel{};
  FILETIME user{};
  if (::GetProcessTimes(as_handle(process), &created, &ended, &kernel, &user) == 0) return 0;
  return static_cast<std::uint64_t>(ticks_of(created));
}

}  // namespace win32

HostId host_id() { return {boot_number(), {}, registry_text(L"SOFTWARE\\Microsoft\\Cryptography", L"MachineGuid")}; }

Pid current_pid() noexcept { return static_cast<Pid>(::GetCurrentProcessId()); }

std::optional<ProcessId> identify(Pid pid) {
  const Handle process = open_process(pid, kLook);
  if (!process || has_ended(process)) return std::nullopt;
  const std::uint64_t start = win32::start_time_of(process.get());
  if (start == 0) return std::nullopt;
  return ProcessId{pid, start};
}

std::optional<ProcessId> identify_living(Pid pid) {
  const auto id = identify(pid);
  return id && presence(*id) == Presence::alive ? id : std::nullopt;
}

Presence presence(const ProcessId& id) { return open_exactly(id, 0) ? Presence::alive : Presence::gone; }

// An adopted process counts as a child of this process: its end is reported in the same way.
Pid parent_of(Pid pid) {
  if (win32::is_known(pid)) return current_pid();
  const auto table = process_table();
  const auto found = table.find(pid);
  return found == table.end() ? 0 : found->second.parent;
}

Status send_signal(const ProcessId& id, int signal) {
  const Handle process = open_exactly(id, signal == 0 ? 0 : PROCESS_TERMINATE);
  if (!process) return error_from(ESRCH, "signal process " + std::to_string(id.pid));
  if (signal == 0) return Done{};
  // One of ours that waits in an event loop hears all of them.
  if (signal != kKillSignal && win32::set_signal_event(id, signal)) return Done{};
  if (signal == kTermSignal || signal == kInterruptSignal || signal == kQuitSignal) return win32::request_stop(id);
  if (signal != kKillSignal) return error_from(ENOTSUP, "send " + signal_name(signal) + " on Windows");
  if (::TerminateProcess(as_handle(process.get()), win32::kKilledCode) != 0 || has_ended(process)) return Done{};
  return last_error("end process " + std::to_string(id.pid));
}

Status send_signal_to_group(const ProcessId& leader, int signal) {
  if (signal == kKillSignal) return win32::end_job(leader);
  return send_signal(leader, signal);
}

bool adopt_process(const ProcessId& id) {
  if (win32::is_known(id.pid)) return true;
  Handle process = open_exactly(id, PROCESS_TERMINATE);
  if (!process) return false;
  win32::KnownInstance known{.id = id,
                             .process = std::move(process),
                             .job = std::move(win32::take_back(id).job),
                             .stop_event = Handle(),
                             .own_console = true,
                             .guarded = false};
  if (const auto name = environment_of(id.pid, win32::kStopEvent))
    known.stop_event.reset(win32::as_native(::OpenEventW(EVENT_MODIFY_STATE, FALSE, win32::to_wide(*name).c_str())));
  win32::remember_instance(std::move(known));
  return true;
}

Pid process_group_of(Pid pid) noexcept { return pid; }

std::vector<Pid> children_of(Pid pid) { return children_in(process_table(), pid); }

std::vector<Pid> children_of_one_thread(Pid pid) { return children_of(pid); }

bool share_session(Pid, Pid) noexcept { return true; }

std::vector<Pid> tree_of(std::span<const Pid> roots, const Border& ends) {
  const auto table = process_table();
  std::vector<Pid> tree;
  for (const Pid root : roots) {
    if (std::find(tree.begin(), tree.end(), root) == tree.end()) tree.push_back(root);
  }
  for (std::size_t i = 0; i < tree.size(); ++i) {
    for (const Pid child : children_in(table, tree[i])) {
      if (ends && ends(child, tree[i])) continue;
      if (std::find(tree.begin(), tree.end(), child) == tree.end()) tree.push_back(child);
    }
  }
  // What has lost its parent hangs nowhere, and is in its instance's job all the same.
  for (const Pid root : roots) {
    for (const Pid member : win32::pids_in_job_of(root)) {
      const auto row = table.find(member);
      const bool counts = row != table.end() && !is_console_host(row->second) && identify(member);
      if (counts && std::find(tree.begin(), tree.end(), member) == tree.end()) tree.push_back(member);
    }
  }
  return tree;
}

Usage usage_of_trees(std::span<const Pid> roots, const Border& ends) {
  Usage sum;
  for (const Pid pid : tree_of(roots, ends)) {
    const Usage one = win32::usage_of(pid);
    sum.processes += one.processes;
    sum.memory_bytes += one.memory_bytes;
    sum.cpu_time += one.cpu_time;
  }
  return sum;
}

std::uint64_t shared_once_memory(std::span<const Pid> roots, const Border& ends) {
  return usage_of_trees(roots, ends).memory_bytes;
}

std::chrono::milliseconds age_of(const ProcessId& id) {
  const FILETIME now = win32::filetime_of(wall_now());
  return Milliseconds{(win32::ticks_of(now) - static_cast<std::int64_t>(id.start_time)) / win32::kTicksPerMs};
}

void for_each_process(const std::function<void(const ProcessEntry&)>& visit) {
  const std::string program = win32::plain_path(win32::program_file());
  const std::string own = program.substr(program.rfind('/') + 1);
  for (const auto& [pid, row] : process_table()) {
    const auto id = identify(pid);
    if (id) visit(entry_for(*id, row, own));
  }
}

}  // namespace forever
