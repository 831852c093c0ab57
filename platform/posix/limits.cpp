// Resource limits and the umask of this process, to be recorded and applied again.
#include "platform/posix/limits.hpp"

#include <array>
#include <cstdlib>
#include <string_view>

#include "platform/posix/sys.hpp"

namespace forever {
namespace {

using Resource = decltype(RLIMIT_CORE);  // an enum of its own in glibc, int elsewhere

struct NamedResource {
  std::string_view name;
  Resource resource;
};

constexpr auto kResources = std::to_array<NamedResource>({
    {"AS", RLIMIT_AS},
    {"CORE", RLIMIT_CORE},
    {"CPU", RLIMIT_CPU},
    {"DATA", RLIMIT_DATA},
    {"FSIZE", RLIMIT_FSIZE},
    {"MEMLOCK", RLIMIT_MEMLOCK},
    {"NOFILE", RLIMIT_NOFILE},
    {"NPROC", RLIMIT_NPROC},
    {"STACK", RLIMIT_STACK},
#ifdef __linux__
    {"LOCKS", RLIMIT_LOCKS},
    {"MSGQUEUE", RLIMIT_MSGQUEUE},
    {"NICE", RLIMIT_NICE},
    {"RSS", RLIMIT_RSS},
    {"RTPRIO", RLIMIT_RTPRIO},
    {"RTTIME", RLIMIT_RTTIME},
    {"SIGPENDING", RLIMIT_SIGPENDING},
#endif
});

std::uint64_t from_system(rlim_t value) noexcept { return value == RLIM_INFINITY ? kUnlimited : value; }
rlim_t to_system(std::uint64_t value) noexcept {
  return value == kUnlimited ? RLIM_INFINITY : static_cast<rlim_t>(value);
}

}  // namespace

std::vector<ResourceLimit> current_limits() {
  std::vector<ResourceLimit> limits;
  limits.reserve(kResources.size());
  for (const auto& [name, resource] : kResources) {
    rlimit value{};
    if (sys::getrlimit(resource, &value) != 0) continue;
    limits.push_back({std::string(name), from_system(value.rlim_cur), from_system(value.rlim_max)});
  }
  return limits;
}

std::vector<LimitStep> limit_steps(std::span<const ResourceLimit> limits) {
  std::vector<LimitStep> steps;
  steps.reserve(limits.size());
  for (const ResourceLimit& limit : limits) {
    for (const auto& [name, resource] : kResources) {
      if (limit.name != name) continue;
      LimitStep step;
      step.resource = static_cast<int>(resource);
      step.value.rlim_cur = to_system(limit.soft);
      step.value.rlim_max = to_system(limit.hard);
      steps.push_back(step);
    }
  }
  return steps;
}

}  // namespace forever
