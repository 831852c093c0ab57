// What a test asks the system about processes. Linux reads /proc; elsewhere only `alive` knows more than nothing.
#pragma once

#include <string>
#include <vector>

namespace forever::test {

// Whether a process with this pid runs: a zombie does not.
[[nodiscard]] bool alive(int pid);

// The kernel's letter for its state (R, S, D, T, Z …); '\0' if there is no such process.
[[nodiscard]] char state_of(int pid);

[[nodiscard]] int parent_of(int pid);  // 0 if unknown
[[nodiscard]] std::vector<int> children_of(int pid);
[[nodiscard]] std::vector<int> descendants_of(int pid);

// Every living process (no zombies) whose initial environment holds NAME=VALUE exactly as given here, or, with a `*`
// at the end, as a beginning: "FOREVER_INSTANCE_ID=*".
[[nodiscard]] std::vector<int> processes_with_environment(const std::string& name_and_value);

[[nodiscard]] std::vector<int> zombie_children_of(int pid);

// The part after "Name:" in /proc/PID/status, trimmed; empty if there is none.
[[nodiscard]] std::string status_field(int pid, const std::string& name);

[[nodiscard]] int count_open_descriptors(int pid);
// What each open descriptor of the process points to.
[[nodiscard]] std::vector<std::string> open_files_of(int pid);

[[nodiscard]] std::string command_line_of(int pid);  // argv joined by single spaces

void send_signal(int pid, int signal);

}  // namespace forever::test
