// run: an app in the foreground, without a state directory.
#include "cli/verbs/run.hpp"

#include "app/name.hpp"
#include "cli/new_spec.hpp"
#include "cli/terminal/print.hpp"
#include "platform/cgroup.hpp"
#include "supervisor/foreground/foreground.hpp"

namespace forever::cli {

int run(const Run& command) {
  auto fresh = fresh_spec(command.app);
  if (const auto* failure = std::get_if<Failure>(&fresh)) return fail(*failure, false);
  AppSpec& spec = std::get<AppSpec>(fresh);
  spec.name = default_name_for(spec);
  if (!command.shell_command.empty())
    spec.name = default_name(command.shell_command.substr(0, command.shell_command.find(' ')));
  spec.restart.on =
      RestartOn::on_failure;  // in the foreground a success is the end, whose exit code somebody waits for
  if (!command.app.settings.has("restart")) spec.watch.on_crash = OnCrash::wait;
  if (const auto failure = lay_over(command.app, spec)) return fail(*failure, false);
  if (const auto failure = check_watch_settings(command.app.settings, spec.watch)) return fail(*failure, false);
  if (const auto failure = check_spec(spec)) return fail(*failure, false);
  if (spec.cgroup.any()) {
    if (const auto place = place_for(spec.cgroup); !place)
      return fail({ExitCode::failed, place.error().message()}, false);
  }
  return supervise_in_foreground(spec);
}

}  // namespace forever::cli
