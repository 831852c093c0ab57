// Every option of every verb: its names, what it takes, what it says in the help, and what it sets.
#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "cli/boot_unit.hpp"
#include "cli/counts.hpp"
#include "cli/verbs.hpp"
#include "platform/listening.hpp"
#include "platform/signals.hpp"
#include "supervisor/cron.hpp"
#include "supervisor/names.hpp"
#include "supervisor/units.hpp"

namespace forever::cli {
namespace {

constexpr const char* kBadDuration = "is not a duration; try 500ms, 10s, 5m or 1h (a bare number is seconds)";
constexpr const char* kBadSize = "is not a size; try 512K, 200M or 1G (a bare number is bytes)";

Fault set_duration(std::optional<Milliseconds>& into, const std::string& value) {
  into = parse_duration(value);
  return into ? Fault{} : kBadDuration;
}

Fault set_size(std::optional<std::uint64_t>& into, const std::string& value) {
  into = parse_size(value);
  return into ? Fault{} : kBadSize;
}

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

template <class Number, class Into>
Fault set_count(Into& into, const std::string& value) {
  const auto number = whole_number<Number>(value);
  if (!number) return "is not a whole number from 0 to " + std::to_string(std::numeric_limits<Number>::max());
  into = *number;
  return {};
}

template <class Into>
Fault set_name(Into& into, const std::string& value) {
  if (auto fault = fault_in_name(value)) return "cannot be a name: " + *fault;
  into = value;
  return {};
}

template <class Into>
Fault set_text(Into& into, const std::string& value) {
  if (value.empty()) return "is empty";
  into = value;
  return {};
}

Fault set_interpreter(Draft& draft, const std::string& value) {
  draft.start.interpreter.clear();
  for (const std::string_view word : split_words(value, ' ')) {
    if (!word.empty()) draft.start.interpreter.emplace_back(word);
  }
  return draft.start.interpreter.empty() ? Fault{"is empty; say `none` for no interpreter"} : Fault{};
}

Fault set_exit_codes(Draft& draft, const std::string& value) {
  constexpr const char* kBadCodes = "is not a list of exit codes from 0 to 255, such as 0,2";
  std::vector<int> codes;
  for (const std::string_view word : split_words(value, ',')) {
    const auto code = whole_number<int>(word);
    if (!code || *code < 0 || *code > 255) return kBadCodes;
    codes.push_back(*code);
  }
  if (codes.empty()) return kBadCodes;
  draft.start.stop_exit_codes = std::move(codes);
  return {};
}

Fault set_factor(Draft& draft, const std::string& value) {
  // from_chars, not strtod: the decimal point is a point in every locale.
  const auto factor = whole_number<double>(value);
  if (!factor || !(*factor >= 1.0) || *factor > 1000.0) return "is not a number from 1 to 1000";
  draft.start.backoff_factor = factor;
  return {};
}

Fault set_instances(Draft& draft, const std::string& value) {
  draft.start.instances = instance_count(value);
  if (draft.start.instances) return {};
  return "is not a number of instances; try 4, max (one for each processor) or -1 (one fewer than that); at most " +
         std::to_string(kMostInstances);
}

Fault set_kill_signal(Draft& draft, const std::string& value) {
  draft.start.kill_signal = signal_from_name(value);
  return draft.start.kill_signal ? Fault{} : "is not a signal; try TERM, INT, QUIT, HUP or a number";
}

Fault set_kill(Draft& draft, const std::string& value) {
  draft.kill = true;
  if (value.empty()) return {};
  draft.signal = signal_from_name(value);
  return draft.signal ? Fault{} : "is not a signal; try TERM, INT, KILL or a number";
}

Fault set_environment_entry(Draft& draft, const std::string& value) {
  std::vector<std::string> scratch;
  if (!set_environment(scratch, value)) {
    // PM2's way to choose one of the environments of an apps file; whether there is one is seen when the verb is made.
    const bool name = !value.empty() && value.find('=') == std::string::npos;
    if (!name || !draft.bare_environment.empty()) return "is not an assignment; write NAME=VALUE";
    draft.bare_environment = value;
    return {};
  }
  draft.start.environment.push_back(value);
  return {};
}

Fault set_wait(Draft& draft, const std::string& value) {
  draft.start.wait = true;
  return value.empty() ? Fault{} : set_duration(draft.start.wait_time, value);
}

Fault set_sort(Draft& draft, const std::string& value) {
  constexpr std::array<std::string_view, 8> kKeys{"id",       "name",   "namespace", "status",
                                                  "restarts", "uptime", "cpu",       "memory"};
  for (const std::string_view key : kKeys) {
    if (value != key) continue;
    draft.list.sort = value;
    return {};
  }
  return "is no column to sort by; try id, name, namespace, status, restarts, uptime, cpu or memory";
}

constexpr Option kWhat[] = {
    {"-n,--name", "NAME",
     "What the app is called. Without it: the base name of the program (of the script in `node server.js`), made "
     "unique.",
     [](Draft& d, const std::string& v) { return set_name(d.start.name, v); }},
    {"--namespace", "NAME", "The group of apps it belongs to, a selector of its own. Without it: default.",
     [](Draft& d, const std::string& v) { return set_name(d.start.app_namespace, v); }},
    {"--stdin", "", "Lets it read what `forever send` writes. Without it its standard input is /dev/null.",
     [](Draft& d, const std::string&) {
       d.start.input = true;
       return Fault{};
     }},
};
Fault set_nice(Draft& draft, const std::string& value) {
  const auto number = whole_number<int>(value);
  if (!number || *number < -20 || *number > 19) return "is not a whole number from -20 to 19";
  draft.start.nice = number;
  return {};
}

Fault set_cgroup_cpu(Draft& draft, const std::string& value) {
  const std::string_view digits = std::string_view{value}.substr(0, value.size() - (value.ends_with('%') ? 1 : 0));
  draft.start.cgroup_cpu = whole_number<unsigned>(digits);
  return draft.start.cgroup_cpu.value_or(~0U) <= 1'000'000 ? Fault{}
                                                           : "is not a share of a processor; try 50%, or 150%";
}

constexpr Option kHow[] = {
    {"--interpreter", "COMMAND",
     "What runs the program, with its own options if need be: --interpreter \"node --max-old-space-size=512\". `none` "
     "means never one. "
     "Without it: a script that is not executable is run by the interpreter of its extension (js node, py python3, sh "
     "sh, rb ruby, pl perl, php php).",
     set_interpreter},
    {"--cwd", "DIRECTORY", "Where it runs, kept as typed. Without it: the current directory.",
     [](Draft& d, const std::string& v) { return set_text(d.start.directory, v); }},
    {"-e,--env", "NAME=VALUE",
     "Sets one variable of its environment, over the caller's and over --env-file. May be given again.",
     set_environment_entry},
    {"--env-file", "FILE", "Reads NAME=VALUE lines into its environment. May be given again; later ones win.",
     [](Draft& d, const std::string& v) {
       d.start.environment_files.push_back(v);
       return v.empty() ? Fault{"is empty"} : Fault{};
     }},
    {"--user", "USER", "Runs as this user, by name or number. Only root may ask for it.",
     [](Draft& d, const std::string& v) { return set_text(d.start.user, v); }},
    {"--group", "GROUP",
     "Runs with this group, by name or number. Only root may ask for it. Without it: the user's own.",
     [](Draft& d, const std::string& v) { return set_text(d.start.group, v); }},
    {"--max-open-files", "N",
     "How many files it may have open at once (RLIMIT_NOFILE). Only root may give more than it has itself. Without it: "
     "as the "
     "caller.",
     [](Draft& d, const std::string& v) -> Fault {
       d.start.max_open_files = whole_number<std::uint32_t>(v);
       return d.start.max_open_files.value_or(0) > 0 ? Fault{} : "is not a whole number from 1 to 4294967295";
     }},
    {"--nice", "N", "Its priority, 19 (last) to -20 (first). Only root may go below 0. Without it: as the caller.",
     set_nice},
    {"--cgroup-memory", "SIZE",
     "The kernel keeps its whole process tree below this by a cgroup: what cannot be freed is killed. A bare number is "
     "bytes, 0 takes the limit away. Needs a delegated cgroup (`forever doctor`).",
     [](Draft& d, const std::string& v) { return set_size(d.start.cgroup_memory, v); }},
    {"--cgroup-cpu", "PERCENT",
     "The kernel gives its whole process tree no more than this of one processor, by a cgroup: 150% is one and a half. "
     "0 takes the limit away.",
     set_cgroup_cpu},
};

constexpr Option kAlive[] = {
    {"--restart", "WHEN", "always, on-failure or never. Without it: always, whatever the exit code; `run`: on-failure.",
     [](Draft& d, const std::string& v) {
       d.start.restart_on = restart_on_from(v);
       return d.start.restart_on ? Fault{} : Fault{"is none of always, on-failure, never"};
     }},
    {"--stop-exit-codes", "CODES",
     "Exit codes that mean \"done\": no restart, no failure. Separated by commas, as 0,2.", set_exit_codes},
    {"--min-uptime", "TIME",
     "A run shorter than this is a failure, a longer one clears the count. A bare number is seconds. Default 1s.",
     [](Draft& d, const std::string& v) { return set_duration(d.start.min_uptime, v); }},
    {"--restart-delay", "TIME", "Waits at least this long before every restart. A bare number is seconds. Default 0.",
     [](Draft& d, const std::string& v) { return set_duration(d.start.restart_delay, v); }},
    {"-m,--max-restarts", "N",
     "Gives up after more than N failures in a row (status errored). Without it: never gives up.",
     [](Draft& d, const std::string& v) { return set_count<std::uint32_t>(d.start.max_restarts, v); }},
    {"--backoff-first", "TIME",
     "The first wait, once three restarts in a row were too soon. A bare number is seconds. Default 100ms.",
     [](Draft& d, const std::string& v) { return set_duration(d.start.backoff_first, v); }},
    {"--backoff-factor", "NUMBER", "Each further wait is this many times longer. Default 2.", set_factor},
    {"--backoff-cap", "TIME", "The longest wait. A bare number is seconds. Default 15s.",
     [](Draft& d, const std::string& v) { return set_duration(d.start.backoff_cap, v); }},
    {"--max-memory", "SIZE",
     "Restarts it when its whole process tree uses more. A bare number is bytes. Without it: no limit.",
     [](Draft& d, const std::string& v) { return set_size(d.start.max_memory, v); }},
    {"--cron-restart", "CRON",
     "Restarts it at these times, five fields as in crontab(5) or six with seconds first: \"0 4 * * *\".",
     [](Draft& d, const std::string& v) -> Fault {
       auto schedule = CronSchedule::parse(v);
       if (!schedule) return "is not a cron expression: " + schedule.error().message();
       // Not from the beginning of time: no C library of Windows looks behind that.
       if (!schedule->next(WallTime{std::chrono::hours{24 * 7}}))
         return "never comes: no month of these has such a day";
       d.start.cron_restart = v;
       return {};
     }},
};

constexpr Option kInstances[] = {
    {"-i,--instances", "N",
     "Runs N instances of it; max or 0: one for each processor that it may use; -K: K fewer than that, one at least. "
     "Each sees its slot (0, 1, 2 ...) as FOREVER_INSTANCE and NODE_APP_INSTANCE. Default 1.",
     set_instances},
    {"--increment-env", "NAME",
     "Adds its slot to this variable of each instance's environment, so that each gets a port of its own: "
     "--env PORT=8080 --increment-env PORT. May be given again.",
     [](Draft& d, const std::string& v) {
       d.start.increment_env.push_back(v);
       return v.empty() || v.find('=') != std::string::npos ? Fault{"is no name of a variable"} : Fault{};
     }},
};

Fault add_listen(Draft& draft, const std::string& value) {
  const auto address = listen_address_from(value);
  if (!address) return address.error().doing;
  std::string text = to_text(*address);
  auto& all = draft.start.listen;
  if (std::find(all.begin(), all.end(), text) != all.end()) return "is given twice";
  if (all.size() == kMostPassed) return "is one too many; " + std::to_string(kMostPassed) + " sockets are possible";
  all.push_back(std::move(text));
  return {};
}

constexpr Option kSharing[] = {
    {"--no-share", "",
     "Leaves the ports of several instances alone; without it they share the ports that they listen on.",
     [](Draft& d, const std::string&) {
       d.start.share_ports = false;
       return Fault{};
     }},
    {"--hold-ports", "",
     "Holds the ports of a single instance as well: while it restarts, connections wait instead of being refused, and "
     "`reload` loses none.",
     [](Draft& d, const std::string&) {
       d.start.hold_ports = true;
       return Fault{};
     }},
    {"--listen", "ADDRESS",
     "Opens a socket for it, which it finds as descriptor 3 (the next one 4 ...) with LISTEN_FDS and LISTEN_PID, as "
     "under "
     "systemd: 8081, 127.0.0.1:8081, [::1]:8081 or unix:/path; NAME=ADDRESS gives it a name. All instances have the "
     "same; "
     "it stays open while they restart. May be given again.",
     add_listen},
    {"--ready", "WHEN",
     "When it counts as ready: uptime (it has run for --min-uptime), listen (it listens on a port that is shared or "
     "held), "
     "or notify (it has said READY=1 to NOTIFY_SOCKET, which it gets then: sd_notify(3)). Default: listen where ports "
     "are "
     "shared or held, else uptime.",
     [](Draft& d, const std::string& v) -> Fault {
       const auto when = ready_when_from(v);
       if (!when || *when == ReadyWhen::automatic) return "is none of uptime, listen, notify";
       d.start.ready = *when;
       return {};
     }},
    {"--ready-timeout", "TIME",
     "How long `reload` and `start --wait` wait until it is ready. A bare number is seconds. Default 30s.",
     [](Draft& d, const std::string& v) { return set_duration(d.start.ready_timeout, v); }},
    {"--drain-timeout", "TIME",
     "How long the connections of an instance that is replaced may take to end. A bare number is seconds. Default 10s.",
     [](Draft& d, const std::string& v) { return set_duration(d.start.drain_timeout, v); }},
};

Fault set_watch(Draft& draft, const std::string& value) {
  draft.start.watch = true;
  if (!value.empty()) draft.start.watch_paths.push_back(value);
  return {};
}

Fault set_extensions(Draft& draft, const std::string& value) {
  for (std::string_view word : split_words(value, ',')) {
    if (word.starts_with('*')) word.remove_prefix(1);
    if (word.starts_with('.')) word.remove_prefix(1);
    if (word.empty() || word.find('/') != std::string_view::npos)
      return "is not a list of extensions, such as js,mjs,json";
    draft.start.extensions.emplace_back(word);
  }
  return draft.start.extensions.empty() ? Fault{"is empty"} : Fault{};
}

Fault set_poll(Draft& draft, const std::string& value) {
  draft.start.poll = Milliseconds{1000};
  if (value.empty()) return {};
  auto fault = set_duration(draft.start.poll, value);
  if (!fault && draft.start.poll->count() == 0) return "is no time between two looks; try 1s";
  return fault;
}

constexpr Option kWatching[] = {
    {"--watch", "[PATH]",
     "Restarts it when its files change: those in PATH, a folder, a file or a pattern as \"src/**/*.js\", written with "
     "= (--watch=src). May be given again. Without PATH: the folder it runs in.",
     set_watch},
    {"--ignore", "PATTERN",
     "Files or folders whose changes do not count, as in .gitignore: \"*.tmp\", dist/, /data. May be given again. "
     ".foreverignore holds such lines, too; .git, node_modules, logs and editors' swap files are ignored anyhow.",
     [](Draft& d, const std::string& v) {
       d.start.ignore.push_back(v);
       return v.empty() ? Fault{"is empty"} : Fault{};
     }},
    {"--ext", "LIST", "Only files with these extensions count: js,mjs,json. Without it: all files.", set_extensions},
    {"--watch-delay", "TIME",
     "How long it must be quiet after the last change. A bare number is seconds. Default 200ms.",
     [](Draft& d, const std::string& v) { return set_duration(d.start.watch_delay, v); }},
    {"--poll", "[TIME]",
     "Looks at the files every TIME instead of asking the kernel: for network file systems. A bare number is seconds. "
     "Default 1s.",
     set_poll},
    {"--watch-hash", "", "Contents decide, not times: a file that was saved unchanged does not count.",
     [](Draft& d, const std::string&) {
       d.start.watch_hash = true;
       return Fault{};
     }},
    {"--watch-on-crash", "WHAT",
     "wait (once it has ended, only a change starts it again) or restart. Without it: restart; `run`: wait.",
     [](Draft& d, const std::string& v) {
       d.start.on_crash = on_crash_from(v);
       return d.start.on_crash ? Fault{} : Fault{"is none of wait, restart"};
     }},
};

constexpr Option kShell[] = {
    {"-x,--exec", "COMMAND",
     "Has /bin/sh run this command line, with PROGRAM (which may then be left out) and its arguments behind it: --exec "
     "\"make && ./server\".",
     [](Draft& d, const std::string& v) {
       d.start.shell_command = v;
       return v.empty() ? Fault{"is empty"} : Fault{};
     }},
};

// "8081", "8081/health"
Fault set_health_port(Draft& draft, const std::string& value) {
  const std::size_t slash = std::min(value.find('/'), value.size());
  draft.start.health_port = whole_number<std::uint16_t>(value.substr(0, slash));
  draft.start.health_path = value.substr(slash);
  const bool good = draft.start.health_port.value_or(0) != 0 &&
                    std::ranges::all_of(draft.start.health_path, [](unsigned char c) { return c > ' ' && c < 0x7f; });
  return good ? Fault{} : "is not a port; write 8081, or 8081/health for an HTTP GET";
}

Fault set_positive(std::optional<Milliseconds>& into, const std::string& value) {
  if (const Fault fault = set_duration(into, value)) return fault;
  return *into > Milliseconds{0} ? Fault{} : "must be more than 0";
}

constexpr Option kAttending[] = {
    {"--on-exit", "COMMAND",
     "Runs COMMAND by the shell after each end of an instance, with what happened in its environment (FOREVER_APP, "
     "FOREVER_EXIT_CODE, FOREVER_EXIT_SIGNAL, FOREVER_LAST_LINES and others). Nothing waits for it. An empty one takes "
     "it away.",
     [](Draft& d, const std::string& v) {
       d.start.on_exit = v;
       return Fault{};
     }},
    {"--on-exit-timeout", "TIME", "How long it may take before it is killed. A bare number is seconds. Default 30s.",
     [](Draft& d, const std::string& v) { return set_positive(d.start.on_exit_timeout, v); }},
    {"--health-cmd", "COMMAND",
     "Asks by this shell command whether it is well: exit code 0 is. An empty one takes it away. Without it and "
     "--health-port nobody asks.",
     [](Draft& d, const std::string& v) {
       d.start.health_command = v;
       return Fault{};
     }},
    {"--health-port", "PORT[/PATH]",
     "Asks whether it takes a connection on this port of this machine; with /PATH, whether it answers an HTTP GET with "
     "a "
     "status below 400. A hung program still takes connections, so prefer a path.",
     set_health_port},
    {"--health-interval", "TIME", "The time between two looks. A bare number is seconds. Default 10s.",
     [](Draft& d, const std::string& v) { return set_positive(d.start.health_interval, v); }},
    {"--health-timeout", "TIME", "A look that takes longer has gone wrong. A bare number is seconds. Default 5s.",
     [](Draft& d, const std::string& v) { return set_positive(d.start.health_timeout, v); }},
    {"--health-threshold", "N", "It is restarted after N looks in a row that went wrong. Default 3.",
     [](Draft& d, const std::string& v) -> Fault {
       const auto number = whole_number<unsigned>(v);
       if (!number || *number < 1 || *number > 1000) return "is not a whole number from 1 to 1000";
       d.start.health_threshold = number;
       return {};
     }},
};

constexpr Option kStopping[] = {
    {"--kill-signal", "SIGNAL", "What asks it to end, by name or number. Default TERM.", set_kill_signal},
    {"--kill-timeout", "TIME", "How long it may take before KILL. A bare number is seconds. Default 10s.",
     [](Draft& d, const std::string& v) { return set_duration(d.start.kill_timeout, v); }},
    {"--kill-mode", "MODE",
     "Who is stopped: tree (all its descendants, daemonized ones too), group (its process group) or process (it "
     "alone). Default tree.",
     [](Draft& d, const std::string& v) {
       d.start.kill_mode = kill_mode_from(v);
       return d.start.kill_mode ? Fault{} : Fault{"is none of tree, group, process"};
     }},
};

constexpr Option kLogging[] = {
    {"-o,--out", "FILE", "Where its standard output is kept. Default: logs/NAME.out.log in the state directory.",
     [](Draft& d, const std::string& v) { return set_text(d.start.out, v); }},
    {"--err", "FILE", "Where its standard error is kept. Default: logs/NAME.err.log in the state directory.",
     [](Draft& d, const std::string& v) { return set_text(d.start.err, v); }},
    {"--merge-logs", "", "Keeps both in the output's file, in the order of writing.",
     [](Draft& d, const std::string&) {
       d.start.merge_logs = true;
       return Fault{};
     }},
    {"--log-time", "", "Puts the time before each line; the same as --log-format time.",
     [](Draft& d, const std::string&) {
       d.start.log_format = LogFormat::time;
       return Fault{};
     }},
    {"--log-format", "FORMAT",
     "raw (byte for byte), time (a time stamp before each line) or json (one object a line). Default raw.",
     [](Draft& d, const std::string& v) {
       d.start.log_format = log_format_from(v);
       return d.start.log_format ? Fault{} : Fault{"is none of raw, time, json"};
     }},
    {"--log-max-size", "SIZE",
     "Rotates a log that has grown to this. A bare number is bytes, 0 never rotates. Default 10M.",
     [](Draft& d, const std::string& v) { return set_size(d.start.log_max_size, v); }},
    {"--log-keep", "N", "How many rotated files are kept for each stream. Default 5.",
     [](Draft& d, const std::string& v) { return set_count<std::uint16_t>(d.start.log_keep, v); }},
};

constexpr Option kJson = {"--json", "", "Prints JSON, and nothing but JSON, on standard output.",
                          [](Draft& d, const std::string&) {
                            d.which.json = true;
                            return Fault{};
                          }};
constexpr Option kQuiet = {"-q,--quiet", "", "Says nothing unless something is wrong.",
                           [](Draft& d, const std::string&) {
                             d.which.quiet = true;
                             return Fault{};
                           }};

constexpr Option kAnswer[] = {
    {"-w,--wait", "[TIME]",
     "Returns only when it is ready, or says why it is not (exit code 1) with its last lines. Waits at most TIME; a "
     "bare number is seconds. Default 30s.",
     set_wait},
    kJson,
    kQuiet,
};
constexpr Option kPlainAnswer[] = {kJson, kQuiet};

// Names separated by commas; may be given again.
Fault set_only(std::vector<std::string>& into, const std::string& value) {
  for (const std::string_view word : split_words(value, ',')) {
    const std::size_t begin = word.find_first_not_of(' '), end = word.find_last_not_of(' ');
    if (begin != std::string_view::npos) into.emplace_back(word.substr(begin, end - begin + 1));
  }
  return into.empty() ? Fault{"names no app"} : Fault{};
}

constexpr std::string_view kOnlyHelp =
    "These apps of the file alone, by name or namespace, separated by commas. May be given again.";
constexpr std::string_view kEnvironmentHelp = "Lays env_NAME of each app in the file over its env.";

constexpr Option kOfFile[] = {
    {"--only", "NAMES", kOnlyHelp, [](Draft& d, const std::string& v) { return set_only(d.start.only, v); }},
    {"--env-name", "NAME", kEnvironmentHelp,
     [](Draft& d, const std::string& v) {
       d.start.environment_name = v;
       return Fault{};
     }},
};
constexpr Option kOnly = {"--only", "NAMES", kOnlyHelp,
                          [](Draft& d, const std::string& v) { return set_only(d.which.only, v); }};
constexpr Option kEnvironmentName = {"--env-name", "NAME", kEnvironmentHelp, [](Draft& d, const std::string& v) {
                                       d.which.environment_name = v;
                                       return Fault{};
                                     }};
constexpr Option kApply[] = {
    {"--dry-run", "", "Tells what would be done, and does nothing.",
     [](Draft& d, const std::string&) {
       d.apply.dry_run = true;
       return Fault{};
     }},
    kOnly,
    kEnvironmentName,
    {"-w,--wait", "", "Returns only when each app that was started is ready.",
     [](Draft& d, const std::string&) {
       d.apply.wait = true;
       return Fault{};
     }},
    kJson,
    kQuiet,
};

constexpr Option kListing[] = {
    {"-x,--expand", "", "Shows a row for each instance, not one for each app.",
     [](Draft& d, const std::string&) {
       d.list.expand = true;
       return Fault{};
     }},
    {"-s,--sort", "COLUMN", "id, name, namespace, status, restarts, uptime, cpu or memory. Default id.", set_sort},
    {"-w,--watch", "", "On a terminal: shows it anew every 2 seconds, until Ctrl-C.",
     [](Draft& d, const std::string&) {
       d.list.watch = true;
       return Fault{};
     }},
    {"-q,--quiet", "", "Prints the names only, one on each line.", kQuiet.set},
    kJson,
};
constexpr Option kStop[] = {
    {"-f,--force", "", "Sends KILL at once instead of asking first.",
     [](Draft& d, const std::string&) {
       d.force = true;
       return Fault{};
     }},
    kOnly,
    kJson,
    kQuiet,
};
constexpr Option kRestart[] = {
    {"--update-env", "", "Replaces its whole environment by the present one, removals too.",
     [](Draft& d, const std::string&) {
       d.update_env = true;
       return Fault{};
     }},
    kOnly,
    kEnvironmentName,
    kJson,
    kQuiet,
};
constexpr Option kReload[] = {kOnly, kEnvironmentName, kJson, kQuiet};
constexpr Option kDelete[] = {
    {"--keep-logs", "", "Leaves its log files where they are. Logs outside the state directory are never removed.",
     [](Draft& d, const std::string&) {
       d.keep_logs = true;
       return Fault{};
     }},
    kOnly,
    kJson,
    kQuiet,
};
constexpr Option kDescribe[] = {
    {"--reveal", "", "Shows the values that look like secrets, too.",
     [](Draft& d, const std::string&) {
       d.reveal = true;
       return Fault{};
     }},
    kJson,
};
constexpr Option kLogsView[] = {
    {"-n,--lines", "N", "How many of the last lines of each app are shown. Default 15.",
     [](Draft& d, const std::string& v) { return set_count<std::uint32_t>(d.logs.lines, v); }},
    {"-f,--follow", "", "Goes on with what is written, across rotation and restarts, until Ctrl-C.",
     [](Draft& d, const std::string&) {
       d.logs.follow = true;
       return Fault{};
     }},
    {"-o,--out", "", "Standard output alone.",
     [](Draft& d, const std::string&) {
       d.logs.only_out = true;
       return Fault{};
     }},
    {"-e,--err", "", "Standard error alone.",
     [](Draft& d, const std::string&) {
       d.logs.only_err = true;
       return Fault{};
     }},
    {"-r,--raw", "", "Byte for byte, without a prefix, control characters untouched.",
     [](Draft& d, const std::string&) {
       d.logs.raw = true;
       return Fault{};
     }},
    {"--json", "", "One JSON object for each line.", kJson.set},
};
constexpr Option kPid[] = {kJson};
constexpr Option kReach[] = {
    {"-k,--kill", "[SIGNAL]",
     "Ends what is found: an app by its own stop plan (at once if SIGNAL is KILL), anything else by SIGNAL. Default "
     "TERM, "
     "and KILL after 10 s.",
     set_kill},
    {"-q,--quiet", "", "Prints the pids only, one on each line; with --kill nothing unless something is wrong.",
     kQuiet.set},
    kJson,
};

constexpr Option kMetrics[] = {
    {"--format", "FORMAT",
     "openmetrics, or text: Prometheus' older form, which node_exporter's textfile collector and promtool read. "
     "Default openmetrics.",
     [](Draft& d, const std::string& v) -> Fault {
       if (v != "openmetrics" && v != "text") return "is none of openmetrics, text";
       d.metrics_format = v == "text" ? MetricsFormat::text : MetricsFormat::openmetrics;
       return {};
     }},
};
constexpr Option kQuietOnly[] = {kQuiet};
constexpr Option kInit = {"--init", "INIT", "systemd, openrc, launchd or cron. Without it: the one that runs here.",
                          [](Draft& d, const std::string& v) {
                            d.startup.init = v;
                            return init_system_from(v) ? Fault{} : Fault{"is none of systemd, openrc, launchd, cron"};
                          }};
constexpr Option kWhose = {"--user", "USER", "Whose apps, by name or number. Only root may ask for it.",
                           [](Draft& d, const std::string& v) { return set_text(d.startup.user, v); }};
constexpr Option kDryRun = {"--dry-run", "", "Tells what would be done, and does nothing.",
                            [](Draft& d, const std::string&) {
                              d.dry_run = true;
                              return Fault{};
                            }};
constexpr Option kStartup[] = {kInit, kWhose, kDryRun};
constexpr Option kUnstartup[] = {kInit, kWhose};
constexpr Option kClean[] = {kDryRun, kQuiet};
constexpr Option kStopAll[] = {
    kStop[0],
    {"--until-resurrect", "", "Notes which apps are online, so that `forever resurrect` starts these again.",
     [](Draft& d, const std::string&) {
       d.until_resurrect = true;
       return Fault{};
     }},
    kJson,
    kQuiet,
};

constexpr Option kExport[] = {
    {"--directory", "DIRECTORY", "Writes the files there, instead of all of them to standard output.",
     [](Draft& d, const std::string& v) { return set_text(d.directory, v); }},
    kOnly,
    kEnvironmentName,
};

constexpr Option kUpgrade[] = {
    {"--binary", "FILE", "The binary to go on in. Without it: this command's own.",
     [](Draft& d, const std::string& v) { return set_text(d.binary, v); }},
    kJson,
    kQuiet,
};

constexpr OptionGroup kStartTable[] = {{"What it is", kWhat},
                                       {"How it runs", kHow},
                                       {"Several instances", kInstances},
                                       {"Its ports", kSharing},
                                       {"Keeping it alive", kAlive},
                                       {"Restart on change", kWatching},
                                       {"Looking after it", kAttending},
                                       {"Stopping it", kStopping},
                                       {"Its logs", kLogging},
                                       {kAppsFileTitle, kOfFile},
                                       {kAnswerTitle, kAnswer}};
constexpr OptionGroup kRunTable[] = {{"What it is", kShell},           {"How it runs", kHow},
                                     {"Keeping it alive", kAlive},     {"Restart on change", kWatching},
                                     {"Looking after it", kAttending}, {"Stopping it", kStopping}};
constexpr OptionGroup kListTable[] = {{"Options", kListing}};
constexpr OptionGroup kAnswerTable[] = {{"Options", kPlainAnswer}};
constexpr OptionGroup kStopTable[] = {{"Options", kStop}};
constexpr OptionGroup kRestartTable[] = {{"Options", kRestart}};
constexpr OptionGroup kReloadTable[] = {{"Options", kReload}};
constexpr OptionGroup kDeleteTable[] = {{"Options", kDelete}};
constexpr OptionGroup kDescribeTable[] = {{"Options", kDescribe}};
constexpr OptionGroup kLogsTable[] = {{"Options", kLogsView}};
constexpr OptionGroup kReachTable[] = {{"Options", kReach}};
constexpr OptionGroup kMetricsTable[] = {{"Options", kMetrics}};
constexpr OptionGroup kPidTable[] = {{"Options", kPid}};
constexpr OptionGroup kApplyTable[] = {{"Options", kApply}};
constexpr OptionGroup kQuietTable[] = {{"Options", kQuietOnly}};
constexpr OptionGroup kStopAllTable[] = {{"Options", kStopAll}};
constexpr OptionGroup kStartupTable[] = {{"Options", kStartup}};
constexpr OptionGroup kUnstartupTable[] = {{"Options", kUnstartup}};
constexpr OptionGroup kCleanTable[] = {{"Options", kClean}};
constexpr OptionGroup kExportTable[] = {{"Options", kExport}};
constexpr OptionGroup kUpgradeTable[] = {{"Options", kUpgrade}};

}  // namespace

constinit const std::span<const OptionGroup> kNoGroups{};
constinit const std::span<const OptionGroup> kStartGroups{kStartTable};
constinit const std::span<const OptionGroup> kRunGroups{kRunTable};
constinit const std::span<const OptionGroup> kListGroups{kListTable};
constinit const std::span<const OptionGroup> kAnswerGroups{kAnswerTable};
constinit const std::span<const OptionGroup> kStopGroups{kStopTable};
constinit const std::span<const OptionGroup> kRestartGroups{kRestartTable};
constinit const std::span<const OptionGroup> kReloadGroups{kReloadTable};
constinit const std::span<const OptionGroup> kDeleteGroups{kDeleteTable};
constinit const std::span<const OptionGroup> kDescribeGroups{kDescribeTable};
constinit const std::span<const OptionGroup> kLogsGroups{kLogsTable};
constinit const std::span<const OptionGroup> kPidGroups{kPidTable};
constinit const std::span<const OptionGroup> kMetricsGroups{kMetricsTable};
constinit const std::span<const OptionGroup> kReachGroups{kReachTable};
constinit const std::span<const OptionGroup> kApplyGroups{kApplyTable};
constinit const std::span<const OptionGroup> kQuietGroups{kQuietTable};
constinit const std::span<const OptionGroup> kStopAllGroups{kStopAllTable};
constinit const std::span<const OptionGroup> kStartupGroups{kStartupTable};
constinit const std::span<const OptionGroup> kUnstartupGroups{kUnstartupTable};
constinit const std::span<const OptionGroup> kCleanGroups{kCleanTable};
constinit const std::span<const OptionGroup> kExportGroups{kExportTable};
constinit const std::span<const OptionGroup> kUpgradeGroups{kUpgradeTable};

}  // namespace forever::cli
