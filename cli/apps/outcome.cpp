#include "cli/apps/outcome.hpp"

#include "cli/apps/json.hpp"
#include "cli/apps/look.hpp"
#include "cli/terminal/print.hpp"
#include "client/view.hpp"
#include "text/printable.hpp"

namespace forever::cli {

std::string words_for(const Target& target) {
  std::string words = printable(target.name);
  if (target.slot) words += " slot " + std::to_string(*target.slot);
  const bool by_name = target.matched.starts_with("name ") || target.matched == "all";
  return by_name || target.matched.empty() ? words : words + " (" + printable(target.matched) + ")";
}

Outcome failed(const Target& target, const std::string& why) {
  return {target.name, false, words_for(target) + ": " + why};
}

std::string head(const AppSpec& spec) { return printable(spec.name) + " (id " + std::to_string(spec.id) + ")"; }

std::string pid_words(const std::vector<Pid>& pids) {
  std::string words;
  for (const Pid pid : pids) {
    if (pid > 0) words += (words.empty() ? ", pid " : ", ") + std::to_string(pid);
  }
  return words;
}

int answer_outcomes(const StateDirectory& state, const std::vector<Outcome>& outcomes, const SelectorOptions& options) {
  std::string done, error;
  for (const Outcome& outcome : outcomes) {
    if (outcome.ok) {
      done += outcome.text + "\n";
    } else {
      complain(outcome.text);
      error += (error.empty() ? "" : "; ") + outcome.text;
    }
  }
  const int code = to_int(error.empty() ? ExitCode::ok : ExitCode::failed);
  if (options.json) {
    std::vector<AppLook> looks;
    const Time now = steady_now();
    for (const Outcome& outcome : outcomes) {
      if (looks.empty() || looks.back().view.name != outcome.name)
        looks.push_back(look_at(view_app(state, outcome.name, false), now));
    }
    return print(json_list(state.path(), looks, error), code);
  }
  if (outcomes.empty()) done = "no apps in " + printable(state.path()) + "\n";
  return options.quiet ? code : print(done, code);
}

}  // namespace forever::cli
