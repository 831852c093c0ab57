// What the verbs do with an apps file: start, restart, apply, init; and the apps of a file for stop and delete.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/apps/stop_each.hpp"
#include "cli/apps_file/bring.hpp"

namespace forever::cli {

[[nodiscard]] int apply(const Apply& command);
[[nodiscard]] int init(const Init& command);

// start, restart and reload hand over to these where an operand is an apps file.
[[nodiscard]] int start_apps_file(const StateDirectory& state, const Start& command);
// `step`: restart or reload; what does not run is started.
[[nodiscard]] int restart_apps_file(const SelectorOptions& which, Step step);
// Whether an apps file is among the operands of `verb`, which takes one of them or apps; the Failure says that both are there.
[[nodiscard]] std::variant<bool, Failure> is_one_apps_file(const std::vector<std::string>& words,
                                                           std::string_view verb);

// Where operands are apps files: their apps that are on record, as exact selectors.
struct FromFiles {
  std::vector<std::string> selectors;        // all operands, the files replaced
  std::map<std::string, std::size_t> order;  // name -> wave; a later wave depends on an earlier one
  bool nothing = false;                      // there were only files, and none of their apps is on record
};
[[nodiscard]] std::variant<FromFiles, Failure> apps_of_files(const SelectorOptions& options);
// The apps that are meant by them. `files.nothing` is set where there is nothing to do.
[[nodiscard]] std::variant<Selection, Failure> find_with_files(const SelectorOptions& which, FromFiles& files);
// As stop_targets; what depends on others is stopped before them.
[[nodiscard]] std::vector<Outcome> stop_in_order(const Selection& selection, const StopHow& how,
                                                 const FromFiles& files);

}  // namespace forever::cli
