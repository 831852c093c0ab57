#include "app/tree_usage.hpp"

#include "app/other_apps.hpp"

namespace forever {

Usage usage_of_app(std::span<const Pid> roots) {
  Usage usage = usage_of_trees(roots, other_app_begins);
  if (usage.processes > 1) usage.memory_bytes = shared_once_memory(roots, other_app_begins);
  return usage;
}

std::uint64_t memory_against(std::uint64_t limit, std::span<const Pid> roots) {
  const Usage usage = usage_of_trees(roots, other_app_begins);
  if (usage.memory_bytes <= limit || usage.processes < 2) return usage.memory_bytes;
  return shared_once_memory(roots, other_app_begins);
}

}  // namespace forever
