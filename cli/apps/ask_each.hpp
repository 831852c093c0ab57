// One request to the supervisor of each app that was chosen, all side by side: what signal, flush, reopen, reload, scale and
// watch share.
#pragma once

#include <functional>
#include <string>
#include <variant>

#include "app/control_protocol.hpp"
#include "cli/apps/stop_each.hpp"

namespace forever::cli {

struct Asking {
  // What a target's supervisor is asked; an Outcome where nobody is: it is not supervised, or it cannot be done.
  std::function<std::variant<ControlRequest, Outcome>(const Selection&, const Target&)> request;
  // What follows the target's words when it was done (" reloaded"), and when it was not, before the reason.
  std::function<std::string(const ControlReply&)> done;
  std::string not_done = ": ";
  bool progress = false;  // shows what is waited for, unless the user wants it quiet
  // What is looked at once all have answered; may change the outcome.
  std::function<void(const StateDirectory&, Outcome&)> conclude;
};

// Finds the apps, asks, prints the outcomes. Returns the exit code.
[[nodiscard]] int ask_apps(const SelectorOptions& which, const Asking& asking);

}  // namespace forever::cli
