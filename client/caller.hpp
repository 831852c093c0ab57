// What has run this command: a program of an app here (a hook that deploys, a scheduled task), or another process.
#pragma once

#include <optional>
#include <string>

#include "app/state_directory.hpp"

namespace forever {

// The app of this state directory whose program has run us, by the marker in our environment; nothing if there is none. It is a word
// of the environment and decides no more than the order in which apps are asked.
[[nodiscard]] std::optional<std::string> calling_app(const StateDirectory& state);

}  // namespace forever
