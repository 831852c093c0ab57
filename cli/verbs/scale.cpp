// scale: another number of instances, while the app runs or for its next start.
#include "cli/verbs/scale.hpp"

#include <algorithm>

#include "cli/apps/ask_each.hpp"
#include "cli/apps/selection.hpp"

namespace forever::cli {
namespace {

std::string instances_text(unsigned count) { return std::to_string(count) + (count == 1 ? " instance" : " instances"); }

// Nobody supervises: the number is for its next start.
Outcome record_count(const StateDirectory& state, const Target& target, const Scale& command) {
  auto spec = state.read_spec(target.name);
  if (!spec) return {target.name, false, spec.error().message()};
  const int wanted = command.relative ? static_cast<int>(spec->instances) + command.count : command.count;
  spec->instances = static_cast<unsigned>(std::clamp(wanted, 1, static_cast<int>(kMostInstances)));
  if (const auto fault = fault_in_increments(*spec)) return {target.name, false, *fault};
  if (const Status written = state.write_spec(*spec); !written) return {target.name, false, written.error().message()};
  return {target.name, true,
          words_for(target) + " will have " + instances_text(spec->instances) + " when it is started"};
}

}  // namespace

int scale(const Scale& command) {
  Asking asking;
  asking.request = [&](const Selection& selection, const Target& target) -> std::variant<ControlRequest, Outcome> {
    if (target.slot)
      return Outcome{target.name, false, words_for(target) + " is one of several instances; scale takes the app"};
    if (!selection.view_of(target).supervised) return record_count(selection.state, target, command);
    return ControlRequest{.operation = Operation::scale, .count = command.count, .relative = command.relative};
  };
  asking.done = [](const ControlReply& reply) {
    return " has " + instances_text(static_cast<unsigned>(reply.pids.size())) +
           (reply.text.empty() ? "" : "; " + reply.text);
  };
  asking.progress = true;
  return ask_apps(command.which, asking);
}

}  // namespace forever::cli
