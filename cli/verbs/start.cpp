// start: an app started in the background. Which one is meant is plan.hpp's affair, how it is started the supervisor's.
// One piece: the steps of one start, from the word to the answer.
#include "cli/verbs/start.hpp"

#include "cli/grammar/verb.hpp"

#include <algorithm>

#include "app/environment.hpp"
#include "app/ids.hpp"
#include "app/name.hpp"
#include "app/runnable.hpp"
#include "cli/apps/json.hpp"
#include "cli/apps/stop_each.hpp"
#include "cli/apps_file/file_verbs.hpp"
#include "cli/apps_file/source.hpp"
#include "cli/hints.hpp"
#include "cli/new_spec.hpp"
#include "cli/one_word.hpp"
#include "cli/processes/occupants.hpp"
#include "cli/verbs/address_in_use.hpp"
#include "cli/verbs/plan.hpp"
#include "client/ask.hpp"
#include "client/launch.hpp"
#include "client/readiness.hpp"
#include "client/traces.hpp"
#include "client/view.hpp"
#include "platform/console.hpp"
#include "platform/files.hpp"
#include "platform/local_socket.hpp"
#include "platform/lock.hpp"
#include "platform/logind.hpp"
#include "text/number.hpp"
#include "text/printable.hpp"
#include "text/units.hpp"

