// reload and scale: the instances of an app exchanged, or their number changed, while it runs.
#include <algorithm>

#include "cli/apps/ask_each.hpp"
#include "cli/apps/selection.hpp"
#include "cli/apps_file/apply.hpp"
#include "cli/carry_out.hpp"

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

int reload(const Reload& command) {
  const auto file = is_one_apps_file(command.which.selectors, "reload");
  if (const auto* failure = std::get_if<Failure>(&file)) return fail(*failure, command.which.json);
  if (std::get<bool>(file) && (command.ready_timeout || command.drain_timeout))
    return fail({ExitCode::usage, "of the apps of an apps file, ready_timeout and drain_timeout are said there"},
                command.which.json);
  if (std::get<bool>(file)) return restart_apps_file(command.which, Step::reload);
  Asking asking;
  asking.request = [&](const Selection& selection, const Target& target) -> std::variant<ControlRequest, Outcome> {
    if (target.slot)
      return Outcome{target.name, false, words_for(target) + " is one of several instances; reload takes the app"};
    if (!selection.view_of(target).supervised)
      return Outcome{target.name, false,
                     words_for(target) + " is not running; forever start " + target.name + " starts it"};
    ControlRequest request{Operation::reload, {}, 0, false, {}};
    request.ready_timeout = command.ready_timeout;
    request.drain_timeout = command.drain_timeout;
    return request;
  };
  asking.done = [](const ControlReply& reply) { return " reloaded" + (reply.text.empty() ? "" : "; " + reply.text); };
  asking.not_done = " is not reloaded: ";
  asking.progress = true;
  return ask_apps(command.which, asking);
}

int scale(const Scale& command) {
  Asking asking;
  asking.request = [&](const Selection& selection, const Target& target) -> std::variant<ControlRequest, Outcome> {
    if (target.slot)
      return Outcome{target.name, false, words_for(target) + " is one of several instances; scale takes the app"};
    if (!selection.view_of(target).supervised) return record_count(selection.state, target, command);
    ControlRequest request{Operation::scale, {}, 0, false, {}};
    request.count = command.count;
    request.relative = command.relative;
    return request;
  };
  asking.done = [](const ControlReply& reply) {
    return " has " + instances_text(static_cast<unsigned>(reply.pids.size()));
  };
  asking.progress = true;
  return ask_apps(command.which, asking);
}

}  // namespace forever::cli
