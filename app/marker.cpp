// The marker as text and back, and whose a process is by it; see marker.hpp.
#include "app/marker.hpp"

#include <string_view>

#include "text/number.hpp"

namespace forever {
std::string marker_text(const InstanceMarker& marker) {
  return marker.prefix + '/' + std::to_string(marker.slot) + '/' + std::to_string(marker.generation);
}

std::optional<InstanceMarker> marker_from(const std::string& text) {
  const auto generation = text.rfind('/');
  if (generation == std::string::npos || generation == 0) return std::nullopt;
  const auto slot = text.rfind('/', generation - 1);
  if (slot == std::string::npos) return std::nullopt;
  const std::string_view all = text;
  const auto slot_number = whole_number<std::uint32_t>(all.substr(slot + 1, generation - slot - 1));
  const auto generation_number = whole_number<std::uint64_t>(all.substr(generation + 1));
  if (!slot_number || !generation_number) return std::nullopt;
  return InstanceMarker{text.substr(0, slot), *slot_number, *generation_number};
}

std::optional<InstanceMarker> marker_of(Pid pid) {
  const auto text = environment_of(pid, kMarkerVariable);
  return text ? marker_from(*text) : std::nullopt;
}

std::vector<Pid> orphans_below(Pid supervisor, Pid keeper, const std::function<bool(Pid)>& leads) {
  std::vector<Pid> orphans = children_of_one_thread(supervisor);
  if (keeper != 0) {
    for (const Pid pid : children_of_one_thread(keeper)) orphans.push_back(pid);
  }
  std::erase_if(orphans, [&](Pid pid) { return pid == supervisor || leads(pid); });
  return orphans;
}

bool orphan_of_slot(Pid orphan, std::uint32_t slot) {
  const auto marker = marker_of(orphan);
  return marker ? marker->slot == slot : slot == 0;
}

}  // namespace forever
