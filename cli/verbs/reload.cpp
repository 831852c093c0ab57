// reload: the instances of an app exchanged one after the other while it serves.
#include "cli/verbs/reload.hpp"

#include "cli/grammar/verb.hpp"

#include "cli/apps/ask_each.hpp"
#include "cli/apps/selection.hpp"
#include "cli/apps_file/file_verbs.hpp"

namespace forever::cli {

namespace {

constexpr Option kReloadOptions[] = {
    {{"--ready-timeout", ValueKind::time, "TIME",
      "For this reload only, instead of the app's. A bare number is seconds."},
     by<Reload>([](Reload& reload, const std::string& value) -> Fault {
       if (Fault fault = take_duration(reload.ready_timeout, value)) return fault;
       return reload.ready_timeout->count() > 0 ? Fault{} : "must be more than 0";
     })},
    {{"--drain-timeout", ValueKind::time, "TIME",
      "For this reload only, instead of the app's. A bare number is seconds."},
     by<Reload>([](Reload& reload, const std::string& value) { return take_duration(reload.drain_timeout, value); })},
    kOnly,
    kEnvironmentName,
    kJson,
    kQuiet,
};
constexpr OptionGroup kReloadGroups[] = {{"Options", kReloadOptions}};

}  // namespace

constinit const Verb kReloadVerb{
    .name = "reload",
    .family = family::kEnding,
    .operands = "APP... [OPTION]...",
    .summary = "replace an app's processes without losing a connection",
    .text =
        "Starts a new process while the old one runs, slot by slot. When the new one listens on all ports of the old "
        "one, "
        "it gets all new connections; the old one is stopped when its connections have ended "
        "(at the latest after --drain-timeout). A new process that ends, or is not ready within --ready-timeout, is "
        "stopped: the old ones keep serving, and the exit code is 1.\n"
        "It needs an app with several instances (-i), --hold-ports or --listen. Without these an app is "
        "restarted, instance by instance.\n"
        "The apps of an apps file are reloaded with the present settings of the file; those that are not running are "
        "started.",
    .examples =
        "forever reload web\n"
        "forever reload apps.json --only web",
    .groups = kReloadGroups,
    .kind = OperandKind::app,
    .begin = begin<Reload>,
};

std::optional<UsageError> Reload::take(Operands& operands) {
  return take_some(which, operands, "reload", "the name of an app, its id, or `all`");
}

int Reload::carry_out() const {
  const auto file = is_one_apps_file(which.selectors, "reload");
  if (const auto* failure = std::get_if<Failure>(&file)) return fail(*failure, which.json);
  if (std::get<bool>(file) && (ready_timeout || drain_timeout))
    return fail({ExitCode::usage, "for the apps of an apps file, set ready_timeout and drain_timeout in the file"},
                which.json);
  if (std::get<bool>(file)) return restart_apps_file(which, Step::reload);
  Asking asking;
  asking.request = [&](const Selection& selection, const Target& target) -> std::variant<ControlRequest, Outcome> {
    if (target.slot)
      return Outcome{target.name, false, words_for(target) + " is one of several instances; reload acts on the app"};
    if (!selection.view_of(target).supervised)
      return Outcome{target.name, false,
                     words_for(target) + " is not running; forever start " + target.name + " starts it"};
    return ControlRequest{
        .operation = Operation::reload, .ready_timeout = ready_timeout, .drain_timeout = drain_timeout};
  };
  asking.done = [](const ControlReply& reply) { return " reloaded" + (reply.text.empty() ? "" : "; " + reply.text); };
  asking.not_done = " is not reloaded: ";
  asking.progress = true;
  return ask_apps(which, asking);
}

}  // namespace forever::cli
