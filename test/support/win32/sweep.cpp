// Finds a test's processes by what their environment and their arguments name.
#include "test/support/sweep.hpp"

#include <algorithm>

#include "platform/process.hpp"
#include "test/support/wait.hpp"

namespace forever::test {
namespace {

std::string slashed(std::string text) {
  std::replace(text.begin(), text.end(), '\\', '/');
  return text;
}

bool mentions(const std::vector<std::string>& texts, const std::string& directory) {
  return std::ranges::any_of(
      texts, [&](const std::string& text) { return slashed(text).find(directory) != std::string::npos; });
}

}  // namespace

std::vector<int> processes_from(const std::filesystem::path& directory) {
  const std::string place = slashed(directory.string());
  std::vector<int> found;
  for_each_process([&](const ProcessEntry& entry) {
    const Pid pid = entry.id.pid;
    if (pid == current_pid()) return;
    if (mentions(environment_of(pid), place) || mentions(arguments_of(pid), place)) found.push_back(pid);
  });
  return found;
}

void sweep(const std::filesystem::path& directory) {
  (void)wait_until(
      [&] {
        const auto left = processes_from(directory);
        for (const int pid : left) {
          if (const auto id = identify(pid)) (void)send_signal(*id, 9).ok();
        }
        return left.empty();
      },
      5s);
}

}  // namespace forever::test
