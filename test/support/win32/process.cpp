// Processes as the product's own back end shows them, which the contract ring tests.
#include "test/support/process.hpp"

#include <algorithm>
#include <array>

#include "platform/process.hpp"
#include "platform/win32/system.hpp"
#include "test/support/signals.hpp"

namespace forever::test {

char state_of(int pid) { return alive(pid) ? 'R' : '\0'; }

int parent_of(int pid) { return forever::parent_of(pid); }

bool alive(int pid) { return identify(pid).has_value(); }

std::vector<int> children_of(int pid) { return forever::children_of(pid); }

std::vector<int> descendants_of(int pid) {
  std::vector<int> tree = tree_of(std::array{pid});
  std::erase(tree, pid);
  return tree;
}

std::vector<int> processes_with_environment(const std::string& name_and_value) {
  const bool beginning = name_and_value.ends_with('*');
  const std::string wanted = beginning ? name_and_value.substr(0, name_and_value.size() - 1) : name_and_value;
  std::vector<int> found;
  for_each_process([&](const ProcessEntry& entry) {
    const auto all = environment_of(entry.id.pid);
    const bool has = std::ranges::any_of(
        all, [&](const std::string& one) { return beginning ? one.starts_with(wanted) : one == wanted; });
    if (has) found.push_back(entry.id.pid);
  });
  return found;
}

std::vector<int> zombie_children_of(int) { return {}; }

std::string status_field(int, const std::string&) { return {}; }

int count_open_descriptors(int) { return 0; }

std::vector<std::string> open_files_of(int) { return {}; }

std::string command_line_of(int pid) {
  std::string line;
  for (const std::string& argument : arguments_of(pid)) line += (line.empty() ? "" : " ") + argument;
  return line;
}

// Windows has no words for it, but its kernel can do it.
extern "C" NTSTATUS NTAPI NtSuspendProcess(HANDLE);
extern "C" NTSTATUS NTAPI NtResumeProcess(HANDLE);

void send_signal(int pid, int signal) {
  if (signal == SIGSTOP || signal == SIGCONT) {
    const Handle process(win32::as_native(::OpenProcess(PROCESS_SUSPEND_RESUME, FALSE, static_cast<DWORD>(pid))));
    (void)(signal == SIGSTOP ? NtSuspendProcess : NtResumeProcess)(win32::as_handle(process.get()));
    return;
  }
  if (const auto id = identify(pid)) (void)forever::send_signal(*id, signal).ok();
}

}  // namespace forever::test
