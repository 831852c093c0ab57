// Only Linux has cgroups.
#include "platform/cgroup.hpp"

#include <cerrno>

namespace forever {

std::optional<CgroupPlace> cgroup_place(const std::string&) { return std::nullopt; }

Result<CgroupPlace> place_for(const CgroupLimits&, const std::string&) {
  return error_from(ENOTSUP, "limit memory or processor by a cgroup");
}

Status prepare_cgroups(const CgroupPlace&, const CgroupLimits&) { return error_from(ENOTSUP, "prepare a cgroup"); }
Status make_cgroup(const std::string& path, const CgroupLimits&) { return error_from(ENOTSUP, "make " + path); }
Status enter_cgroup(const std::string& path, Pid) { return error_from(ENOTSUP, "enter " + path); }
std::vector<Pid> cgroup_members(const std::string&) { return {}; }
bool kill_cgroup(const std::string&) noexcept { return false; }
std::uint64_t cgroup_memory_kills(const std::string&) { return 0; }
bool remove_cgroup(const std::string&) noexcept { return true; }
void remove_empty_cgroups(const std::string&, const std::string&) {}

}  // namespace forever
