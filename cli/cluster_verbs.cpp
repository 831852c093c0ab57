// reload and scale: the instances of an app exchanged, or their number changed, while it runs.
#include <algorithm>

#include "cli/stopping.hpp"
#include "cli/verb_functions.hpp"
#include "cli/views.hpp"

namespace forever::cli {
namespace {

std::string instances_text(unsigned count) { return std::to_string(count) + (count == 1 ? " instance" : " instances"); }

// Nobody supervises: the number is for its next start.
Outcome record_count(const StateDirectory& state, const Target& target, const Scale& command) {
  auto spec = state.read_spec(target.name);
  if (!spec) return {target.name, false, spec.error().message()};
  const int wanted = command.relative ? static_cast<int>(spec->instances) + command.count : command.count;
  spec->instances = static_cast<unsigned>(std::clamp(wanted, 1, static_cast<int>(kMostInstances)));
  if (const Status written = state.write_spec(*spec); !written) return {target.name, false, written.error().message()};
  return {target.name, true,
          words_for(target) + " will have " + instances_text(spec->instances) + " when it is started"};
}

}  // namespace

int reload(const Reload& command) {
  auto found = find_apps(command.which.selectors, true);
  if (const auto* failure = std::get_if<Failure>(&found)) return fail(*failure, command.which.json);
  Selection& selection = std::get<Selection>(found);
  std::vector<Outcome> outcomes(selection.targets.size());
  std::vector<ControlTarget> asked;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < selection.targets.size(); ++i) {
    const Target& target = selection.targets[i];
    if (target.slot) {
      outcomes[i] = {target.name, false, words_for(target) + " is one of several instances; reload takes the app"};
    } else if (!selection.view_of(target).supervised) {
      outcomes[i] = {target.name, false,
                     words_for(target) + " is not running; forever start " + target.name + " starts it"};
    } else {
      asked.push_back({target.name, {Operation::reload, {}, 0, false, {}}});
      places.push_back(i);
    }
  }
  const auto progress = [&](const std::string&, const std::string& text) {
    if (!command.which.quiet) tell(text);
  };
  auto replies = ask_supervisors(selection.state, asked, progress);
  for (std::size_t i = 0; i < replies.size(); ++i) {
    const Target& target = selection.targets[places[i]];
    const bool ok = replies[i].ok() && replies[i]->ok;
    const std::string why = replies[i].ok() ? replies[i]->text : replies[i].error().message();
    outcomes[places[i]] = {
        target.name, ok,
        words_for(target) + (ok ? " reloaded" + (why.empty() ? "" : "; " + why) : " is not reloaded: " + why)};
  }
  return answer_outcomes(selection.state, outcomes, command.which);
}

int scale(const Scale& command) {
  auto found = find_apps(command.which.selectors, true);
  if (const auto* failure = std::get_if<Failure>(&found)) return fail(*failure, command.which.json);
  Selection& selection = std::get<Selection>(found);
  std::vector<Outcome> outcomes(selection.targets.size());
  std::vector<ControlTarget> asked;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < selection.targets.size(); ++i) {
    const Target& target = selection.targets[i];
    if (target.slot) {
      outcomes[i] = {target.name, false, words_for(target) + " is one of several instances; scale takes the app"};
    } else if (!selection.view_of(target).supervised) {
      outcomes[i] = record_count(selection.state, target, command);
    } else {
      ControlRequest request{Operation::scale, {}, 0, false, {}};
      request.count = command.count;
      request.relative = command.relative;
      asked.push_back({target.name, std::move(request)});
      places.push_back(i);
    }
  }
  const auto progress = [&](const std::string&, const std::string& text) {
    if (!command.which.quiet) tell(text);
  };
  auto replies = ask_supervisors(selection.state, asked, progress);
  for (std::size_t i = 0; i < replies.size(); ++i) {
    const Target& target = selection.targets[places[i]];
    const bool ok = replies[i].ok() && replies[i]->ok;
    const std::string why = replies[i].ok() ? replies[i]->text : replies[i].error().message();
    const std::string done = ok ? " has " + instances_text(static_cast<unsigned>(replies[i]->pids.size())) : ": " + why;
    outcomes[places[i]] = {target.name, ok, words_for(target) + done};
  }
  return answer_outcomes(selection.state, outcomes, command.which);
}

}  // namespace forever::cli
