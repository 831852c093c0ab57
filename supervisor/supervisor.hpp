// The supervisor of one app: the loop that carries the pure core's decisions out.
#pragma once

#include <string>

#include "app/spec.hpp"
#include "app/state_directory.hpp"
#include "platform/keeper.hpp"

namespace forever {

// The body of a supervisor below its keeper. Reads spec and status, adopts running instances, and supervises until all are
// stopped. `report` is the descriptor for the start report to the command line (see launch.hpp). Never throws.
[[nodiscard]] int supervise(Inheritance&& inheritance, const KeeperFace& face);
// How soon the keeper replaces a supervisor that has died: as an app is restarted by default.
[[nodiscard]] Respawn respawn();

}  // namespace forever
