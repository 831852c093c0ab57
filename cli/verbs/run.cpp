// run: an app in the foreground, without a state directory.
#include "cli/verbs/run.hpp"

#include "cli/grammar/verb.hpp"

#include "app/name.hpp"
#include "cli/new_spec.hpp"
#include "cli/one_word.hpp"
#include "cli/terminal/print.hpp"
#include "platform/cgroup.hpp"
#include "platform/files.hpp"
#include "supervisor/foreground/foreground.hpp"

namespace forever::cli {

namespace {

constexpr Option kRunOptions[] = {
    {{"-x,--exec", ValueKind::command, "COMMAND",
      "Makes /bin/sh run this command line, with PROGRAM (optional then) and its arguments appended: "
      "--exec "
      "\"make && ./server\"."},
     take_text<&Run::shell_command>},
};
constexpr Option kRunEnvironment[] = {kEnvironmentOption<Run>, kEnvironmentFileOption<Run>};
constexpr OptionGroup kRunGroups[] = {{"Identity", kRunOptions},   {{}, kRunEnvironment, &kProcessSettings},
                                      {{}, {}, &kRestartSettings}, {{}, {}, &kWatchSettings},
                                      {{}, {}, &kHealthSettings},  {{}, {}, &kStopSettings}};

constexpr Option kDevOptions[] = {
    kRunOptions[0],
    {{"--clear", ValueKind::none, "", "Clears the terminal before each start."}, turn_on<&Dev::clear>},
};
constexpr OptionGroup kDevGroups[] = {{"What it is", kDevOptions}, {{}, kRunEnvironment, &kProcessSettings},
                                      {{}, {}, &kRestartSettings}, {{}, {}, &kWatchSettings},
                                      {{}, {}, &kHealthSettings},  {{}, {}, &kStopSettings}};

// nodemon's settings are named, not read: what they say are options here.
void tell_of_nodemon(const std::string& directory) {
  std::string file;
  if (exists(directory + "/nodemon.json")) file = "nodemon.json";
  const auto package = file.empty() ? read_file(directory + "/package.json", 1U << 20U) : Result<std::string>{Error{}};
  if (package && package->find("\"nodemonConfig\"") != std::string::npos) file = "nodemonConfig in package.json";
  if (file.empty()) return;
  complain(file +
           " is not read; its watch, ext, ignore, delay, exec, signal and env are --watch, --ext, --ignore, "
           "--watch-delay, --exec, --kill-signal and --env here");
}

// sh -c 'COMMAND "$@"' sh PROGRAM ARGUMENT...: nothing has to be quoted.
void wrap_in_shell(AppRequest& app, const std::string& command, bool has_program) {
  std::vector<std::string> arguments{"-c", command + (has_program ? " \"$@\"" : ""), "sh"};
  if (has_program) arguments.push_back(std::move(app.program));
  arguments.insert(arguments.end(), std::make_move_iterator(app.arguments.begin()),
                   std::make_move_iterator(app.arguments.end()));
  app.program = "/bin/sh";
  app.arguments = std::move(arguments);
}

}  // namespace

constinit const Verb kRunVerb{
    .name = "run",
    .family = family::kRunning,
    .operands = "PROGRAM [OPTION]... [-- ARGUMENT...]",
    .summary = "the same in the foreground; for containers",
    .text =
        "Keeps PROGRAM alive in the foreground, with this terminal's input and output, without a record. "
        "Forwards signals to it and exits with its exit code. As process 1 of a container it "
        "also reaps orphans.",
    .examples =
        "forever run ./server\n"
        "forever run --watch=src --ext js,json server.js\n"
        "forever run --restart never -- ./job --once\tone run, and its exit code",
    .groups = kRunGroups,
    .kind = OperandKind::program,
    .begin = begin<Run>,
};
constinit const Verb kDevVerb{
    .name = "dev",
    .family = family::kRunning,
    .operands = "PROGRAM [OPTION]... [-- ARGUMENT...]",
    .summary = "the same, restarted when its files change",
    .text =
        "For development, the same as `forever run --watch`: runs PROGRAM in this terminal, and restarts it when a "
        "file in this directory changes. After its end forever waits for the next change; rs and Enter restart it at "
        "once; Ctrl-C ends both. PROGRAM gets the terminal, and all typed input, as soon as it reads from it.",
    .examples =
        "forever dev server.js\n"
        "forever dev --ext py --ignore data/ app.py\n"
        "forever dev --exec \"make && ./server\"\ta shell's command line",
    .groups = kDevGroups,
    .kind = OperandKind::program,
    .begin = begin<Dev>,
};

std::optional<UsageError> Run::take_for(std::string_view verb, Operands& operands) {
  const bool has_program = take_program(app, operands);
  if (auto error = check_request(app, which)) return error;
  if (!shell_command.empty()) {
    wrap_in_shell(app, shell_command, has_program);
  } else if (!has_program) {
    return missing(verb, "a program");
  }
  return std::nullopt;
}

std::optional<UsageError> Run::take(Operands& operands) { return take_for("run", operands); }

std::optional<UsageError> Dev::take(Operands& operands) {
  (void)app.settings.add(*find_setting("watch"), {});
  return take_for("dev", operands);
}

int Dev::carry_out() const {
  tell_of_nodemon(absolute_path("."));
  return Run::carry_out();
}

int Run::carry_out() const {
  auto whole = apart(app, false);
  if (const auto* failure = std::get_if<Failure>(&whole)) return fail(*failure, false);
  const AppRequest& request = std::get<AppRequest>(whole);
  auto fresh = fresh_spec(request);
  if (const auto* failure = std::get_if<Failure>(&fresh)) return fail(*failure, false);
  AppSpec& spec = std::get<AppSpec>(fresh);
  spec.name = default_name_for(spec);
  if (!shell_command.empty()) spec.name = default_name(shell_command.substr(0, shell_command.find(' ')));
  spec.restart.on =
      RestartOn::on_failure;  // in the foreground a success is the end, and the caller waits for its exit code
  if (!app.settings.has("restart")) spec.watch.on_crash = OnCrash::wait;
  if (const auto failure = lay_over(request, spec)) return fail(*failure, false);
  if (const auto failure = check_watch_settings(app.settings, spec.watch)) return fail(*failure, false);
  if (const auto failure = check_spec(spec)) return fail(*failure, false);
  if (spec.cgroup.any()) {
    if (const auto place = place_for(spec.cgroup); !place)
      return fail({ExitCode::failed, place.error().message()}, false);
  }
  return supervise_in_foreground(spec, clear);
}

}  // namespace forever::cli
