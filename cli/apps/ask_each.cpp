#include "cli/apps/ask_each.hpp"

#include "cli/apps/selection.hpp"
#include "client/ask.hpp"

namespace forever::cli {

int ask_apps(const SelectorOptions& which, const Asking& asking) {
  auto found = find_apps(which.selectors, true);
  if (const auto* failure = std::get_if<Failure>(&found)) return fail(*failure, which.json);
  const Selection& selection = std::get<Selection>(found);
  std::vector<Outcome> outcomes(selection.targets.size());
  std::vector<ControlTarget> asked;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < selection.targets.size(); ++i) {
    const Target& target = selection.targets[i];
    auto request = asking.request(selection, target);
    if (auto* const outcome = std::get_if<Outcome>(&request)) {
      outcomes[i] = std::move(*outcome);
    } else {
      asked.push_back({target.name, std::get<ControlRequest>(std::move(request))});
      places.push_back(i);
    }
  }
  const auto progress = [&](const std::string&, const std::string& text) {
    if (asking.progress && !which.quiet) tell(text);
  };
  auto replies = ask_supervisors(selection.state, asked, progress);
  for (std::size_t i = 0; i < replies.size(); ++i) {
    const Target& target = selection.targets[places[i]];
    const bool ok = replies[i].ok() && replies[i]->ok;
    const std::string words = ok                ? (asking.done ? asking.done(*replies[i]) : std::string{})
                              : replies[i].ok() ? asking.not_done + replies[i]->text
                                                : asking.not_done + replies[i].error().message();
    outcomes[places[i]] = {target.name, ok, words_for(target) + words};
  }
  if (asking.conclude) {
    for (Outcome& outcome : outcomes) asking.conclude(selection.state, outcome);
  }
  return answer_outcomes(selection.state, outcomes, which);
}

}  // namespace forever::cli
