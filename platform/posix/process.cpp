// What is known of processes without asking the system about each.
#include "platform/process.hpp"

#include <unistd.h>

#include <unordered_set>

namespace forever {

bool adopt_process(const ProcessId&) { return false; }
namespace {

constexpr std::size_t kLargestTree = 1U << 16U;  // processes; a bound for a table that changes while it is read

}  // namespace

Pid current_pid() noexcept { return ::getpid(); }

bool share_session(Pid one, Pid other) noexcept { return ::getsid(one) == ::getsid(other); }

std::vector<Pid> tree_of(std::span<const Pid> roots, const Border& ends) {
  std::vector<Pid> tree;
  std::unordered_set<Pid> seen;
  const auto add = [&](Pid pid) {
    if (pid > 0 && seen.insert(pid).second) tree.push_back(pid);
  };
  for (const Pid root : roots) add(root);
  for (std::size_t at = 0; at < tree.size() && tree.size() < kLargestTree; ++at) {
    for (const Pid child : children_of(tree[at])) {
      if (!ends || !ends(child, tree[at])) add(child);
    }
  }
  return tree;
}

}  // namespace forever
