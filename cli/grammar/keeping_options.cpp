// The options of start and run that say how an app is kept alive: its restarts, its watch, looks after it, its stop, its logs.
#include <algorithm>

#include "cli/grammar/option_values.hpp"
#include "platform/signals.hpp"
#include "text/cron.hpp"

namespace forever::cli {
namespace {

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

Fault set_kill_signal(Draft& draft, const std::string& value) {
  draft.start.kill_signal = signal_from_name(value);
  return draft.start.kill_signal ? Fault{} : "is not a signal; try TERM, INT, QUIT, HUP or a number";
}

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

// "8081", "8081/health"
Fault set_health_port(Draft& draft, const std::string& value) {
  const std::size_t slash = std::min(value.find('/'), value.size());
  draft.start.health_port = whole_number<std::uint16_t>(value.substr(0, slash));
  draft.start.health_path = value.substr(slash);
  const bool good = draft.start.health_port.value_or(0) != 0 &&
                    std::ranges::all_of(draft.start.health_path, [](unsigned char c) { return c > ' ' && c < 0x7f; });
  return good ? Fault{} : "is not a port; write 8081, or 8081/health for an HTTP GET";
}

}  // namespace

constinit const Option kAlive[10] = {
    {"--restart", "WHEN", "always, on-failure or never. Without it: always, whatever the exit code; `run`: on-failure.",
     [](Draft& d, const std::string& v) {
       d.start.restart_on = from_word<RestartOn>(v);
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
     "Restarts it at these times, five fields as in crontab(5) or six with seconds first: \"0 4 * * *\". \"\": no "
     "longer.",
     [](Draft& d, const std::string& v) -> Fault {
       d.start.cron_restart = v;
       if (v.empty()) return {};
       auto schedule = CronSchedule::parse(v);
       if (!schedule) return "is not a cron expression: " + schedule.error().message();
       // Not from the beginning of time: no C library of Windows looks behind that.
       if (!schedule->next(WallTime{std::chrono::hours{24 * 7}}))
         return "never comes: no month of these has such a day";
       return {};
     }},
};

constinit const Option kWatching[7] = {
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
       d.start.on_crash = from_word<OnCrash>(v);
       return d.start.on_crash ? Fault{} : Fault{"is none of wait, restart"};
     }},
};

constinit const Option kAttending[7] = {
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

constinit const Option kStopping[3] = {
    {"--kill-signal", "SIGNAL", "What asks it to end, by name or number. Default TERM.", set_kill_signal},
    {"--kill-timeout", "TIME", "How long it may take before KILL. A bare number is seconds. Default 10s.",
     [](Draft& d, const std::string& v) { return set_duration(d.start.kill_timeout, v); }},
    {"--kill-mode", "MODE",
     "Who is stopped: tree (all its descendants, daemonized ones too), group (its process group) or process (it "
     "alone). Default tree.",
     [](Draft& d, const std::string& v) {
       d.start.kill_mode = from_word<KillMode>(v);
       return d.start.kill_mode ? Fault{} : Fault{"is none of tree, group, process"};
     }},
};

constinit const Option kLogging[7] = {
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
       d.start.log_format = from_word<LogFormat>(v);
       return d.start.log_format ? Fault{} : Fault{"is none of raw, time, json"};
     }},
    {"--log-max-size", "SIZE",
     "Rotates a log that has grown to this. A bare number is bytes, 0 never rotates. Default 10M.",
     [](Draft& d, const std::string& v) { return set_size(d.start.log_max_size, v); }},
    {"--log-keep", "N", "How many rotated files are kept for each stream. Default 5.",
     [](Draft& d, const std::string& v) { return set_count<std::uint16_t>(d.start.log_keep, v); }},
};

}  // namespace forever::cli
