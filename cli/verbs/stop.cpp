// stop, and stopall.
#include "cli/verbs/stop.hpp"

#include "cli/grammar/verb.hpp"

#include "cli/apps/outcome.hpp"
#include "cli/apps_file/file_verbs.hpp"
#include "cli/boot/save.hpp"
#include "cli/terminal/print.hpp"

namespace forever::cli {

namespace {

constexpr Option kForce = {{"-f,--force", ValueKind::none, "", "Sends KILL at once, without a grace period."},
                           turn_on<&Stop::force>};
constexpr Option kStopOptions[] = {
    kForce, kOnly, kEnvironmentName, kJson, kQuiet,
};
constexpr OptionGroup kStopGroups[] = {{"Options", kStopOptions}};

constexpr Option kStopAllOptions[] = {
    kForce,
    {{"--until-resurrect", ValueKind::none, "",
      "Records which apps are online, so that `forever resurrect` starts them again."},
     turn_on<&Stop::until_resurrect>},
    kJson,
    kQuiet,
};
constexpr OptionGroup kStopAllGroups[] = {{"Options", kStopAllOptions}};

}  // namespace

constinit const Verb kStopVerb{
    .name = "stop",
    .family = family::kEnding,
    .operands = "APP... [OPTION]...",
    .summary = "stop an app and all of its processes",
    .text =
        "Sends TERM (or its --kill-signal) to the app, and KILL to processes that remain after its --kill-timeout. "
        "Returns when all of its processes have ended and its ports are free. Its record remains: `forever start "
        "NAME` starts it again.\n"
        "APP is the name of an app, its id, the pid of one of its processes, a namespace, an apps file, or "
        "`all`; name:web, id:0, pid:4711 and ns:prod select one kind explicitly. An ambiguous "
        "word is refused. The pid of one of several instances stops only that instance.",
    .examples =
        "forever stop web\n"
        "forever stop 0 3\tby id\n"
        "forever stop ns:prod\ta whole namespace\n"
        "forever stop apps.json\tthe apps of a file\n"
        "forever stop web --force\twithout a grace period",
    .groups = kStopGroups,
    .kind = OperandKind::app,
    .begin = begin<Stop>,
};
constinit const Verb kStopAllVerb{
    .name = "stopall",
    .family = family::kEnding,
    .operands = "[OPTION]...",
    .summary = "stop all apps in parallel",
    .text = "Takes as long as the slowest app, not as long as all of them together.",
    .groups = kStopAllGroups,
    .begin = begin<StopAll>,
};

std::optional<UsageError> Stop::take(Operands& operands) { return take_some(which, operands, "stop", kAnApp); }

std::optional<UsageError> StopAll::take(Operands& operands) { return take_all(which, operands, "stopall", "stop"); }

int Stop::carry_out() const {
  if (until_resurrect) {
    const auto opened = open_state(true);
    if (const auto* failure = std::get_if<Failure>(&opened)) return fail(*failure, which.json);
    if (const Status noted = note_until_resurrect(std::get<StateDirectory>(opened)); !noted)
      return fail({ExitCode::failed, noted.error().message() + "; nothing was stopped"}, which.json);
  }
  FromFiles files;
  auto found = find_with_files(which, files);
  if (const auto* failure = std::get_if<Failure>(&found)) return fail(*failure, which.json);
  const Selection& selection = std::get<Selection>(found);
  if (files.nothing && !which.json) return to_int(ExitCode::ok);
  return answer_outcomes(selection.state, stop_in_order(selection, {force, which.quiet}, files), which);
}

}  // namespace forever::cli
