// Bringing many apps to where they are wanted: those that others depend on first, side by side as far as may be.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/apps/stop_each.hpp"
#include "cli/apps_file/source.hpp"
#include "client/view.hpp"

namespace forever::cli {

// What runs is restarted, reloaded or, where nothing but the number of instances differs, scaled.
enum class Step : std::uint8_t { leave, start, restart, reload, scale };

struct Wanted {
  AppSpec spec;
  std::vector<std::string> depends_on;  // names that precede it in the list
  Step step = Step::leave;
  std::string text;    // for `leave`: its message
  bool ok = true;      // for `leave`
  bool known = false;  // on record already, with that id
};

// What is on record, by name; apps that had lost their supervisor have a new one.
using Views = std::map<std::string, AppView>;
[[nodiscard]] Views views_by_name(const StateDirectory& state);

// Every app of the file as a spec, over what this process has to give: environment, umask, limits. An app on record keeps
// its id. Everything is checked before anything is touched: the Failure names the app.
[[nodiscard]] std::variant<std::vector<Wanted>, Failure> wanted_apps(const StateDirectory& state,
                                                                     const AppsSource& source);

// The same, of the apps file that `word` names, as the options choose from it.
[[nodiscard]] std::variant<std::vector<Wanted>, Failure> wanted_apps(const StateDirectory& state,
                                                                     const std::string& word,
                                                                     const SelectorOptions& which);

struct BringHow {
  bool quiet = false;
  bool wait = false;  // until each is ready
  std::optional<Milliseconds> patience;
};
// Carries out the steps; the outcomes are in the order of `apps`. An app whose dependency does not get ready is left alone.
[[nodiscard]] std::vector<Outcome> bring(const StateDirectory& state, std::vector<Wanted>& apps, const BringHow& how);

}  // namespace forever::cli
