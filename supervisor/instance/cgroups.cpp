#include "supervisor/instance/cgroups.hpp"

#include <algorithm>

#include "platform/files.hpp"

namespace forever {

// No app's name contains a colon, so that no app's groups are taken for another's.
Cgroups::Cgroups(const std::string& marker_prefix) : prefix_("forever:" + marker_prefix + ":") {
  std::ranges::replace(prefix_, '/', ':');
}

std::string Cgroups::name(std::uint32_t slot, std::uint64_t generation) const {
  return prefix_ + std::to_string(slot) + ":" + std::to_string(generation);
}

Result<std::string> Cgroups::make(const CgroupLimits& limits, std::uint32_t slot, std::uint64_t generation) const {
  const auto place = place_for(limits);
  if (!place) return place.error();
  if (Status prepared = prepare_cgroups(*place, limits); !prepared) return prepared.error();
  remove_empty_cgroups(place->path, prefix_);
  std::string path = place->path + "/" + name(slot, generation);
  if (Status made = make_cgroup(path, limits); !made) return made.error();
  return path;
}

std::string Cgroups::find(std::uint32_t slot, std::uint64_t generation) const {
  const auto place = cgroup_place();
  if (!place) return {};
  std::string path = place->path + "/" + name(slot, generation);
  return exists(path) ? path : std::string{};
}

}  // namespace forever