namespace forever::cli {
namespace {

constexpr Milliseconds kTerminalLook{300};
constexpr int kNameAttempts = 100;  // where others take the same default name at the same moment

std::vector<Pid> pids_of(const AppView& view) {
  std::vector<Pid> pids;
  for (const InstanceStatus& instance : view.status.instances) pids.push_back(instance.process.pid);
  return pids;
}

// How a start went, before anybody has looked whether it stays up.
struct Started {
  AppSpec spec;
  std::vector<Pid> pids;
  bool already = false;
  std::string line;
};

// Who has the port that it could not have, in words; empty if its last lines mention none.
std::string port_holder(const StateDirectory& state, const AppSpec& spec, std::string_view last_lines) {
  for (const std::uint16_t port : ports_in_use(last_lines, spec)) {
    const auto uses = port_uses(port);
    if (!uses || uses->empty()) continue;
    const std::string number = std::to_string(port);
    const auto holder = uses->front().pid > 0 ? occupant_of(view_apps(state, false), uses->front().pid) : std::nullopt;
    if (!holder) return "port " + number + " is held by a process that is not visible here";
    return "port " + number + " is held by " + words_for(*holder) + "; `forever port " + number + " --kill` frees it";
  }
  if (tells_of_address_in_use(last_lines)) return "an address is in use; `forever port` shows which process holds it";
  return {};
}

Failure start_failure(const StateDirectory& state, const AppSpec& spec, const StartReport& report) {
  ExitCode code = ExitCode::failed;
  if (report.stage == "exec")
    code = static_cast<ExitCode>(exit_code_of({ExitStatus::Kind::not_started, report.code, false}));
  std::string message = "cannot start " + spec.name + ": " + report.reason;
  if (!spec.listen.empty() && report.stage.empty()) {
    if (const std::string holder = port_holder(state, spec, report.reason); !holder.empty()) message += "; " + holder;
  }
  return {code, std::move(message)};
}

// It has come to its end while it was asked: it can be started as what was stopped before.
struct Ended {
  std::string message;
};
using Said = std::variant<Started, Failure, Ended>;

Said no_answer(const StateDirectory& state, const AppSpec& spec, const Error& error) {
  if (!view_app(state, spec.name, true).supervised) return Ended{error.message()};
  return Failure{ExitCode::failed, error.message()};
}

// It is supervised: online it stays as it is, waiting in back-off it is started now. `raced`: by a command beside us, this very moment.
Said already_there(const StateDirectory& state, const AppSpec& spec, const AppView& view, bool raced) {
  Started started{spec, pids_of(view), true, {}};
  started.spec.id = view.status.id;
  const std::string word = view.state_word();
  if (is_up(word)) {
    const LastExit* const failure = word == kCrashing ? last_failure(view.status) : nullptr;
    started.line = head(started.spec) + " is already " + word +
                   (failure != nullptr ? " (" + reason_of(*failure) + ")" : "") + pid_words(started.pids);
    return started;
  }
  const auto replies = ask_supervisors(state, {{spec.name, {.operation = Operation::start}}}, {});
  if (!replies.front()) return no_answer(state, spec, replies.front().error());
  const ControlReply& reply = *replies.front();
  if (!reply.ok) return Failure{ExitCode::failed, printable(spec.name) + ": " + reply.text};
  started.pids = reply.pids;
  const std::string what = !reply.text.empty() ? ": " + reply.text : raced ? " is already online" : " online";
  started.line = head(started.spec) + what + pid_words(started.pids);
  return started;
}

// What runs goes on; from now on it is known how it was asked for.
Said give_spec(const StateDirectory& state, const AppSpec& spec, const AppView& view) {
  ControlRequest request{Operation::configure, {}, 0, false, {}};
  request.new_spec = spec_to_json(spec);
  const auto replies = ask_supervisors(state, {{spec.name, std::move(request)}}, {});
  const auto& reply = replies.front();
  if (!reply) return no_answer(state, spec, reply.error());
  if (!reply->ok) return Failure{ExitCode::failed, "cannot give " + spec.name + " its spec: " + reply->text};
  auto there = already_there(state, spec, view, false);
  if (auto* const started = std::get_if<Started>(&there))
    started->line += "; its spec was lost, and this command is its new one";
  return there;
}

// By its name alone it cannot be started: nothing is left that says how.
std::optional<std::variant<Started, Failure>> start_without_spec(const StateDirectory& state,
                                                                 const AppRequest& request) {
  if (request.name || request.has_arguments || !without_spec(state, request.program)) return std::nullopt;
  const AppView view = view_app(state, request.program, true);
  if (!view.supervised || at_rest(view.status))
    return Failure{ExitCode::failed, printable(request.program) + ": " + words_for_lost_spec(request.program)};
  AppSpec spec;
  spec.name = request.program;
  auto there = already_there(state, spec, view, false);
  if (auto* const started = std::get_if<Started>(&there)) {
    started->line += "; " + words_for_lost_spec(request.program);
    return std::move(*started);
  }
  if (const auto* const ended = std::get_if<Ended>(&there)) return Failure{ExitCode::failed, ended->message};
  return std::get<Failure>(std::move(there));
}

// What there is to say of an app that is supervised, or nothing where it is to be started.
std::optional<Said> say_of_supervised(const StateDirectory& state, Plan& plan) {
  AppSpec& spec = plan.spec;
  const AppView view = view_app(state, spec.name, true);
  if (view.foreign)
    return Failure{ExitCode::failed, spec.name + " is supervised by another machine or container; nothing was changed"};
  if (!view.supervised) return std::nullopt;
  if (plan.restores) {
    if (auto failure = check_spec(spec)) return *failure;
    return give_spec(state, spec, view);
  }
  auto there = already_there(state, spec, view, false);
  auto* const started = plan.changed ? std::get_if<Started>(&there) : nullptr;
  if (started != nullptr)
    started->line += "; to apply the options given now: forever restart " + printable(spec.name) + " OPTION...";
  return there;
}

std::variant<Started, Failure> start_app(const StateDirectory& state, const AppRequest& request) {
  if (auto said = start_without_spec(state, request)) return std::move(*said);
  std::string ended;
  for (int attempt = 0; attempt < kNameAttempts; ++attempt) {
    auto planned = make_plan(state, request);
    if (auto* failure = std::get_if<Failure>(&planned)) return *failure;
    Plan& plan = std::get<Plan>(planned);
    if (auto failure = check_watch_settings(request.settings, plan.spec.watch)) return *failure;
    AppSpec& spec = plan.spec;
    if (auto said = plan.known ? say_of_supervised(state, plan) : std::nullopt) {
      if (auto* const started = std::get_if<Started>(&*said)) return std::move(*started);
      if (auto* const failure = std::get_if<Failure>(&*said)) return std::move(*failure);
      ended = std::get<Ended>(*said).message;
      continue;
    }
    if (auto failure = check_spec(spec)) return *failure;
    if (auto failure = make_log_folders(spec)) return *failure;
    if (!plan.known) {
      Traces traces{state};
      const auto id = claim_id(state, spec.name, [&](const std::string& name) { return traces.lives(name); });
      if (!id) return Failure{ExitCode::failed, id.error().message()};
      spec.id = *id;
    }
    const auto launched = launch_app(state, spec);
    if (!launched) return Failure{ExitCode::failed, launched.error().message()};
    if (!launched->already) {
      if (!launched->report.started) return start_failure(state, spec, launched->report);
      return Started{spec, launched->report.pids, false, head(spec) + " online" + pid_words(launched->report.pids)};
    }
    // Another command was faster. With the same command that suffices; otherwise this app needs another name.
    const auto recorded = state.read_spec(spec.name);
    if (!plan.named && !(recorded && same_command(*recorded, spec))) continue;
    auto there = already_there(state, spec, view_app(state, spec.name, true), true);
    if (auto* const started = std::get_if<Started>(&there)) return std::move(*started);
    if (auto* const failure = std::get_if<Failure>(&there)) return std::move(*failure);
    ended = std::get<Ended>(there).message;
  }
  if (!ended.empty()) return Failure{ExitCode::failed, ended};
  return Failure{ExitCode::failed, "cannot find a free name for " + request.program + "; set one with --name"};
}

// A mistyped name of an app on record.
std::string name_like(const StateDirectory& state, const std::string& word) {
  const std::vector<std::string> names = state.names();
  const std::vector<std::string_view> known(names.begin(), names.end());
  const auto near = nearest(word, known);
  return near ? "; an app on record is called " + printable(*near) : std::string{};
}

void tell_end(const Readiness& readiness, const std::string& name) {
  complain(name + " " + readiness.reason);
  std::string_view rest = readiness.last_lines;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    tell("  | " + std::string{rest.substr(0, end)});
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
}

// Whether the ports that the program is to listen on, by its arguments or PORT, are another's by now: then it is worth while to
// see how it fares. Else a script does not wait.
bool may_miss_its_port(const StateDirectory& state, const Started& started) {
  const AppStatus status = view_app(state, started.spec.name, false).status;
  std::vector<Pid> own = tree_of(started.pids);
  own.insert(own.end(), {status.supervisor.pid, status.keeper.pid});  // which hold what instances share
  for (const std::uint16_t port : ports_in_use("EADDRINUSE", started.spec)) {
    const auto uses = port_uses(port);
    for (const PortUse& use : uses ? *uses : std::vector<PortUse>{}) {
      if (use.transport == Transport::tcp && std::ranges::find(own, use.pid) == own.end()) return true;
    }
  }
  return false;
}

// Whether it is up, as --wait or the terminal requires; nothing if neither does.
std::optional<Readiness> look_after(const StateDirectory& state, const Started& started, const Start& command) {
  const Milliseconds uptime = started.spec.restart.min_uptime;
  if (command.wait)
    return await_ready(state, started.spec.name, started.pids, uptime,
                       command.wait_time.value_or(started.spec.ready_timeout), started.spec.ready_when());
  if (started.already || command.which.json || command.which.quiet) return std::nullopt;
  if (!is_terminal(Stream::out) && !may_miss_its_port(state, started)) return std::nullopt;
  Readiness readiness =
      await_ready(state, started.spec.name, started.pids, std::min(uptime, kTerminalLook), kTerminalLook);
  if (readiness.kind == Readiness::Kind::late) return std::nullopt;
  return readiness;
}

constexpr Option kStartName[] = {kNameOption<Start>};
constexpr Option kStartEnvironment[] = {kEnvironmentOption<Start>, kEnvironmentFileOption<Start>};
constexpr Option kStartLogs[] = {kLogTimeOption};
constexpr Option kStartFile[] = {kOnly, kEnvironmentName};
constexpr Option kStartAnswer[] = {
    {{.names = "--wait",
      .kind = ValueKind::time,
      .value = "TIME",
      .help = "Returns only when the app is ready, or reports why it is not (exit code 1) with its last lines. Waits "
              "at most "
              "TIME; a bare number is seconds. Default 30s.",
      .value_optional = true},
     by<Start>([](Start& start, const std::string& value) {
       start.wait = true;
       return value.empty() ? Fault{} : take_duration(start.wait_time, value);
     })},
    kJson,
    kQuiet,
};
constexpr OptionGroup kStartGroups[] = {{{}, kStartName, &kIdentitySettings},
                                        {{}, kStartEnvironment, &kProcessSettings},
                                        {{}, {}, &kInstanceSettings},
                                        {{}, {}, &kPortSettings},
                                        {{}, {}, &kRestartSettings},
                                        {{}, {}, &kWatchSettings},
                                        {{}, {}, &kHealthSettings},
                                        {{}, {}, &kStopSettings},
                                        {{}, kStartLogs, &kLogSettings},
                                        {"An apps file", kStartFile},
                                        {"Result", kStartAnswer}};

}  // namespace

constinit const Verb kStartVerb{
    .name = "start",
    .family = family::kRunning,
    .operands = "PROGRAM [OPTION]... [-- ARGUMENT...]",
    .summary = "start a program and keep it alive",
    .text =
        "Starts PROGRAM in the background and keeps it alive: restarts it whenever it ends, until it is "
        "stopped.\n"
        "Options may precede or follow PROGRAM. All words after the first -- belong to the program, byte for "
        "byte; so do words that are not options.\n"
        "PROGRAM can also be the name or id of a stopped app, which is started with its recorded settings; options "
        "given "
        "now override them. Starting an app that is already running changes nothing and is not a failure.\n"
        "PROGRAM can also be an apps file (.json, .yaml, .config.js, or - for standard input), which contains "
        "several apps with their settings; files of PM2 and npm forever are accepted. See APPS FILE in forever(1).",
    .examples =
        "forever start server.js\tkeep server.js alive, run by node\n"
        "forever start ./server --name web -- --port 8081\tthe program's options go after --\n"
        "forever start --cwd /srv/app -e PORT=8081 app.py\n"
        "forever start job.sh --restart on-failure\tuntil it succeeds\n"
        "forever start web --wait\ta stopped app; returns when ready\n"
        "forever start apps.json --only web,worker\ttwo apps of a file",
    .groups = kStartGroups,
    .kind = OperandKind::program,
    .begin = begin<Start>,
};

std::optional<UsageError> Start::take(Operands& operands) {
  if (!take_program(app, operands))
    return missing("start", "a program, or the name of a stopped app" + startable_here(current_directory()));
  return check_request(app, which);
}

int Start::carry_out() const {
  auto opened = open_state(true);
  if (const auto* failure = std::get_if<Failure>(&opened)) return fail(*failure, which.json);
  const StateDirectory& state = std::get<StateDirectory>(opened);
  if (const std::string warning = which.quiet ? std::string{} : logout_warning(); !warning.empty()) complain(warning);
  if (is_apps_file(state, app.program)) return start_apps_file(state, app, which, {which.quiet, wait, wait_time});
  if (!which.only.empty() || !which.environment_name.empty())
    return fail({ExitCode::usage, "--only and --env-name belong to an apps file: forever start apps.json --only web"},
                which.json);
  const bool by_name = !fault_in_name(app.program) && exists(state.spec_path(app.program));
  auto whole = by_name ? std::variant<AppRequest, Failure>{app} : apart(app, which.json || which.quiet);
  if (const auto* failure = std::get_if<Failure>(&whole)) return fail(*failure, which.json, state.path());
  auto outcome = start_app(state, std::get<AppRequest>(whole));
  if (auto* failure = std::get_if<Failure>(&outcome)) {
    if (failure->code == ExitCode::no_program) failure->message += name_like(state, app.program);
    return fail(*failure, which.json, state.path());
  }
  const Started& started = std::get<Started>(outcome);

  int code = to_int(ExitCode::ok);
  if (!which.json && !which.quiet) code = print(started.line + "\n");
  std::string error;
  const auto readiness = look_after(state, started, *this);
  if (readiness && readiness->kind != Readiness::Kind::ready) {
    tell_end(*readiness, started.spec.name);
    error = started.spec.name + " " + readiness->reason;
    if (const std::string holder = port_holder(state, started.spec, readiness->last_lines); !holder.empty()) {
      complain(holder);
      error += "; " + holder;
    }
    if (wait || !readiness->well) code = to_int(ExitCode::failed);
  }
  if (which.json)
    return print(json_list(state.path(), {look_at(view_app(state, started.spec.name, false), steady_now())}, error),
                 code);
  return code;
}

}  // namespace forever::cli
