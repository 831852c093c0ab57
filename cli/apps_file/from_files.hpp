// Apps files as selectors: what is on record from them, whatever they are called now. `stop ecosystem.config.js` stops
// web-production too, which was started with --env-name production.
#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "app/state_directory.hpp"
#include "cli/grammar/command.hpp"
#include "cli/terminal/print.hpp"

namespace forever::cli {

// Where operands are apps files: their apps that are on record, as exact selectors.
struct FromFiles {
  std::vector<std::string> selectors;        // all operands, the files replaced
  std::map<std::string, std::size_t> order;  // name -> wave; a later wave depends on an earlier one
  bool any = false;                          // there was a file
  bool nothing = false;                      // there were only files, and none of their apps is on record
};
// An app is a file's by its record, or by its name where its record names no other file that is there. A file that is gone or cannot be
// read is known by the records alone; the Failure: there is no such record either.
[[nodiscard]] std::variant<FromFiles, Failure> apps_of_files(const SelectorOptions& options);

}  // namespace forever::cli
