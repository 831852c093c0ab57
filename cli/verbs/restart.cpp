// restart, and restartall.
#include "cli/verbs/restart.hpp"

#include "cli/grammar/verb.hpp"

#include "cli/app_environment.hpp"
#include "cli/apps/ask_each.hpp"
#include "cli/apps/outcome.hpp"
#include "cli/apps/selection.hpp"
#include "cli/apps_file/file_verbs.hpp"
#include "cli/apps_file/source.hpp"
#include "cli/verbs/change.hpp"
#include "client/launch.hpp"
#include "client/view.hpp"

namespace forever::cli {
namespace {

// An app that is not supervised is started as it was; nothing where a supervisor is to be asked.
std::optional<Outcome> start_again(const StateDirectory& state, const Target& target, const AppView& view,
                                   bool update_env) {
  if (view.foreign) return failed(target, "is supervised by another machine or container; nothing was changed");
  if (view.supervised) return std::nullopt;
  auto spec = state.read_spec(target.name);
  if (!spec) return failed(target, spec.error().message());
  if (const auto failure = update_env ? renew_environment(*spec) : std::nullopt)
    return failed(target, failure->message);
  const auto launched = launch_app(state, *spec);
  if (!launched) return failed(target, launched.error().message());
  if (launched->already) return std::nullopt;
  if (!launched->report.started) return failed(target, "cannot be started: " + launched->report.reason);
  return Outcome{target.name, true, words_for(target) + " started" + pid_words(launched->report.pids)};
}

std::variant<ControlRequest, Outcome> restart_request(const Selection& selection, const Target& target,
                                                      bool update_env) {
  const AppView& view = selection.view_of(target);
  if (!view.supervised) {
    if (auto started = start_again(selection.state, target, view, update_env)) return std::move(*started);
  }
  ControlRequest request{.operation = Operation::restart, .slot = target.slot};
  if (!update_env) return request;
  auto spec = selection.state.read_spec(target.name);
  if (!spec) return failed(target, spec.error().message());
  if (const auto failure = renew_environment(*spec)) return failed(target, failure->message);
  request.new_spec = spec_to_json(*spec);
  return request;
}

constexpr Option kRestartOptions[] = {
    {{"--update-env", ValueKind::none, "",
      "Takes the present environment in the place of the one at its start. What --env gave stays, and --env-file is "
      "read "
      "again."},
     turn_on<&Restart::update_env>},
    kOnly,
    kEnvironmentName,
    kJson,
    kQuiet,
};
constexpr Option kRestartName[] = {kNameOption<Restart>};
constexpr Option kRestartEnvironment[] = {kEnvironmentOption<Restart>, kEnvironmentFileOption<Restart>};
constexpr Option kRestartLogs[] = {kLogTimeOption};
constexpr OptionGroup kRestartGroups[] = {{"Options", kRestartOptions},
                                          {{}, kRestartName, &kIdentitySettings},
                                          {{}, kRestartEnvironment, &kProcessSettings},
                                          {{}, {}, &kInstanceSettings},
                                          {{}, {}, &kPortSettings},
                                          {{}, {}, &kRestartSettings},
                                          {{}, {}, &kWatchSettings},
                                          {{}, {}, &kHealthSettings},
                                          {{}, {}, &kStopSettings},
                                          {{}, kRestartLogs, &kLogSettings}};
constexpr OptionGroup kRestartAllGroups[] = {{"Options", kRestartOptions}};

}  // namespace

constinit const Verb kRestartVerb{
    .name = "restart",
    .family = family::kEnding,
    .operands = "APP... [OPTION]... [-- ARGUMENT...]",
    .summary = "stop an app and start it again",
    .text =
        "Stops the app as `forever stop` does, then starts it; the old and the new processes never overlap. A stopped "
        "app is started.\n"
        "It keeps the environment of its start; --update-env takes the present one, below what --env and --env-file "
        "give.\n"
        "Options of `forever start` and arguments after -- change the app in the same step; the other settings are "
        "kept.\n"
        "The apps of an apps file are restarted with the present settings of the file; those that are not running are "
        "started.",
    .examples =
        "forever restart web\n"
        "forever restart web --update-env\n"
        "forever restart web --max-memory 300M -- --port 8081\twith other settings and arguments",
    .groups = kRestartGroups,
    .kind = OperandKind::app,
    .begin = begin<Restart>,
};
constinit const Verb kRestartAllVerb{
    .name = "restartall",
    .family = family::kEnding,
    .operands = "[OPTION]...",
    .summary = "restart all apps in parallel",
    .groups = kRestartAllGroups,
    .begin = begin<RestartAll>,
};

std::optional<UsageError> Restart::take(Operands& operands) {
  if (operands.dashes && !operands.words.empty()) {
    app.arguments = std::move(operands.after_dashes);
    app.has_arguments = true;
    operands.after_dashes.clear();
  }
  if (auto error = take_some(which, operands, "restart", kAnApp)) return error;
  if (app.name && which.selectors.size() > 1) return UsageError{"--name is for one app"};
  // A bare --env is for an apps file.
  if (which.selectors.size() == 1) app.program = which.selectors.front();
  auto error = check_request(app, which);
  app.program.clear();
  return error;
}

std::optional<UsageError> RestartAll::take(Operands& operands) {
  return take_all(which, operands, "restartall", "restart");
}

int Restart::carry_out() const {
  const auto file = is_one_apps_file(which.selectors, "restart");
  if (const auto* failure = std::get_if<Failure>(&file)) return fail(*failure, which.json);
  if (std::get<bool>(file) && asks_for_changes(app))
    return fail({ExitCode::usage,
                 "the settings of an app belong in the apps file; the command line takes only --only, --env-name, "
                 "--json and --quiet"},
                which.json);
  if (std::get<bool>(file)) return restart_apps_file(which, Step::restart);
  if (asks_for_changes(app)) return restart_changed(which, app, update_env);
  Asking asking;
  asking.request = [&](const Selection& all, const Target& target) { return restart_request(all, target, update_env); };
  asking.done = [](const ControlReply& reply) {
    return (reply.text.empty() ? " restarted" : ": " + reply.text) + pid_words(reply.pids);
  };
  // It may have been stopped while it was asked; then it is started, as what was stopped before.
  asking.unreached = [&](const Selection& all, const Target& target) -> std::optional<Outcome> {
    return start_again(all.state, target, view_app(all.state, target.name, true), update_env);
  };
  asking.progress = true;
  return ask_apps(which, asking);  // what lives, or is left of it, is not started beside
}

}  // namespace forever::cli
