#include "cli/apps/ask_each.hpp"

#include "client/ask.hpp"

namespace forever::cli {

std::vector<Outcome> ask_targets(const Selection& selection, const Asking& asking, bool quiet) {
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
  if (asked.empty()) return outcomes;
  const auto progress = [&](const std::string&, const std::string& text) {
    if (asking.progress && !quiet) tell(text);
  };
  auto replies = ask_supervisors(selection.state, asked, progress);
  for (std::size_t i = 0; i < replies.size(); ++i) {
    const Target& target = selection.targets[places[i]];
    Outcome& outcome = outcomes[places[i]];
    const bool ok = replies[i].ok() && replies[i]->ok;
    const std::string words = ok                ? (asking.done ? asking.done(*replies[i]) : std::string{})
                              : replies[i].ok() ? asking.not_done + replies[i]->text
                                                : asking.not_done + replies[i].error().message();
    std::optional<Outcome> without;
    if (!replies[i] && asking.unreached) without = asking.unreached(selection, target);
    outcome = without ? std::move(*without) : Outcome{target.name, ok, words_for(target) + words};
  }
  return outcomes;
}

int ask_apps(const SelectorOptions& which, const Asking& asking) {
  auto found = find_apps(which.selectors, true);
  if (const auto* failure = std::get_if<Failure>(&found)) return fail(*failure, which.json);
  const Selection& selection = std::get<Selection>(found);
  std::vector<Outcome> outcomes = ask_targets(selection, asking, which.quiet);
  if (asking.conclude) {
    for (Outcome& outcome : outcomes) asking.conclude(selection.state, outcome);
  }
  return answer_outcomes(selection.state, outcomes, which);
}

int tell_apps(const SelectorOptions& which, const ControlRequest& message, const std::string& done, Idle idle) {
  Asking asking;
  asking.request = [&](const Selection& selection, const Target& target) -> std::variant<ControlRequest, Outcome> {
    if (!selection.view_of(target).supervised) return idle(selection.state, target);
    ControlRequest request = message;
    request.slot = target.slot;
    return request;
  };
  asking.done = [&](const ControlReply&) { return done; };
  return ask_apps(which, asking);
}

}  // namespace forever::cli
