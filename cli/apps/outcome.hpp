// How it went with each app that a verb was for, and how that is answered.
#pragma once

#include <string>
#include <vector>

#include "app/spec.hpp"
#include "app/state_directory.hpp"
#include "cli/apps/selector.hpp"
#include "cli/grammar/command.hpp"
#include "platform/process.hpp"

namespace forever::cli {

// How it went with one target.
struct Outcome {
  std::string name;
  bool ok = true;
  std::string text;  // "web stopped", or what went wrong
};

// "web", "web slot 1" where one of several instances is meant, and by which key it was found unless by its name: "web (pid 4711)".
[[nodiscard]] std::string words_for(const Target& target);
// "web: why", as what went wrong.
[[nodiscard]] Outcome failed(const Target& target, const std::string& why);
// "web (id 3)", as the lines about a start begin.
[[nodiscard]] std::string head(const AppSpec& spec);
// ", pid 11, 12", of those that are there; empty where none is.
[[nodiscard]] std::string pid_words(const std::vector<Pid>& pids);
// Prints what went well on standard output and the rest on standard error; with `json` the apps as they are now.
[[nodiscard]] int answer_outcomes(const StateDirectory& state, const std::vector<Outcome>& outcomes,
                                  const SelectorOptions& options);

}  // namespace forever::cli
