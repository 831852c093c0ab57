// start. Which app is meant is decided here; how it is started is the supervisor's affair.
#include "cli/verbs/start.hpp"

#include <algorithm>

#include "app/environment.hpp"
#include "app/ids.hpp"
#include "app/name.hpp"
#include "app/runnable.hpp"
#include "cli/apps/json.hpp"
#include "cli/apps/stop_each.hpp"
#include "cli/apps_file/apply.hpp"
#include "cli/apps_file/source.hpp"
#include "cli/new_spec.hpp"
#include "cli/processes/occupants.hpp"
#include "cli/verbs/address_in_use.hpp"
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
constexpr Milliseconds kSpecPatience{1000};  // from a lock that is taken to the spec, a matter of microseconds
constexpr Milliseconds kSpecLook{1};
constexpr int kNameAttempts = 100;  // where others take the same default name at the same moment

// The app that is meant, and whether it is on record already.
struct Plan {
  AppSpec spec;
  bool known = false;
  bool named = false;     // by its own name or --name, so that no other name will do
  bool changed = false;   // options were given that the record does not have
  bool restores = false;  // the app runs and has lost its spec: this is to be it
};
using Planned = std::variant<Plan, Failure>;

bool on_record(const StateDirectory& state, const std::string& name) { return exists(state.spec_path(name)); }

// The record of an app that has lost its spec, and of which something may run all the same.
std::optional<AppStatus> without_spec(const StateDirectory& state, const std::string& name) {
  if (fault_in_name(name) || on_record(state, name)) return std::nullopt;
  auto status = state.read_status(name);
  return status && status->spec_lost ? std::optional{std::move(*status)} : std::nullopt;
}

// Whether that is what ran when the spec was lost. Its first word is as it was typed, or as it was found.
bool may_be_command(const AppSpec& spec, const std::vector<std::string>& command) {
  const std::string path = variable_of(spec.environment, "PATH");
  std::vector<std::string> words = runnable(spec, find_program(spec.script, spec.directory, path)).command;
  if (words == command) return true;
  words.front() = find_program(words.front(), spec.directory, path).path;
  return words == command;
}

// A word that is the name of an app on record; nothing if it is a program.
std::optional<std::string> app_named(const StateDirectory& state, const AppRequest& request) {
  const std::string& word = request.program;
  if (request.name || fault_in_name(word) || !on_record(state, word)) return std::nullopt;
  if (!request.has_arguments) return word;
  // `server 8082` is another app than `server 8081`, but for an app called web `web -- --port 9` is web itself.
  const auto spec = state.read_spec(word);
  return spec && spec->script == word ? std::nullopt : std::optional{word};
}

Planned plan_known(const StateDirectory& state, const AppRequest& request, const std::string& name) {
  auto spec = state.read_spec(name);
  if (!spec) return Failure{ExitCode::failed, spec.error().message()};
  const AppSpec recorded = *spec;
  if (request.has_arguments) spec->arguments = request.arguments;
  if (auto failure = lay_over(request, *spec)) return *failure;
  const bool changed = !(*spec == recorded);
  return Plan{std::move(*spec), true, true, changed};
}

bool supervised(const StateDirectory& state, const std::string& name) {
  const auto lock = probe_lock(state.lock_path(name));
  return lock && *lock == LockState::held;
}

// Whether an app has this name. One that is being started beside us has its lock before its spec: that is waited for.
bool has_app(const StateDirectory& state, const std::string& name) {
  const Time deadline = steady_now() + kSpecPatience;
  while (!on_record(state, name)) {
    if (!supervised(state, name)) return on_record(state, name);
    if (steady_now() >= deadline) return true;
    (void)wait_readable({}, kSpecLook);
  }
  return true;
}

// The same command on record keeps its number and what was asked for before; the rest is taken anew.
AppSpec renewed(const AppSpec& recorded, const AppSpec& fresh) {
  AppSpec spec = recorded;
  spec.environment = fresh.environment;
  spec.umask = fresh.umask;
  spec.limits = fresh.limits;
  return spec;
}

std::string command_text(const AppSpec& spec) {
  std::string text = spec.script;
  for (const std::string& argument : spec.arguments) text += " " + argument;
  return text;
}

// By the resolver of all verbs, so that an id that is told twice is refused by each of them.
Planned plan_by_id(const StateDirectory& state, const AppRequest& request) {
  const auto chosen = select(view_apps(state, false), {"id:" + request.program}, {});
  if (const auto* error = std::get_if<SelectionError>(&chosen)) return Failure{ExitCode::not_found, error->message};
  return plan_known(state, request, std::get<std::vector<Target>>(chosen).front().name);
}

