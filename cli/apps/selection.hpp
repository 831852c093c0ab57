// The way from selectors to apps that every verb goes.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "cli/apps/look.hpp"
#include "cli/terminal/print.hpp"
#include "client/view.hpp"

namespace forever::cli {

struct Selection {
  StateDirectory state;
  std::vector<AppView> views;   // of the chosen apps, once each
  std::vector<Target> targets;  // in the same order; several for an app of which several slots are meant

  [[nodiscard]] const AppView& view_of(const Target& target) const;
};

// Looks at the apps and resolves the selectors; none at all means every app. The Failure has `not_found` where a selector fits nothing
// or too much. `adopt`: apps that have lost their supervisor get a new one on the way.
[[nodiscard]] std::variant<Selection, Failure> find_apps(const std::vector<std::string>& selectors, bool adopt);

// Reports on standard error which apps have been adopted by this command.
void tell_adoptions(const std::vector<AppView>& views);
// Tells on standard error that there is none, where an answer would be empty for that.
void tell_of_none(const Selection& selection);
// Reports on standard error what is wrong with the files of an app.
void tell_troubles(const std::vector<AppView>& views);

}  // namespace forever::cli
