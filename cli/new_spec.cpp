// From what was typed to a spec, and whether that spec can be started at all.
#include "cli/new_spec.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "app/environment.hpp"
#include "app/name.hpp"
#include "cli/grammar/counts.hpp"
#include "platform/environment.hpp"
#include "platform/files.hpp"
#include "platform/notify_socket.hpp"
#include "platform/port_sharing.hpp"
#include "platform/privileges.hpp"
#include "platform/processors.hpp"
#include "platform/spawn.hpp"
#include "platform/users.hpp"

namespace forever::cli {
namespace {

template <class Given, class Into>
void lay(const std::optional<Given>& given, Into& over) {
  if (given) over = *given;
}

std::optional<Failure> apply_environment(const StartOptions& options, AppSpec& spec) {
  for (const std::string& path : options.environment_files) {
    const auto text = read_file(absolute_path(path));
    if (!text) return Failure{ExitCode::failed, text.error().message()};
    const auto entries = parse_env_file(*text, path);
    if (!entries) return Failure{ExitCode::failed, entries.error().message()};
    for (const std::string& entry : *entries) (void)set_environment(spec.environment, entry);
  }
  for (const std::string& entry : options.environment) (void)set_environment(spec.environment, entry);
  return std::nullopt;
}

std::optional<Failure> check_sharing(const AppSpec& spec) {
  if (!spec.shares_ports()) return std::nullopt;
  const auto fault = share_ports_fault();
  if (!fault) return std::nullopt;
  if (spec.instances == 1) return Failure{ExitCode::failed, "cannot hold its ports: " + *fault};
  return Failure{ExitCode::failed,
                 "cannot share ports among " + std::to_string(spec.instances) + " instances: " + *fault +
                     "; pass them one socket (--listen 8080) or give each a port of its own (--env PORT=8080 "
                     "--increment-env PORT), or say --no-share"};
}

std::optional<Failure> check_readiness(const AppSpec& spec) {
  if (spec.ready == ReadyWhen::listen && !spec.listen.empty())
    return Failure{ExitCode::failed,
                   "a socket that is passed listens before the program runs (--listen); say --ready "
                   "notify or --ready uptime"};
  if (spec.ready == ReadyWhen::listen && !spec.shares_ports())
    return Failure{
        ExitCode::failed,
        "whether it listens is only known of ports that are shared or held; add --hold-ports to --ready listen"};
  if (spec.ready != ReadyWhen::notify) return std::nullopt;
  const auto socket = open_notify_socket({});
  if (socket) return std::nullopt;
  return Failure{ExitCode::failed, socket.error().message() + " (--ready notify)"};
}

void apply_watch(const StartOptions& options, WatchSettings& watch) {
  if (options.watch) watch.on = true;
  if (!options.watch_paths.empty()) {
    watch.paths.clear();
    for (const std::string& path : options.watch_paths) watch.paths.push_back(absolute_path(path));
  }
  if (!options.ignore.empty()) watch.ignore = options.ignore;
  if (!options.extensions.empty()) watch.extensions = options.extensions;
  lay(options.watch_delay, watch.delay);
  lay(options.poll, watch.poll);
  if (options.watch_hash) watch.hash = true;
  lay(options.on_crash, watch.on_crash);
}

// "cannot DOING: reason", in the words of the platform.
Failure cannot(int code, std::string doing, ExitCode exit = ExitCode::failed) {
  return {exit, error_from(code, std::move(doing)).message()};
}

Failure not_found(const std::string& what, const std::string& role, const std::string& directory) {
  const bool path = what.find('/') != std::string::npos;
  std::string where;
  if (!path) {
    where = " in " + directory + " or along PATH";
  } else if (!is_absolute(what)) {
    where = " in " + directory;
  }
  return {ExitCode::no_program, "cannot find " + what + role + where};
}

// `role` is said after its name: ", the interpreter of x.py".
Failure unusable(const std::string& what, const std::string& role, const std::string& directory, int code) {
  if (code == EISDIR) return {ExitCode::not_executable, what + role + " is a directory, not a program"};
  if (code == ENOENT || code == ENOTDIR) return not_found(what, role, directory);
  return cannot(code, "execute " + what, ExitCode::not_executable);
}

std::optional<Failure> check_interpreter(const std::string& interpreter, const AppSpec& spec, const std::string& path) {
  const ProgramLookup found = find_program(interpreter, spec.directory, path);
  const std::string role = ", the interpreter of " + spec.script;
  if (found.code != 0) return unusable(interpreter, role, spec.directory, found.code);
  if (!found.executable) return Failure{ExitCode::not_executable, interpreter + role + ", is not executable"};
  return std::nullopt;
}

std::optional<Failure> check_program(const AppSpec& spec) {
  const std::string path = variable_of(spec.environment, "PATH");
  const bool never = spec.interpreter.size() == 1 && spec.interpreter.front() == "none";
  const bool named = !spec.interpreter.empty() && !never;
  const std::string_view by_extension = never ? std::string_view{} : interpreter_for(spec.script);
  const ProgramLookup program = find_program(spec.script, spec.directory, path);
  if (named) {
    // What an interpreter is given need not be a file ("python3 -m http.server"), unless it looks like one.
    const bool file = !by_extension.empty() || spec.script.find('/') != std::string::npos;
    if (file && program.code != 0) return unusable(spec.script, {}, spec.directory, program.code);
    return check_interpreter(spec.interpreter.front(), spec, path);
  }
  if (program.code != 0) return unusable(spec.script, {}, spec.directory, program.code);
  if (program.executable) return std::nullopt;
  if (!by_extension.empty()) return check_interpreter(std::string{by_extension}, spec, path);
  return Failure{ExitCode::not_executable,
                 spec.script + " is not executable; `chmod +x` makes it so, or name its --interpreter"};
}

// Where the program lies, for `server`, `./server` and `/srv/server` may be one and the same.
std::string location_of(const AppSpec& spec) {
  const ProgramLookup found = find_program(spec.script, spec.directory, variable_of(spec.environment, "PATH"));
  const std::string& path = found.code == 0 ? found.path : spec.script;
  return (std::filesystem::path{spec.directory} / path).lexically_normal().string();
}

std::optional<Failure> check_directory(const AppSpec& spec) {
  const auto facts = facts_of(spec.directory);
  if (!facts) return cannot(facts.error().code.value(), "use " + spec.directory + " as working directory");
  if (!facts->directory)
    return Failure{ExitCode::failed, "cannot use " + spec.directory + " as working directory: it is not a directory"};
  return std::nullopt;
}

std::string folder_of(const std::string& path) { return path.substr(0, std::max<std::size_t>(path.rfind('/'), 1)); }

std::optional<Failure> check_log(const std::string& path) {
  if (path.empty()) return std::nullopt;
  const auto file = facts_of(path);
  if (file && file->directory) return Failure{ExitCode::failed, "cannot keep a log in " + path + ": it is a directory"};
  // What is missing of its folder is made at the start.
  std::string parent = folder_of(path);
  auto facts = facts_of(parent);
  while (!facts && facts.error().code.value() == ENOENT && parent != "/") {
    parent = folder_of(parent);
    facts = facts_of(parent);
  }
  if (!facts) return cannot(facts.error().code.value(), "keep a log in " + parent);
  if (!facts->directory) return Failure{ExitCode::failed, "cannot keep a log in " + parent + ": it is not a directory"};
  return std::nullopt;
}

// What is to be watched is there, or is a pattern.
std::optional<Failure> check_watch(const AppSpec& spec) {
  if (!spec.watch.on) return std::nullopt;
  for (const std::string& path : spec.watch.paths) {
    const auto facts = facts_of(path);
    if (!facts && path.find_first_of("*?[") == std::string::npos)
      return cannot(facts.error().code.value(), "watch " + path);
  }
  return std::nullopt;
}

std::optional<Failure> check_user(AppSpec& spec) {
  if (spec.user.empty() && spec.group.empty()) return std::nullopt;
  const bool root = effective_uid() == 0;
  const std::string user = spec.user.empty() ? std::to_string(effective_uid()) : spec.user;
  const auto credentials = find_credentials(user, spec.group);
  if (!credentials) return Failure{ExitCode::failed, credentials.error().message()};
  if (root) return std::nullopt;
  if (credentials->uid != effective_uid() || !spec.group.empty()) {
    return Failure{ExitCode::failed, "only root may start a program as another user or group (--user, --group)"};
  }
  spec.user.clear();
  return std::nullopt;
}

}  // namespace

std::variant<AppSpec, Failure> fresh_spec(const StartOptions& options) {
  AppSpec spec;
  const std::string here = current_directory();
  spec.directory = options.directory ? absolute_path(*options.directory) : here;
  if (spec.directory.empty())
    return Failure{ExitCode::failed, "the current directory does not exist any more; go elsewhere or say --cwd"};
  spec.script = options.program;
  spec.arguments = options.arguments;
  // A path that only makes sense from here is kept absolute when --cwd leads elsewhere.
  const bool relative = spec.script.find('/') != std::string::npos && !is_absolute(spec.script);
  if (options.directory && relative && !exists(spec.directory + "/" + spec.script) &&
      exists(absolute_path(spec.script))) {
    spec.script = absolute_path(spec.script);
  }
  spec.environment = environment_snapshot();
  spec.umask = current_umask();
  spec.limits = current_limits();
  spec.created_ms = to_ms(wall_now());
  return spec;
}

namespace {

void lay_attending(const StartOptions& options, AppSpec& spec) {
  lay(options.on_exit, spec.on_exit.command);
  lay(options.on_exit_timeout, spec.on_exit.timeout);
  HealthSettings& health = spec.health;
  // One way of asking: the new one takes the place of the old.
  if (options.health_command || options.health_port) {
    health.command = options.health_command.value_or("");
    health.port = options.health_port.value_or(0);
    health.path = options.health_path;
  }
  lay(options.health_interval, health.interval);
  lay(options.health_timeout, health.timeout);
  lay(options.health_threshold, health.threshold);
}

}  // namespace

std::optional<Failure> apply_options(const StartOptions& options, AppSpec& spec) {
  lay(options.app_namespace, spec.app_namespace);
  if (options.directory) spec.directory = absolute_path(*options.directory);
  lay(options.user, spec.user);
  lay(options.group, spec.group);
  if (!options.interpreter.empty()) spec.interpreter = options.interpreter;
  if (options.input) spec.input = true;
  lay(options.restart_on, spec.restart.on);
  lay(options.stop_exit_codes, spec.restart.stop_exit_codes);
  lay(options.min_uptime, spec.restart.min_uptime);
  lay(options.restart_delay, spec.restart.restart_delay);
  lay(options.max_restarts, spec.restart.max_restarts);
  lay(options.backoff_first, spec.restart.backoff_first);
  lay(options.backoff_factor, spec.restart.backoff_factor);
  lay(options.backoff_cap, spec.restart.backoff_cap);
  if (options.instances) spec.instances = resolve_instances(*options.instances, usable_processors());
  if (!options.increment_env.empty()) spec.increment_env = options.increment_env;
  lay(options.share_ports, spec.share_ports);
  lay(options.hold_ports, spec.hold_ports);
  if (!options.listen.empty()) spec.listen = options.listen;
  lay(options.ready, spec.ready);
  lay(options.ready_timeout, spec.ready_timeout);
  lay(options.drain_timeout, spec.drain_timeout);
  lay(options.kill_signal, spec.stop.signal);
  lay(options.kill_timeout, spec.stop.timeout);
  lay(options.kill_mode, spec.stop.mode);
  if (options.out) spec.logs.out = absolute_path(*options.out);
  if (options.err) spec.logs.err = absolute_path(*options.err);
  lay(options.merge_logs, spec.logs.merge);
  lay(options.log_format, spec.logs.format);
  lay(options.log_max_size, spec.logs.max_size);
  lay(options.log_keep, spec.logs.keep);
  lay(options.max_memory, spec.max_memory);
  lay(options.cron_restart, spec.cron_restart);
  apply_watch(options, spec.watch);
  lay_attending(options, spec);
  lay(options.max_open_files, spec.max_open_files);
  lay(options.nice, spec.nice);
  lay(options.cgroup_memory, spec.cgroup.memory);
  lay(options.cgroup_cpu, spec.cgroup.cpu_percent);
  // Two writers would overwrite each other in one file.
  if (!spec.logs.out.empty() && spec.logs.out == spec.logs.err) spec.logs.merge = true;
  if (auto failure = apply_environment(options, spec)) return failure;
  if (const auto fault = fault_in_increments(spec)) return Failure{ExitCode::failed, *fault};
  return std::nullopt;
}

std::optional<Failure> check_watch_options(const StartOptions& options, const WatchSettings& watch) {
  if (watch.on) return std::nullopt;
  const char* const given = !options.ignore.empty()       ? "--ignore"
                            : !options.extensions.empty() ? "--ext"
                            : options.watch_delay         ? "--watch-delay"
                            : options.poll                ? "--poll"
                            : options.watch_hash          ? "--watch-hash"
                            : options.on_crash            ? "--watch-on-crash"
                                                          : nullptr;
  if (given == nullptr) return std::nullopt;
  return Failure{ExitCode::usage, std::string{given} + " says how files are watched; add --watch"};
}

namespace {

// The strip would bring down to what is possible what goes beyond it: an app that was asked for with more is not given less
// without a word.
std::optional<Failure> check_limits(const AppSpec& spec) {
  const bool root = effective_uid() == 0;
  if (spec.max_open_files == 0 && spec.nice.value_or(0) >= 0) return std::nullopt;
  const Privileges may = privileges();
  for (const ResourceLimit& limit : current_limits()) {
    if (limit.name != "NOFILE" || spec.max_open_files <= limit.hard) continue;
    const std::string beyond = std::to_string(limit.hard) + " open files (--max-open-files)";
    if (!may.raise_limits)
      return Failure{ExitCode::failed,
                     root ? "this root lacks CAP_SYS_RESOURCE, and may not give a program more than " + beyond
                          : "only root may give a program more than " + beyond};
    if (may.most_open_files && spec.max_open_files > *may.most_open_files)
      return Failure{ExitCode::failed, "the kernel gives no program more than " + std::to_string(*may.most_open_files) +
                                           " open files (--max-open-files); sysctl fs.nr_open raises that"};
  }
  if (spec.nice.value_or(0) < 0 && !may.raise_priority)
    return Failure{
        ExitCode::failed,
        root ? "this root lacks CAP_SYS_NICE, and may not start a program with a priority above the usual (--nice)"
             : "only root may start a program with a priority above the usual (--nice)"};
  return std::nullopt;
}

}  // namespace

std::optional<Failure> check_spec(AppSpec& spec) {
  if (auto failure = check_limits(spec)) return failure;
  if (auto failure = check_directory(spec)) return failure;
  if (auto failure = check_log(spec.logs.out)) return failure;
  if (auto failure = check_log(spec.logs.err)) return failure;
  if (auto failure = check_user(spec)) return failure;
  if (auto failure = check_sharing(spec)) return failure;
  if (auto failure = check_readiness(spec)) return failure;
  if (auto fault = health_port_fault(spec)) return Failure{ExitCode::failed, *fault};
  if (auto failure = check_watch(spec)) return failure;
  return check_program(spec);
}

std::optional<Failure> make_log_folders(const AppSpec& spec) {
  for (const std::string* const path : {&spec.logs.out, &spec.logs.err}) {
    if (path->empty() || exists(folder_of(*path))) continue;
    if (const Status made = make_private_directory(folder_of(*path)); !made)
      return Failure{ExitCode::failed, "cannot keep a log in " + folder_of(*path) + ": " + made.error().message()};
  }
  return std::nullopt;
}

std::string default_name_for(const AppSpec& spec) {
  if (spec.arguments.empty()) return default_name(spec.script);
  // "python3" for a .py: so are python, python3.11 and /usr/bin/python.
  std::string_view interpreter = interpreter_for(spec.arguments.front());
  const std::size_t stem = interpreter.find_last_not_of("0123456789.");
  if (stem == std::string_view::npos) return default_name(spec.script);
  interpreter = interpreter.substr(0, stem + 1);
  const std::string_view program = std::string_view{spec.script}.substr(spec.script.rfind('/') + 1);
  const bool runs_it = program.starts_with(interpreter) || (interpreter == "sh" && program.ends_with("sh"));
  return default_name(runs_it ? spec.arguments.front() : spec.script);
}

bool same_command(const AppSpec& a, const AppSpec& b) {
  if (a.arguments != b.arguments || a.directory != b.directory) return false;
  return a.script == b.script || location_of(a) == location_of(b);
}

}  // namespace forever::cli