Planned plan_program(const StateDirectory& state, const AppRequest& request) {
  auto fresh = fresh_spec(request);
  if (auto* failure = std::get_if<Failure>(&fresh)) return *failure;
  AppSpec& spec = std::get<AppSpec>(fresh);
  std::optional<AppSpec> same;
  bool restores = false;
  const auto taken = [&](const std::string& name) {
    if (const auto lost = without_spec(state, name); lost && supervised(state, name)) {
      restores = request.name.has_value() || may_be_command(spec, lost->command);
      if (!restores) return true;
      same = spec;
      same->name = name;
      if (lost->id != kNoId) same->id = lost->id;
      return false;
    }
    if (!has_app(state, name)) return false;
    auto recorded = state.read_spec(name);
    if (recorded && same_command(*recorded, spec)) same = std::move(*recorded);
    return !same;
  };
  if (request.name) {
    spec.name = *request.name;
    if (taken(spec.name)) {
      const auto recorded = state.read_spec(spec.name);
      if (!recorded && on_record(state, spec.name)) return Failure{ExitCode::failed, recorded.error().message()};
      const std::string whose = recorded ? " by `" + command_text(*recorded) + "`" : std::string{};
      return Failure{ExitCode::failed, "the name '" + spec.name + "' is taken" + whose +
                                           "; choose another --name, or `forever delete " + spec.name + "` first"};
    }
  } else {
    spec.name = unique_name(default_name_for(spec), taken);
  }
  Plan plan{same ? renewed(*same, spec) : std::move(spec), same.has_value(), request.name.has_value(), false, restores};
  const AppSpec before = plan.spec;
  if (auto failure = lay_over(request, plan.spec)) return *failure;
  plan.changed = plan.known && !(plan.spec == before);
  return plan;
}

Planned make_plan(const StateDirectory& state, const AppRequest& request) {
  if (only_digits(request.program) && !request.name) return plan_by_id(state, request);
  if (const auto name = app_named(state, request)) return plan_known(state, request, *name);
  return plan_program(state, request);
}

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

