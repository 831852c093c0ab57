// The marker as text and back, and whose a process is by it; see marker.hpp.
#include "app/marker.hpp"

#include "text/number.hpp"

namespace forever {

std::string marker_text(const InstanceMarker& marker) {
  return marker.prefix + '/' + std::to_string(marker.slot) + '/' + std::to_string(marker.generation);
}

std::string marker_with_tag(const InstanceMarker& marker) {
  return marker.tag.empty() ? marker_text(marker) : marker_text(marker) + ':' + marker.tag;
}

std::optional<InstanceMarker> marker_from(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const std::string_view tag = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
  if (colon != std::string_view::npos) text = text.substr(0, colon);
  const auto generation = text.rfind('/');
  if (generation == std::string_view::npos || generation == 0) return std::nullopt;
  const auto slot = text.rfind('/', generation - 1);
  if (slot == std::string_view::npos) return std::nullopt;
  const auto slot_number = whole_number<std::uint32_t>(text.substr(slot + 1, generation - slot - 1));
  const auto generation_number = whole_number<std::uint64_t>(text.substr(generation + 1));
  if (!slot_number || !generation_number || *generation_number > kMostGenerations) return std::nullopt;
  return InstanceMarker{std::string{text.substr(0, slot)}, *slot_number, *generation_number, std::string{tag}};
}

std::optional<InstanceMarker> marker_of(Pid pid) {
  const auto text = environment_of(pid, kMarkerVariable);
  return text ? marker_from(*text) : std::nullopt;
}

std::optional<Pid> leader_of(Pid pid) {
  const auto text = environment_of(pid, kLeaderVariable);
  return text ? whole_number<Pid>(*text) : std::nullopt;
}

std::vector<Pid> orphans_below(Pid supervisor, Pid keeper, const std::function<bool(Pid)>& are_apart) {
  std::vector<Pid> orphans = children_of_one_thread(supervisor);
  if (keeper != 0) {
    for (const Pid pid : children_of_one_thread(keeper)) orphans.push_back(pid);
  }
  std::erase_if(orphans, [&](Pid pid) { return pid == supervisor || are_apart(pid); });
  return orphans;
}

bool orphan_of_slot(Pid orphan, std::uint32_t slot) {
  const auto marker = marker_of(orphan);
  return marker ? marker->slot == slot : slot == 0;
}

}  // namespace forever
