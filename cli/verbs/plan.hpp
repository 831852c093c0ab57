// Which app is meant by what was typed after `start`: one on record, or a new one.
#pragma once

#include <variant>

#include "app/state_directory.hpp"
#include "cli/grammar/app_request.hpp"
#include "cli/terminal/print.hpp"

namespace forever::cli {

// The app that is meant, and whether it is on record already.
struct Plan {
  AppSpec spec;
  bool known = false;
  bool named = false;     // by its own name or --name, so that no other name will do
  bool changed = false;   // options were given that the record does not have
  bool restores = false;  // the app runs and has lost its spec: this is to be it
};
using Planned = std::variant<Plan, Failure>;

// The record of an app that has lost its spec, and of which something may run all the same.
[[nodiscard]] std::optional<AppStatus> without_spec(const StateDirectory& state, const std::string& name);

[[nodiscard]] Planned make_plan(const StateDirectory& state, const AppRequest& request);

}  // namespace forever::cli
