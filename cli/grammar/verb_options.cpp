// The options of all verbs but start and run.
#include "cli/grammar/option_values.hpp"
#include "platform/signals.hpp"

namespace forever::cli {
namespace {

constexpr std::string_view kSortKeys[] = {"id", "name", "namespace", "status", "restarts", "uptime", "cpu", "memory"};
constexpr auto kMetricsFormats = words_of<MetricsFormat>();
constexpr std::string_view kInitSystems[] = {"systemd", "openrc", "launchd", "cron"};

Fault set_kill(Draft& draft, const std::string& value) {
  draft.kill = true;
  if (value.empty()) return {};
  draft.signal = signal_from_name(value);
  return draft.signal ? Fault{} : "is not a signal; try TERM, INT, KILL or a number";
}

Fault set_sort(Draft& draft, const std::string& value) {
  for (const std::string_view key : kSortKeys) {
    if (value != key) continue;
    draft.list.sort = value;
    return {};
  }
  return "is no column to sort by; try id, name, namespace, status, restarts, uptime, cpu or memory";
}

constexpr Option kPlainAnswer[] = {kJson, kQuiet};
constexpr Option kApply[] = {
    {{"--dry-run", ValueKind::none, "", "Tells what would be done, and does nothing."},
     turn_on<[](Draft& d) -> bool& { return d.apply.dry_run; }>},
    kOnly,
    kEnvironmentName,
    {{"--wait", ValueKind::none, "", "Returns only when each app that was started is ready."},
     turn_on<[](Draft& d) -> bool& { return d.apply.wait; }>},
    kJson,
    kQuiet,
};

constexpr Option kListing[] = {
    {{"-x,--expand", ValueKind::none, "", "Shows a row for each instance, not one for each app."},
     turn_on<[](Draft& d) -> bool& { return d.list.expand; }>},
    {{"-s,--sort", ValueKind::word, "COLUMN",
      "id, name, namespace, status, restarts, uptime, cpu or memory. Default id.", kSortKeys},
     set_sort},
    {{"-w,--watch", ValueKind::none, "", "On a terminal: shows it anew every 2 seconds, until Ctrl-C."},
     turn_on<[](Draft& d) -> bool& { return d.list.watch; }>},
    {{"-q,--quiet", ValueKind::none, "", "Prints the names only, one on each line."}, kQuiet.set},
    kJson,
};
constexpr Option kStop[] = {
    {{"-f,--force", ValueKind::none, "", "Sends KILL at once instead of asking first."},
     turn_on<[](Draft& d) -> bool& { return d.force; }>},
    kOnly,
    kJson,
    kQuiet,
};
constexpr Option kRestart[] = {
    {{"--update-env", ValueKind::none, "", "Replaces its whole environment by the present one, removals too."},
     turn_on<[](Draft& d) -> bool& { return d.update_env; }>},
    kOnly,
    kEnvironmentName,
    kJson,
    kQuiet,
};
constexpr Option kReload[] = {
    {{"--ready-timeout", ValueKind::time, "TIME", "This once, instead of the app's. A bare number is seconds."},
     [](Draft& d, const std::string& v) -> Fault {
       if (Fault fault = set_duration(d.ready_timeout, v)) return fault;
       return d.ready_timeout->count() > 0 ? Fault{} : "must be more than 0";
     }},
    {{"--drain-timeout", ValueKind::time, "TIME", "This once, instead of the app's. A bare number is seconds."},
     [](Draft& d, const std::string& v) { return set_duration(d.drain_timeout, v); }},
    kOnly,
    kEnvironmentName,
    kJson,
    kQuiet};
constexpr Option kDelete[] = {
    {{"--keep-logs", ValueKind::none, "",
      "Leaves its log files where they are. Logs outside the state directory are never removed."},
     turn_on<[](Draft& d) -> bool& { return d.keep_logs; }>},
    kOnly,
    kJson,
    kQuiet,
};
constexpr Option kDescribe[] = {
    {{"--reveal", ValueKind::none, "", "Shows the values that look like secrets, too."},
     turn_on<[](Draft& d) -> bool& { return d.reveal; }>},
    kJson,
};
constexpr Option kLogsView[] = {
    {{"-n,--lines", ValueKind::count, "N", "How many of the last lines of each app are shown. Default 15."},
     [](Draft& d, const std::string& v) { return set_count<std::uint32_t>(d.logs.lines, v); }},
    {{"-f,--follow", ValueKind::none, "", "Goes on with what is written, across rotation and restarts, until Ctrl-C."},
     turn_on<[](Draft& d) -> bool& { return d.logs.follow; }>},
    {{"-o,--out", ValueKind::none, "", "Standard output alone."},
     turn_on<[](Draft& d) -> bool& { return d.logs.only_out; }>},
    {{"-e,--err", ValueKind::none, "", "Standard error alone."},
     turn_on<[](Draft& d) -> bool& { return d.logs.only_err; }>},
    {{"-r,--raw", ValueKind::none, "", "Byte for byte, without a prefix, control characters untouched."},
     turn_on<[](Draft& d) -> bool& { return d.logs.raw; }>},
    {{"--json", ValueKind::none, "", "One JSON object for each line."}, kJson.set},
};
constexpr Option kPid[] = {kJson};
constexpr Option kReach[] = {
    {{.names = "-k,--kill",
      .kind = ValueKind::signal,
      .value = "SIGNAL",
      .help = "Ends what is found: an app by its own stop plan (at once if SIGNAL is KILL), anything else by SIGNAL. "
              "Default TERM, and KILL after 10 s.",
      .value_optional = true},
     set_kill},
    {{"-q,--quiet", ValueKind::none, "",
      "Prints the pids only, one on each line; with --kill nothing unless something is wrong."},
     kQuiet.set},
    kJson,
};

constexpr Option kMetrics[] = {
    {{"--format", ValueKind::word, "FORMAT",
      "openmetrics, or text: Prometheus' older form, which node_exporter's textfile collector and promtool read. "
      "Default openmetrics.",
      kMetricsFormats},
     [](Draft& d, const std::string& v) -> Fault {
       const auto format = from_word<MetricsFormat>(v);
       if (!format) return "must be one of " + list_of_words<MetricsFormat>();
       d.metrics_format = *format;
       return {};
     }},
};
constexpr Option kQuietOnly[] = {kQuiet};
constexpr Option kInit = {{"--init", ValueKind::word, "INIT",
                           "systemd, openrc, launchd or cron. Without it: the one that runs here.", kInitSystems},
                          [](Draft& d, const std::string& v) {
                            d.startup.init = from_word<InitSystem>(v);
                            const bool named = d.startup.init && d.startup.init != InitSystem::logon;
                            return named ? Fault{} : Fault{"must be one of systemd, openrc, launchd, cron"};
                          }};
constexpr Option kWhose = {
    {"--user", ValueKind::user, "USER", "Whose apps, by name or number. Only root may ask for it."},
    [](Draft& d, const std::string& v) { return set_text(d.startup.user, v); }};
constexpr Option kDryRun = {{"--dry-run", ValueKind::none, "", "Tells what would be done, and does nothing."},
                            turn_on<[](Draft& d) -> bool& { return d.dry_run; }>};
constexpr Option kStartup[] = {kInit, kWhose, kDryRun};
constexpr Option kClean[] = {kDryRun, kQuiet};
constexpr Option kStopAll[] = {
    kStop[0],
    {{"--until-resurrect", ValueKind::none, "",
      "Notes which apps are online, so that `forever resurrect` starts these again."},
     turn_on<[](Draft& d) -> bool& { return d.until_resurrect; }>},
    kJson,
    kQuiet,
};

constexpr Option kExport[] = {
    {{"--directory", ValueKind::directory, "DIRECTORY",
      "Writes the files there, instead of all of them to standard output."},
     [](Draft& d, const std::string& v) { return set_text(d.directory, v); }},
    kOnly,
    kEnvironmentName,
};

constexpr Option kUpgrade[] = {
    {{"--binary", ValueKind::file, "FILE", "The binary to go on in. Without it: this command's own."},
     [](Draft& d, const std::string& v) { return set_text(d.binary, v); }},
    kJson,
    kQuiet,
};

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
constexpr OptionGroup kCleanTable[] = {{"Options", kClean}};
constexpr OptionGroup kExportTable[] = {{"Options", kExport}};
constexpr OptionGroup kUpgradeTable[] = {{"Options", kUpgrade}};

}  // namespace

constinit const std::span<const OptionGroup> kNoGroups{};
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
constinit const std::span<const OptionGroup> kUnstartupGroups{kStartupTable};
constinit const std::span<const OptionGroup> kCleanGroups{kCleanTable};
constinit const std::span<const OptionGroup> kExportGroups{kExportTable};
constinit const std::span<const OptionGroup> kUpgradeGroups{kUpgradeTable};

}  // namespace forever::cli
