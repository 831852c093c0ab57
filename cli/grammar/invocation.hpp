// What was typed, as data: the result of parsing argv. A pure function; nothing is touched.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/spec.hpp"
#include "platform/ports.hpp"

namespace forever::cli {

// `forever start PROGRAM [options] -- ARGS` and `forever run …`. Unset options keep what the spec (new: its defaults; stopped app: its own) says.
struct StartOptions {
  std::string program;                 // a program, or the name of a stopped app
  std::vector<std::string> arguments;  // the program's own
  bool has_arguments = false;          // something followed the program, if only `--`
  std::optional<std::string> name, app_namespace, directory, user, group;
  std::vector<std::string> interpreter;  // --interpreter "node --flag", split at spaces
  std::vector<std::string> environment;  // --env K=V, in order
  std::vector<std::string> environment_files;
  bool input = false;  // --stdin
  std::optional<RestartOn> restart_on;
  std::optional<std::vector<int>> stop_exit_codes;
  std::optional<Milliseconds> min_uptime, restart_delay, backoff_first, backoff_cap, kill_timeout;
  std::optional<double> backoff_factor;
  std::optional<std::uint32_t> max_restarts;
  std::optional<int> instances;            // 0: one for each processor; -K: that many fewer
  std::vector<std::string> increment_env;  // --increment-env NAME
  std::optional<bool> share_ports, hold_ports;
  std::vector<std::string> listen;  // --listen ADDRESS, as to_text(ListenAddress)
  std::optional<ReadyWhen> ready;
  std::optional<Milliseconds> ready_timeout, drain_timeout;
  std::optional<int> kill_signal;
  std::optional<KillMode> kill_mode;
  bool wait = false;
  std::optional<Milliseconds> wait_time;  // --wait SECONDS
  std::optional<std::string> out, err;
  std::optional<bool> merge_logs;
  std::optional<LogFormat> log_format;
  std::optional<std::uint64_t> log_max_size;
  std::optional<unsigned> log_keep;
  std::optional<std::uint64_t> max_memory;
  std::optional<std::string> cron_restart;
  // Of an apps file: the apps that are meant, by name or namespace, and which of its environments.
  std::vector<std::string> only;
  std::string environment_name;
  bool watch = false;
  std::vector<std::string> watch_paths, ignore, extensions;
  std::optional<Milliseconds> watch_delay, poll;
  bool watch_hash = false;
  std::optional<OnCrash> on_crash;
  std::string shell_command;  // run --exec: the shell runs it, with the program and its arguments behind it
  std::optional<std::uint64_t> max_open_files, cgroup_memory;
  std::optional<unsigned> cgroup_cpu;
  std::optional<int> nice;
  std::optional<std::string> on_exit, health_command;  // empty: none any more
  std::optional<std::uint16_t> health_port;
  std::string health_path;  // with health_port
  std::optional<Milliseconds> on_exit_timeout, health_interval, health_timeout;
  std::optional<unsigned> health_threshold;
  bool force = false;  // start a second copy under a new name is never done; reserved words only
  bool json = false;
  bool quiet = false;
  friend bool operator==(const StartOptions&, const StartOptions&) = default;
};

struct SelectorOptions {
  std::vector<std::string> selectors;  // as typed; resolved by cli/apps/selector.hpp
  std::vector<std::string> only;       // of an apps file among them: these apps alone
  std::string environment_name;        // of an apps file: env_NAME lies over env
  bool json = false;
  bool quiet = false;
};

struct Start {
  StartOptions options;
};
struct Run {
  StartOptions options;
};
struct List {
  bool json = false, quiet = false, watch = false, expand = false;
  std::string sort = "id";
};
struct Stop {
  SelectorOptions which;
  bool all = false, force = false;
  bool until_resurrect = false;  // `resurrect` is to start them again
};
struct Restart {
  SelectorOptions which;
  bool all = false, update_env = false;
};
struct Delete {
  SelectorOptions which;
  bool all = false, keep_logs = false;
};
struct Describe {
  SelectorOptions which;
  bool reveal = false;
};
struct Logs {
  SelectorOptions which;
  std::size_t lines = 15;
  bool follow = false, only_out = false, only_err = false, raw = false;
};
struct Flush {
  SelectorOptions which;
};
struct Pids {
  SelectorOptions which;
};
struct Signal {
  SelectorOptions which;
  int signal = 15;
};
struct Reload {
  SelectorOptions which;
  std::optional<Milliseconds> ready_timeout, drain_timeout;  // for this once, instead of the app's
};
struct Upgrade {
  SelectorOptions which;  // none: all apps
  std::string binary;     // empty: this command's own
};
struct Send {
  SelectorOptions which;
  std::string line;
};
struct Columns {
  enum class Change : std::uint8_t { show, add, remove, set, reset };
  Change change = Change::show;
  std::vector<std::string> columns;
};
struct Scale {
  SelectorOptions which;
  int count = 0;
  bool relative = false;  // so many more or fewer
};
struct Reopen {
  SelectorOptions which;
};
struct MonitVerb {};
struct Doctor {
  SelectorOptions which;  // no selectors
};
enum class MetricsFormat : std::uint8_t { openmetrics, text };
struct Metrics {
  SelectorOptions which;
  MetricsFormat format = MetricsFormat::openmetrics;
};
struct PortWanted {
  std::uint16_t port = 0;
  std::optional<Transport> transport;  // nothing: both
};
struct Port {
  SelectorOptions which;          // no selectors
  std::vector<PortWanted> ports;  // none: every port that somebody holds
  bool kill = false;
  std::optional<int> signal;  // --kill SIGNAL
};
struct Find {
  SelectorOptions which;  // names of programs
  bool kill = false;
  std::optional<int> signal;
};
struct Apply {
  std::string file;  // an apps file
  std::vector<std::string> only;
  std::string environment_name;
  bool dry_run = false, wait = false, json = false, quiet = false;
};
struct Init {
  std::string file = "apps.json";
};
struct Save {
  bool quiet = false;
};
struct Resurrect {
  SelectorOptions which;  // no selectors
};
struct Startup {
  std::string init;  // which init; empty: the one that runs
  std::string user;  // whose apps; empty: the caller's
  bool dry_run = false;
};
struct Unstartup {
  std::string init, user;
  bool dry_run = false;
};
struct Env {
  SelectorOptions which;
  bool reveal = false;
};
struct Reset {
  SelectorOptions which;
};
struct CleanLogs {
  bool dry_run = false, quiet = false;
};
struct Export {
  std::string form;  // systemd, compose, kubernetes or nomad
  SelectorOptions which;
  std::string directory;  // to write files in; empty: standard output
};
struct Watch {
  SelectorOptions which;
  bool on = true;
};
struct Completion {
  std::string shell;
};
struct Show {
  std::string text;
};  // --help, --version: print and exit 0

using Invocation =
    std::variant<Start, Run, List, Stop, Restart, Delete, Describe, Logs, Flush, Pids, Signal, Reload, Upgrade, Scale,
                 Reopen, Port, Find, Apply, Init, Save, Resurrect, Startup, Unstartup, Env, Reset, CleanLogs, Export,
                 Watch, Send, Columns, MonitVerb, Metrics, Doctor, Completion, Show>;

struct UsageError {
  std::string message;  // one line, says what was wrong and what to do
};

// argv without argv[0]. CLI11 is used inside, and only the verb that argv names is built (a whole tree costs 0.7 ms).
[[nodiscard]] std::variant<Invocation, UsageError> parse(const std::vector<std::string>& arguments);

}  // namespace forever::cli
