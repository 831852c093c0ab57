// One request to the supervisor of each app that was chosen, all side by side: what stop, restart, signal, flush, reload,
// scale and watch share.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "app/control_protocol.hpp"
#include "cli/apps/outcome.hpp"
#include "cli/apps/selection.hpp"

namespace forever::cli {

struct Asking {
  // The request to a target's supervisor; an Outcome if there is none: it is not supervised, or the request is impossible.
  std::function<std::variant<ControlRequest, Outcome>(const Selection&, const Target&)> request;
  // What follows the target's words when it was done (" reloaded"), and when it was not, before the reason.
  std::function<std::string(const ControlReply&)> done;
  std::string not_done = ": ";
  // What is done where no supervisor answered; nothing: its error is the outcome.
  std::function<std::optional<Outcome>(const Selection&, const Target&)> unreached;
  bool progress = false;  // shows what is waited for, unless the user wants it quiet
  // What is looked at once all have answered; may change the outcome.
  std::function<void(const StateDirectory&, Outcome&)> conclude;
};

// Asks the supervisors of all targets at once, and returns when the slowest has answered; the outcomes are in the order of the targets.
// `quiet`: no lines about what is waited for.
[[nodiscard]] std::vector<Outcome> ask_targets(const Selection& selection, const Asking& asking, bool quiet);
// Finds the apps, asks, prints the outcomes. Returns the exit code.
[[nodiscard]] int ask_apps(const SelectorOptions& which, const Asking& asking);

// What to do with a target without a supervisor.
using Idle = Outcome (*)(const StateDirectory&, const Target&);
// One and the same message to each of them; `done` is what follows the target's words.
[[nodiscard]] int tell_apps(const SelectorOptions& which, const ControlRequest& message, const std::string& done,
                            Idle idle);

}  // namespace forever::cli
