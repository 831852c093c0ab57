// Asking supervisors over their control sockets.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/control_protocol.hpp"
#include "app/state_directory.hpp"
#include "platform/result.hpp"

namespace forever {

// Sends requests to many supervisors at once and waits for all replies; `on_progress` gets (name, text) as they come.
// Asks again where a supervisor died under way. The result is in the order of `names`.
struct ControlTarget {
  std::string name;
  ControlRequest request;
};
[[nodiscard]] std::vector<Result<ControlReply>> ask_supervisors(
    const StateDirectory& state, const std::vector<ControlTarget>& targets,
    const std::function<void(const std::string&, const std::string&)>& on_progress);

}  // namespace forever
