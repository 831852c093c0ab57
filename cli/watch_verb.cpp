// `forever watch APP on|off`: a running app's supervisor gets the changed spec; that of a stopped one is changed on record.
#include "cli/stopping.hpp"
#include "cli/verb_functions.hpp"
#include "cli/views.hpp"
#include "platform/lock.hpp"

namespace forever::cli {
namespace {

// Nobody supervises it. The lock is taken for the moment, so that no start comes in between.
Status change_record(const StateDirectory& state, const AppSpec& spec) {
  const auto lock = try_lock(state.lock_path(spec.name));
  if (!lock) return lock.error();
  if (!*lock) return Error{"it is being started at this moment; try again", {}};
  if (auto written = state.write_spec(spec); !written) return written;
  auto status = state.read_status(spec.name);
  if (!status) return Done{};  // there is nothing that a list could show wrongly
  status->watching = spec.watch.on;
  return state.write_status(*status);
}

}  // namespace

int watch(const Watch& command) {
  auto found = find_apps(command.which.selectors, true);
  if (const auto* failure = std::get_if<Failure>(&found)) return fail(*failure, command.which.json);
  const Selection& selection = std::get<Selection>(found);
  std::vector<Outcome> outcomes;
  for (const Target& target : selection.targets) {
    const std::string words = words_for(target);
    auto spec = selection.state.read_spec(target.name);
    if (!spec) {
      outcomes.push_back({target.name, false, words + ": " + spec.error().message()});
      continue;
    }
    const std::string done = words + (command.on ? " is watched" : " is not watched");
    if (spec->watch.on == command.on) {
      outcomes.push_back({target.name, true, done + " already"});
      continue;
    }
    spec->watch.on = command.on;
    std::string trouble;
    if (selection.view_of(target).supervised) {
      const auto replies = ask_supervisors(
          selection.state, {{target.name, {Operation::configure, {}, 0, false, spec_to_json(*spec)}}}, {});
      if (!replies.front())
        trouble = replies.front().error().message();
      else if (!replies.front()->ok)
        trouble = replies.front()->text;
    } else if (const Status changed = change_record(selection.state, *spec); !changed) {
      trouble = changed.error().message();
    }
    outcomes.push_back({target.name, trouble.empty(), trouble.empty() ? done : words + ": " + trouble});
  }
  return answer_outcomes(selection.state, outcomes, command.which);
}

}  // namespace forever::cli
