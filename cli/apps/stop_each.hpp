// Stopping apps, whatever has become of them: what stop, delete and restart share.
#pragma once

#include <string>
#include <vector>

#include "cli/apps/selection.hpp"
#include "cli/grammar/invocation.hpp"

namespace forever::cli {

// How it went with one target.
struct Outcome {
  std::string name;
  bool ok = true;
  std::string text;  // "web stopped", or what went wrong
};

struct StopHow {
  bool force = false;
  bool quiet = false;  // no lines about what is waited for
};

// Stops all targets side by side and returns when the slowest is done; the outcomes are in the order of the targets.
// An app without a supervisor gets one first if anything of it lives. A record whose process is gone or has become
// somebody else's is put right, and nothing is signalled.
[[nodiscard]] std::vector<Outcome> stop_targets(const Selection& selection, const StopHow& how);

// "web", "web slot 1" where one of several instances is meant, and by which key it was found unless by its name: "web (pid 4711)".
[[nodiscard]] std::string words_for(const Target& target);
// ", pid 17, 18": what follows "web started"; empty where no pid is known.
[[nodiscard]] std::string pid_words(const std::vector<Pid>& pids);
// Takes those out of the selection whose record this forever does not understand; why they are left alone, for each.
[[nodiscard]] std::vector<Outcome> set_newer_aside(Selection& selection);
// Removes from the record what went well so far; what cannot be removed has gone wrong.
void forget(const StateDirectory& state, std::vector<Outcome>& outcomes, bool logs_too);
// Prints what went well on standard output and the rest on standard error; with `json` the apps as they are now.
[[nodiscard]] int answer_outcomes(const StateDirectory& state, const std::vector<Outcome>& outcomes,
                                  const SelectorOptions& options);

}  // namespace forever::cli
