#include "platform/processors.hpp"

#include <sched.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "platform/files.hpp"

namespace forever {
namespace {

std::optional<unsigned long> number_at_start(std::string_view text) {
  unsigned long number = 0;
  return std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc{} ? std::optional{number}
                                                                                           : std::nullopt;
}

// "max 100000" or "150000 100000": microseconds of processor time in a period (cgroup-v2.rst, cpu.max).
unsigned quota_of(std::string_view text) {
  const auto quota = number_at_start(text);
  const std::size_t blank = text.find(' ');
  const auto period = blank == std::string_view::npos ? std::nullopt : number_at_start(text.substr(blank + 1));
  if (!quota || !period || *period == 0) return ~0U;
  return static_cast<unsigned>(std::min<unsigned long>((*quota + *period - 1) / *period, ~0U));
}

// Of our own cgroup and of those above it; "0::/path" in /proc/self/cgroup.
unsigned cgroup_quota() {
  const auto own = read_file("/proc/self/cgroup");
  const std::size_t at = own ? own->find("0::/") : std::string::npos;
  if (at == std::string::npos) return ~0U;
  std::string path = own->substr(at + 3, own->find('\n', at) - at - 3);
  unsigned least = ~0U;
  while (!path.empty()) {
    if (path == "/") path.clear();
    if (const auto text = read_file("/sys/fs/cgroup" + path + "/cpu.max")) least = std::min(least, quota_of(*text));
    path.erase(path.empty() ? 0 : path.rfind('/'));
  }
  return least;
}

}  // namespace

unsigned usable_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  const unsigned allowed = ::sched_getaffinity(0, sizeof set, &set) == 0 ? static_cast<unsigned>(CPU_COUNT(&set)) : 1U;
  return std::max(1U, std::min(allowed, cgroup_quota()));
}

}  // namespace forever
