// The marker in an instance's environment, by which its descendants are known after it is gone; and what of an app's processes
// hangs below its supervisor.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/process.hpp"

namespace forever {

inline constexpr const char* kMarkerVariable = "FOREVER_INSTANCE_ID";
// The pid of the instance's leading process, beside the marker, which all that it starts bears too.
inline constexpr const char* kLeaderVariable = "FOREVER_INSTANCE_PID";

// More processes than a slot ever has: a larger number was made up.
inline constexpr std::uint64_t kMostGenerations = 1'000'000'000'000;

struct InstanceMarker {
  std::string prefix;  // "<state directory id>/<app>"
  std::uint32_t slot = 0;
  std::uint64_t generation = 0;
  std::string tag = {};  // made with the directory's secret; empty: by a version that had none, or where there was none
};
// "<prefix>/<slot>/<generation>", which anybody may see: names of sockets are made of it.
[[nodiscard]] std::string marker_text(const InstanceMarker& marker);
// The same with ":<tag>", for the environment alone.
[[nodiscard]] std::string marker_with_tag(const InstanceMarker& marker);
[[nodiscard]] std::optional<InstanceMarker> marker_from(std::string_view text);
// The marker in the environment of the process; nothing if it has none, or its environment cannot be read. The user who executes a
// program chooses its environment: app/ours.hpp decides whether the marker is genuine.
[[nodiscard]] std::optional<InstanceMarker> marker_of(Pid pid);

// The leader of the instance that a process belongs to, according to itself; nothing if it does not name one (a version that did not
// started it; Windows).
[[nodiscard]] std::optional<Pid> leader_of(Pid pid);

// What the kernel re-parented to an app's supervisor or keeper: their children, but for those that `are_apart`, as leaders of slots
// are. No `keeper` (0): it has none but the supervisor.
[[nodiscard]] std::vector<Pid> orphans_below(Pid supervisor, Pid keeper, const std::function<bool(Pid)>& are_apart);
// Whether an orphan of an app with several slots is this slot's, by its marker. One that has none (it cleared its environment)
// is the first slot's.
[[nodiscard]] bool orphan_of_slot(Pid orphan, std::uint32_t slot);

}  // namespace forever
