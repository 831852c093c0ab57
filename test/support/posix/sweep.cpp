// Finds a test's processes by what the kernel knows of them: environment, open files, working directory, arguments.
#include "test/support/sweep.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <thread>

#include "test/support/process.hpp"

namespace forever::test {
namespace {

namespace fs = std::filesystem;

bool mentions(const fs::path& file, const std::string& text) {
  std::ostringstream content;  // an istreambuf_iterator would throw where the process has just ended
  content << std::ifstream(file, std::ios::binary).rdbuf();
  return content.str().find(text) != std::string::npos;
}

bool belongs_to(int pid, const std::string& directory) {
  const fs::path process = "/proc/" + std::to_string(pid);
  std::error_code error;
  if (mentions(process / "environ", directory) || mentions(process / "cmdline", directory)) return true;
  if (fs::read_symlink(process / "cwd", error).string().starts_with(directory)) return true;
  const auto files = open_files_of(pid);
  return std::any_of(files.begin(), files.end(), [&](const std::string& file) { return file.starts_with(directory); });
}

std::set<int> own_line() {
  std::set<int> line;
  for (int pid = getpid(); pid > 0 && line.insert(pid).second;) pid = parent_of(pid);
  return line;
}

}  // namespace

std::vector<int> processes_from(const fs::path& directory) {
  const auto spared = own_line();
  std::vector<int> found;
  // Not by parents: one could be missed whose parent is ending just now.
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const int pid = std::atoi(entry.path().filename().c_str());
    if (pid > 0 && !spared.contains(pid) && alive(pid) && belongs_to(pid, directory.string())) found.push_back(pid);
  }
  return found;
}

void sweep(const fs::path& directory) {
  using namespace std::chrono_literals;
  const auto spared = own_line();
  const auto deadline = std::chrono::steady_clock::now() + 5s;
  while (std::chrono::steady_clock::now() < deadline) {
    bool found = false;
    for (const int pid : processes_from(directory)) {
      found = true;
      for (const int child : descendants_of(pid)) {
        if (!spared.contains(child)) kill(child, SIGKILL);
      }
      kill(pid, SIGKILL);
    }
    if (!found) return;
    std::this_thread::sleep_for(2ms);
  }
}

}  // namespace forever::test
