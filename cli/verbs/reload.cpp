// reload: the instances of an app exchanged one after the other while it serves.
#include "cli/verbs/reload.hpp"

#include "cli/apps/ask_each.hpp"
#include "cli/apps/selection.hpp"
#include "cli/apps_file/apply.hpp"

namespace forever::cli {

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
    return ControlRequest{
        .operation = Operation::reload, .ready_timeout = command.ready_timeout, .drain_timeout = command.drain_timeout};
  };
  asking.done = [](const ControlReply& reply) { return " reloaded" + (reply.text.empty() ? "" : "; " + reply.text); };
  asking.not_done = " is not reloaded: ";
  asking.progress = true;
  return ask_apps(command.which, asking);
}

}  // namespace forever::cli
