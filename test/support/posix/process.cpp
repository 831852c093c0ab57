// Processes as /proc shows them.
#include "test/support/process.hpp"

#include <signal.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

namespace forever::test {
namespace {

namespace fs = std::filesystem;

// A process may end between open and read (ESRCH): then there is no text. An istreambuf_iterator would throw.
std::string read_file(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::string proc(int pid, const char* name) { return "/proc/" + std::to_string(pid) + "/" + name; }

std::vector<int> all_pids() {
  std::vector<int> pids;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename();
    if (std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c) != 0; })) {
      pids.push_back(std::stoi(name));
    }
  }
  return pids;
}

struct Stat {
  char state = '\0';
  int parent = 0;
};

Stat stat_of(int pid) {
  const std::string text = read_file(proc(pid, "stat"));
  const auto end_of_name = text.rfind(") ");
  if (end_of_name == std::string::npos) return {};
  return {text[end_of_name + 2], std::stoi(text.substr(end_of_name + 4))};
}

}  // namespace

char state_of(int pid) { return stat_of(pid).state; }

int parent_of(int pid) { return stat_of(pid).parent; }

bool alive(int pid) {
  if (pid <= 0) return false;
  if (!fs::exists("/proc/self/stat")) return kill(pid, 0) == 0;
  const char state = state_of(pid);
  return state != '\0' && state != 'Z' && state != 'X';
}

std::vector<int> children_of(int pid) {
  std::vector<int> children;
  for (const int other : all_pids()) {
    if (stat_of(other).parent == pid) children.push_back(other);
  }
  return children;
}

std::vector<int> zombie_children_of(int pid) {
  std::vector<int> zombies = children_of(pid);
  std::erase_if(zombies, [](int child) { return state_of(child) != 'Z'; });
  return zombies;
}

std::vector<int> descendants_of(int pid) {
  std::multimap<int, int> tree;
  for (const int other : all_pids()) tree.emplace(stat_of(other).parent, other);
  std::vector<int> found{pid};
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto [first, last] = tree.equal_range(found[i]);
    std::transform(first, last, std::back_inserter(found), [](const auto& link) { return link.second; });
  }
  found.erase(found.begin());
  return found;
}

std::vector<int> processes_with_environment(const std::string& name_and_value) {
  const bool beginning = name_and_value.ends_with('*');
  const std::string wanted =
      '\0' + (beginning ? name_and_value.substr(0, name_and_value.size() - 1) : name_and_value + '\0');
  std::vector<int> found;
  for (const int pid : all_pids()) {
    if (alive(pid) && ('\0' + read_file(proc(pid, "environ"))).find(wanted) != std::string::npos) found.push_back(pid);
  }
  return found;
}

std::string status_field(int pid, const std::string& name) {
  std::ifstream in(proc(pid, "status"));
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(name + ":")) continue;
    const auto start = line.find_first_not_of(" \t", name.size() + 1);
    return start == std::string::npos ? "" : line.substr(start);
  }
  return {};
}

std::vector<std::string> open_files_of(int pid) {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(proc(pid, "fd"), error)) {
    std::error_code gone;
    files.push_back(fs::read_symlink(entry.path(), gone));
  }
  return files;
}

int count_open_descriptors(int pid) { return static_cast<int>(open_files_of(pid).size()); }

std::string command_line_of(int pid) {
  std::string text = read_file(proc(pid, "cmdline"));
  while (text.ends_with('\0')) text.pop_back();
  std::replace(text.begin(), text.end(), '\0', ' ');
  return text;
}

void send_signal(int pid, int signal) {
  // 0 is what an app without a process has; to kill(2) it is the group of the test itself, and -1 is everybody.
  if (pid != 0 && pid != -1) kill(pid, signal);
}

}  // namespace forever::test
