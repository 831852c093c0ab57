// From what was typed to a spec, and whether that spec can be started at all.
#include "cli/new_spec.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "app/environment.hpp"
#include "app/log_paths.hpp"
#include "app/name.hpp"
#include "app/runnable.hpp"
#include "cli/app_environment.hpp"
#include "cli/hints.hpp"
#include "platform/environment.hpp"
#include "platform/files.hpp"
#include "platform/guarded_folder.hpp"
#include "platform/notify_socket.hpp"
#include "platform/port_sharing.hpp"
#include "platform/privileges.hpp"
#include "platform/spawn.hpp"
#include "platform/users.hpp"

namespace forever::cli {
namespace {

std::optional<Failure> check_sharing(const AppSpec& spec) {
  if (!spec.shares_ports()) return std::nullopt;
  const auto fault = share_ports_fault();
  if (!fault) return std::nullopt;
  if (spec.instances == 1) return Failure{ExitCode::failed, "cannot hold its ports: " + *fault};
  return Failure{ExitCode::failed,
                 "cannot share ports among " + std::to_string(spec.instances) + " instances: " + *fault +
                     "; pass them one socket (--listen 8080) or give each its own port (--env PORT=8080 "
                     "--increment-env PORT), or use --no-share"};
}

std::optional<Failure> check_readiness(const AppSpec& spec) {
  if (spec.ready == ReadyWhen::listen && !spec.listen.empty())
    return Failure{ExitCode::failed,
                   "a passed socket listens before the program runs (--listen); use --ready "
                   "notify or --ready uptime"};
  if (spec.ready == ReadyWhen::listen && !spec.shares_ports())
    return Failure{ExitCode::failed, "--ready listen needs ports that are shared or held; add --hold-ports"};
  if (spec.ready != ReadyWhen::notify) return std::nullopt;
  const auto socket = open_notify_socket({});
  if (socket) return std::nullopt;
  return Failure{ExitCode::failed, socket.error().message() + " (--ready notify)"};
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
  const std::string near = role.empty() ? hint_for_missing(what, directory) : std::string{};
  return {ExitCode::no_program, "cannot find " + what + role + where + near};
}

// `role` is appended to its name: ", the interpreter of x.py".
Failure unusable(const std::string& what, const std::string& role, const std::string& directory, int code) {
  if (code == EISDIR)
    return {ExitCode::not_executable,
            what + role + " is a directory, not a program" + hint_for_directory(what, directory)};
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
  const std::string fault = never || by_extension.empty() ? fault_of_first_line(spec, program) : std::string{};
  if (program.executable && !fault.empty())
    return Failure{ExitCode::not_executable,
                   "cannot run " + spec.script + ": " + fault + "; fix it, or set the --interpreter"};
  const std::vector<std::string> command = runnable_command(spec, program);
  if (command.front() != spec.script) return check_interpreter(command.front(), spec, path);
  if (program.executable) return std::nullopt;
  if (const std::string hint = hint_for_file(spec.script, spec.directory); !hint.empty())
    return Failure{ExitCode::not_executable, spec.script + (hint.starts_with(';') ? " is not executable" : "") + hint};
  return Failure{ExitCode::not_executable, spec.script + " is not executable" +
                                               (fault.empty() ? "" : ", and " + fault) +
                                               "; use `chmod +x`, or set its --interpreter"};
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

// Whether the path, or a link on its way, means something of the process that opens it: its standard output, its terminal. For a
// supervisor that is not what the caller has. The default log of nginx's image is such a link.
bool is_of_the_caller(std::string path) {
  constexpr int kMostLinks = 40;
  for (int i = 0; i < kMostLinks; ++i) {
    path = std::filesystem::path{path}.lexically_normal().generic_string();
    if (path == "/dev/stdout" || path == "/dev/stderr" || path == "/dev/stdin" || path == "/dev/tty") return true;
    if (path.starts_with("/dev/fd/")) return true;
    if (path.starts_with("/proc/") && path.find("/fd/") != std::string::npos) return true;
    std::error_code fault;
    const std::filesystem::path target = std::filesystem::read_symlink(path, fault);
    if (fault) return false;
    path = (std::filesystem::path{path}.parent_path() / target).generic_string();
  }
  return false;
}

std::optional<Failure> check_log(const std::string& path) {
  if (path.empty()) return std::nullopt;
  if (is_of_the_caller(path))
    return Failure{ExitCode::failed,
                   "cannot keep a log in " + path +
                       ": that is the caller's own, and the app outlives the caller; `forever run` "
                       "keeps a program alive in this terminal, `forever logs -f` shows what it writes"};
  const auto file = facts_of(path);
  if (file && file->directory) return Failure{ExitCode::failed, "cannot keep a log in " + path + ": it is a directory"};
  // What is missing of its directory is made at the start.
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
    return Failure{ExitCode::failed, "only root can start a program as another user or group (--user, --group)"};
  }
  spec.user.clear();
  return std::nullopt;
}

}  // namespace

std::variant<AppSpec, Failure> fresh_spec(const AppRequest& request) {
  AppSpec spec;
  const auto given = request.settings.values("cwd");
  spec.directory = given.empty() ? current_directory() : absolute_path(given.back());
  if (spec.directory.empty())
    return Failure{ExitCode::failed, "the current directory no longer exists; change it or use --cwd"};
  spec.script = request.program;
  spec.arguments = request.arguments;
  // A path that only makes sense from here is kept absolute when --cwd leads elsewhere.
  const bool relative = spec.script.find('/') != std::string::npos && !is_absolute(spec.script);
  if (!given.empty() && relative && !exists(spec.directory + "/" + spec.script) && exists(absolute_path(spec.script))) {
    spec.script = absolute_path(spec.script);
  }
  spec.environment = environment_snapshot();
  spec.umask = current_umask();
  spec.limits = current_limits();
  spec.created_ms = to_ms(wall_now());
  return spec;
}

namespace {

bool is_path(ValueKind kind) {
  return kind == ValueKind::directory || kind == ValueKind::file || kind == ValueKind::log;
}

// What was typed is meant from here, wherever it is used later.
void make_absolute(const Setting& setting, AppSpec& spec) {
  if (!is_path(setting.option.kind)) return;
  if (const auto* const one = std::get_if<In<std::string>>(&setting.field)) (*one)(spec) = absolute_path((*one)(spec));
  const auto* const several = std::get_if<In<std::vector<std::string>>>(&setting.field);
  if (several == nullptr) return;
  for (std::string& path : (*several)(spec)) path = absolute_path(path);
}

}  // namespace

std::optional<Failure> lay_over(const AppRequest& request, AppSpec& spec) {
  request.settings.lay_over(spec);
  request.settings.for_each([&](const Setting& setting) { make_absolute(setting, spec); });
  if (!request.interpreter_arguments.empty()) {
    if (spec.interpreter.empty()) spec.interpreter = {std::string{interpreter_for(spec.script)}};
    spec.interpreter.insert(spec.interpreter.end(), request.interpreter_arguments.begin(),
                            request.interpreter_arguments.end());
  }
  // Two writers would overwrite each other in one file.
  if (!spec.logs.out.empty() && spec.logs.out == spec.logs.err) spec.logs.merge = true;
  if (auto failure = give_environment(request, spec)) return failure;
  if (const auto fault = fault_in_increments(spec)) return Failure{ExitCode::failed, *fault};
  return std::nullopt;
}

std::optional<Failure> check_watch_settings(const GivenSettings& given, const WatchSettings& watch) {
  if (watch.on) return std::nullopt;
  for (const Setting& setting : kWatchSettings.settings) {
    const std::string_view name = long_name(setting.option.names);
    if (given.has(name.substr(2))) return Failure{ExitCode::usage, std::string{name} + " needs --watch"};
  }
  return std::nullopt;
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
      return Failure{ExitCode::failed, root ? "root without CAP_SYS_RESOURCE cannot give a program more than " + beyond
                                            : "only root can give a program more than " + beyond};
    if (may.most_open_files && spec.max_open_files > *may.most_open_files)
      return Failure{ExitCode::failed, "the kernel gives no program more than " + std::to_string(*may.most_open_files) +
                                           " open files (--max-open-files); sysctl fs.nr_open raises the limit"};
  }
  if (spec.nice.value_or(0) < 0 && !may.raise_priority)
    return Failure{ExitCode::failed,
                   root ? "root without CAP_SYS_NICE cannot start a program with a raised priority (--nice)"
                        : "only root can start a program with a raised priority (--nice)"};
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
    if (path->empty()) continue;
    const auto folder = GuardedFolder::enter(folder_of(*path), trust_in_log(spec, *path), GuardedFolder::Missing::make);
    if (!folder)
      return Failure{ExitCode::failed, "cannot keep a log in " + folder_of(*path) + ": " + folder.error().message()};
    if (!folder->user()) continue;
    // What is done with that user's rights may not be possible, and the log be lost.
    if (folder->facts(name_of_path(*path))) continue;
    if (const auto log = folder->open_log(name_of_path(*path)); !log)
      return Failure{ExitCode::failed,
                     "cannot keep a log as user " + folder->user()->user_name + ": " + log.error().message()};
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