// Who has the port that it could not have, in words; empty where its last words tell of no such thing.
std::string port_holder(const StateDirectory& state, const AppSpec& spec, std::string_view last_lines) {
  for (const std::uint16_t port : ports_in_use(last_lines, spec)) {
    const auto uses = port_uses(port);
    if (!uses || uses->empty()) continue;
    const std::string number = std::to_string(port);
    const auto holder = uses->front().pid > 0 ? occupant_of(view_apps(state, false), uses->front().pid) : std::nullopt;
    if (!holder) return "port " + number + " is held by a process that cannot be seen from here";
    return "port " + number + " is held by " + words_for(*holder) + "; `forever port " + number + " --kill` frees it";
  }
  if (tells_of_address_in_use(last_lines)) return "an address is in use; `forever port` shows who holds which";
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

// It is supervised: online it stays as it is, waiting in back-off it is started now. `raced`: by a command beside us, this very moment.
std::variant<Started, Failure> already_there(const StateDirectory& state, const AppSpec& spec, const AppView& view,
                                             bool raced) {
  Started started{spec, pids_of(view), true, {}};
  started.spec.id = view.status.id;
  const std::string word = view.state_word();
  if (is_up(word)) {
    const LastExit* const failure = word == kCrashing ? last_failure(view.status) : nullptr;
    started.line = head(started.spec) + " is " + word + " already" +
                   (failure != nullptr ? " (" + reason_of(*failure) + ")" : "") + pid_words(started.pids);
    return started;
  }
  const auto replies = ask_supervisors(state, {{spec.name, {.operation = Operation::start}}}, {});
  if (!replies.front()) return Failure{ExitCode::failed, replies.front().error().message()};
  const ControlReply& reply = *replies.front();
  if (!reply.ok) return Failure{ExitCode::failed, printable(spec.name) + ": " + reply.text};
  started.pids = reply.pids;
  const std::string what = !reply.text.empty() ? ": " + reply.text : raced ? " is online already" : " online";
  started.line = head(started.spec) + what + pid_words(started.pids);
  return started;
}

// What runs goes on; from now on it is known how it was asked for.
std::variant<Started, Failure> give_spec(const StateDirectory& state, const AppSpec& spec, const AppView& view) {
  ControlRequest request{Operation::configure, {}, 0, false, {}};
  request.new_spec = spec_to_json(spec);
  const auto replies = ask_supervisors(state, {{spec.name, std::move(request)}}, {});
  const auto& reply = replies.front();
  if (!reply) return Failure{ExitCode::failed, reply.error().message()};
  if (!reply->ok) return Failure{ExitCode::failed, "cannot give " + spec.name + " its spec: " + reply->text};
  auto there = already_there(state, spec, view, false);
  if (auto* const started = std::get_if<Started>(&there))
    started->line += "; its spec was lost, and is this command now";
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
  if (auto* const started = std::get_if<Started>(&there)) started->line += "; " + words_for_lost_spec(request.program);
  return there;
}

std::variant<Started, Failure> carry_out(const StateDirectory& state, const AppRequest& request) {
  if (auto said = start_without_spec(state, request)) return std::move(*said);
  for (int attempt = 0; attempt < kNameAttempts; ++attempt) {
    auto planned = make_plan(state, request);
    if (auto* failure = std::get_if<Failure>(&planned)) return *failure;
    Plan& plan = std::get<Plan>(planned);
    if (auto failure = check_watch_settings(request.settings, plan.spec.watch)) return *failure;
    AppSpec& spec = plan.spec;
    if (plan.known) {
      const AppView view = view_app(state, spec.name, true);
      if (view.foreign)
        return Failure{ExitCode::failed, spec.name + " is kept by another machine or container; nothing was touched"};
      if (view.supervised && plan.restores) {
        if (auto failure = check_spec(spec)) return *failure;
        return give_spec(state, spec, view);
      }
      if (view.supervised) {
        auto there = already_there(state, spec, view, false);
        auto* started = plan.changed ? std::get_if<Started>(&there) : nullptr;
        if (started != nullptr) started->line += "; the options given now need a stop before the start";
        return there;
      }
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
    // Somebody was quicker. With the same command that is all we want; else our name is another one.
    const auto recorded = state.read_spec(spec.name);
    if (plan.named || (recorded && same_command(*recorded, spec)))
      return already_there(state, spec, view_app(state, spec.name, true), true);
  }
  return Failure{ExitCode::failed, "cannot find a free name for " + request.program + "; give it one by --name"};
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

// What is known of its being up, as --wait or the terminal asks; nothing where nobody asked.
std::optional<Readiness> look_after(const StateDirectory& state, const Started& started, const Start& command) {
  const Milliseconds uptime = started.spec.restart.min_uptime;
  if (command.wait)
    return await_ready(state, started.spec.name, started.pids, uptime,
                       command.wait_time.value_or(started.spec.ready_timeout), started.spec.ready_when());
  if (started.already || command.json || command.quiet || !is_terminal(Stream::out)) return std::nullopt;
  Readiness readiness =
      await_ready(state, started.spec.name, started.pids, std::min(uptime, kTerminalLook), kTerminalLook);
  if (readiness.kind == Readiness::Kind::late) return std::nullopt;
  return readiness;
}

}  // namespace

int start(const Start& command) {
  auto opened = open_state(true);
  if (const auto* failure = std::get_if<Failure>(&opened)) return fail(*failure, command.json);
  const StateDirectory& state = std::get<StateDirectory>(opened);
  if (const std::string warning = command.quiet ? std::string{} : logout_warning(); !warning.empty()) complain(warning);
  if (is_apps_file(state, command.app.program)) return start_apps_file(state, command);
  if (!command.only.empty() || !command.environment_name.empty())
    return fail({ExitCode::usage, "--only and --env-name belong to an apps file: forever start apps.json --only web"},
                command.json);
  auto outcome = carry_out(state, command.app);
  if (const auto* failure = std::get_if<Failure>(&outcome)) return fail(*failure, command.json, state.path());
  const Started& started = std::get<Started>(outcome);

  int code = to_int(ExitCode::ok);
  if (!command.json && !command.quiet) code = print(started.line + "\n");
  std::string error;
  const auto readiness = look_after(state, started, command);
  if (readiness && readiness->kind != Readiness::Kind::ready) {
    tell_end(*readiness, started.spec.name);
    error = started.spec.name + " " + readiness->reason;
    if (const std::string holder = port_holder(state, started.spec, readiness->last_lines); !holder.empty()) {
      complain(holder);
      error += "; " + holder;
    }
    if (command.wait || !readiness->well) code = to_int(ExitCode::failed);
  }
  if (command.json)
    return print(json_list(state.path(), {look_at(view_app(state, started.spec.name, false), steady_now())}, error),
                 code);
  return code;
}

}  // namespace forever::cli
