// Which app is meant by what was typed after `start`: one on record, by its name, id or command, or a new one.
#include "cli/verbs/plan.hpp"

#include "app/environment.hpp"
#include "app/name.hpp"
#include "app/runnable.hpp"
#include "cli/app_environment.hpp"
#include "cli/apps/selector.hpp"
#include "cli/new_spec.hpp"
#include "client/view.hpp"
#include "platform/files.hpp"
#include "platform/local_socket.hpp"
#include "platform/lock.hpp"
#include "platform/spawn.hpp"
#include "text/number.hpp"

namespace forever::cli {
namespace {

constexpr Milliseconds kSpecPatience{1000};  // from a lock that is taken to the spec, a matter of microseconds
constexpr Milliseconds kSpecLook{1};

bool on_record(const StateDirectory& state, const std::string& name) { return exists(state.spec_path(name)); }

// Whether that is what ran when the spec was lost. Its first word is as it was typed, or as it was found.
bool may_be_command(const AppSpec& spec, const std::vector<std::string>& command) {
  const std::string path = variable_of(spec.environment, "PATH");
  std::vector<std::string> words = runnable_command(spec, find_program(spec.script, spec.directory, path));
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

// The same command on record keeps its number and its recorded settings; the rest is taken again.
std::optional<Failure> renew(AppSpec& spec, const AppSpec& fresh) {
  spec.umask = fresh.umask;
  spec.limits = fresh.limits;
  return renew_environment(spec);
}

std::string command_text(const AppSpec& spec) {
  std::string text = spec.script;
  for (const std::string& argument : spec.arguments) text += " " + argument;
  return text;
}

// By the resolver of all verbs, so that each of them refuses an id that two apps have.
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
  if (same) {
    if (auto failure = renew(*same, spec)) return *failure;
  }
  Plan plan{same ? std::move(*same) : std::move(spec), same.has_value(), request.name.has_value(), false, restores};
  const AppSpec before = plan.spec;
  if (auto failure = lay_over(request, plan.spec)) return *failure;
  plan.changed = plan.known && !(plan.spec == before);
  return plan;
}

}  // namespace

std::optional<AppStatus> without_spec(const StateDirectory& state, const std::string& name) {
  if (fault_in_name(name) || on_record(state, name)) return std::nullopt;
  auto status = state.read_status(name);
  return status && status->spec_lost ? std::optional{std::move(*status)} : std::nullopt;
}

Planned make_plan(const StateDirectory& state, const AppRequest& request) {
  if (only_digits(request.program) && !request.name) return plan_by_id(state, request);
  if (const auto name = app_named(state, request)) return plan_known(state, request, *name);
  return plan_program(state, request);
}

}  // namespace forever::cli
