// What the verbs do with an apps file: start, restart, reload; and the apps of a file for stop and delete.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/apps/stop_each.hpp"
#include "cli/apps_file/bring.hpp"
#include "cli/apps_file/from_files.hpp"
#include "cli/grammar/app_request.hpp"

namespace forever::cli {

// start, restart and reload hand over to these where an operand is an apps file.
[[nodiscard]] int start_apps_file(const StateDirectory& state, const AppRequest& request, const SelectorOptions& which,
                                  const BringHow& how);
// `step`: restart or reload; what does not run is started.
[[nodiscard]] int restart_apps_file(const SelectorOptions& which, Step step);
// Whether an apps file is among the operands of `verb`, which takes one of them or apps; the Failure says that both are there.
[[nodiscard]] std::variant<bool, Failure> is_one_apps_file(const std::vector<std::string>& words,
                                                           std::string_view verb);

// The apps that are meant by them. `files.nothing` is set where there is nothing to do.
[[nodiscard]] std::variant<Selection, Failure> find_with_files(const SelectorOptions& which, FromFiles& files);
// As stop_targets; what depends on others is stopped before them.
[[nodiscard]] std::vector<Outcome> stop_in_order(const Selection& selection, const StopHow& how,
                                                 const FromFiles& files);

// What is asked of one app that is wanted: nothing of one that another machine keeps; null where nothing is on record.
[[nodiscard]] const AppView* view_of(const Views& views, Wanted& app);
// Nothing is asked of it; `text` is its outcome.
void leave(Wanted& app, bool ok, std::string text);
// "web (id 0)"
[[nodiscard]] std::string id_words(const AppSpec& spec);

}  // namespace forever::cli
