// The marker in an instance's environment, by which its descendants are known after it is gone; and what of an app's processes
// hangs below its supervisor.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "platform/process.hpp"

namespace forever {

inline constexpr const char* kMarkerVariable = "FOREVER_INSTANCE_ID";

struct InstanceMarker {
  std::string prefix;
  std::uint32_t slot = 0;
  std::uint64_t generation = 0;
};
[[nodiscard]] std::string marker_text(const InstanceMarker& marker);
[[nodiscard]] std::optional<InstanceMarker> marker_from(const std::string& text);
// The marker that the process bears; nothing where it has none, or its environment cannot be read.
[[nodiscard]] std::optional<InstanceMarker> marker_of(Pid pid);

// What the kernel re-parented to an app's supervisor or keeper: their children that lead no slot. No `keeper` (0): it has none but
// the supervisor.
[[nodiscard]] std::vector<Pid> orphans_below(Pid supervisor, Pid keeper, const std::function<bool(Pid)>& leads);
// Whether an orphan of an app with several slots is this slot's, by its marker. One that has none (it cleared its environment)
// is the first slot's.
[[nodiscard]] bool orphan_of_slot(Pid orphan, std::uint32_t slot);

}  // namespace forever
