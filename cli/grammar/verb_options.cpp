// The options of all verbs but start and run.
#include <array>

#include "cli/boot/boot_unit.hpp"
#include "cli/grammar/option_values.hpp"
#include "platform/signals.hpp"

namespace forever::cli {
namespace {

Fault set_kill(Draft& draft, const std::string& value) {
  draft.kill = true;
  if (value.empty()) return {};
  draft.signal = signal_from_name(value);
  return draft.signal ? Fault{} : "is not a signal; try TERM, INT, KILL or a number";
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

constexpr Option kPlainAnswer[] = {kJson, kQuiet};
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
constexpr Option kReload[] = {{"--ready-timeout", "TIME", "This once, instead of the app's. A bare number is seconds.",
                               [](Draft& d, const std::string& v) { return set_positive(d.start.ready_timeout, v); }},
                              {"--drain-timeout", "TIME", "This once, instead of the app's. A bare number is seconds.",
                               [](Draft& d, const std::string& v) { return set_duration(d.start.drain_timeout, v); }},
                              kOnly,
                              kEnvironmentName,
                              kJson,
                              kQuiet};
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
