// The settings that say when an app is started again.
#include "app/settings/setting.hpp"
#include "text/cron.hpp"
#include "text/number.hpp"
#include "text/split.hpp"

namespace forever {
namespace {

Fault take_exit_codes(AppSpec& spec, std::span<const std::string> values) {
  constexpr const char* kBadCodes = "is not a list of exit codes from 0 to 255, such as 0,2";
  std::vector<int> codes;
  for (const std::string_view part : split_words(values.back(), ',')) {
    const auto code = whole_number<int>(part);
    if (!code || *code < 0 || *code > 255) return kBadCodes;
    codes.push_back(*code);
  }
  if (codes.empty()) return kBadCodes;
  spec.restart.stop_exit_codes = std::move(codes);
  return {};
}

Fault take_schedule(AppSpec& spec, std::span<const std::string> values) {
  spec.cron_restart = values.back();
  if (spec.cron_restart.empty()) return {};
  auto times = CronSchedule::parse(spec.cron_restart);
  if (!times) return "is not a cron expression: " + times.error().message();
  // Not from the beginning of time: no C library of Windows looks behind that.
  if (!times->next(WallTime{std::chrono::hours{24 * 7}})) return "never occurs: none of these months has such a day";
  return {};
}

Fault take_zone(AppSpec& spec, std::span<const std::string> values) {
  spec.cron_timezone = values.back();
  if (is_time_zone(spec.cron_timezone)) return {};
  return "is not a time zone of this machine; try UTC or Europe/Berlin";
}

constexpr Setting kRestartRows[] = {
    {.option = {"--restart", ValueKind::word, "WHEN",
                "always, on-failure or never. Default: always, for every exit code; for `run`: on-failure."},
     .json = "restart.on",
     .field = IN(restart.on)},
    {.option = {"--stop-exit-codes", ValueKind::list, "CODES",
                "Exit codes that cause no restart and are no failure, separated by commas, for example 0,2."},
     .json = "restart.stop_exit_codes",
     .field = IN(restart.stop_exit_codes),
     .take = take_exit_codes},
    {.option = {"--min-uptime", ValueKind::time, "TIME",
                "A run shorter than this is a failure; so are five consecutive failed runs within 60 times this. A "
                "bare number "
                "is seconds. Default 1s."},
     .json = "restart.min_uptime",
     .field = IN(restart.min_uptime),
     .keys = "min_uptime minUptime",
     .peers = "--minUptime"},
    {.option = {"--restart-delay", ValueKind::time, "TIME",
                "Waits at least this long before every restart. A bare number is seconds. Default 0."},
     .json = "restart.restart_delay",
     .field = IN(restart.restart_delay),
     .peers = "--spinSleepTime"},
    {.option = {"-m,--max-restarts", ValueKind::count, "N",
                "Stops restarting after more than N consecutive failures (status errored). Default: no limit."},
     .json = "restart.max_restarts",
     .field = IN(restart.max_restarts),
     .keys = "max_restarts max",
     .peers = "--max"},
    {.option = {"--backoff-first", ValueKind::time, "TIME",
                "The first delay, after three immediate restarts. A bare number is seconds. Default 100ms."},
     .json = "restart.backoff_first",
     .field = IN(restart.backoff_first),
     .peers = "--exp-backoff-restart-delay"},
    {.option = {"--backoff-factor", ValueKind::number, "NUMBER",
                "The factor by which each further delay grows. Default 2."},
     .json = "restart.backoff_factor",
     .field = IN(restart.backoff_factor),
     .least = 1,
     .most = 1000},
    {.option = {"--backoff-cap", ValueKind::time, "TIME", "The longest delay. A bare number is seconds. Default 15s."},
     .json = "restart.backoff_cap",
     .field = IN(restart.backoff_cap)},
    {.option =
         {"--max-memory", ValueKind::size, "SIZE",
          "Restarts the instance when its whole process tree uses more. A bare number is bytes. Default: no limit."},
     .json = "max_memory",
     .field = IN(max_memory),
     .keys = "max_memory_restart max_memory",
     .peers = "--max-memory-restart"},
    {.option =
         {"--cron-restart", ValueKind::schedule, "CRON",
          "Restarts the app at these times, five fields as in crontab(5) or six with seconds first: \"0 4 * * *\". "
          "\"\" removes the schedule."},
     .json = "cron_restart",
     .field = IN(cron_restart),
     .keys = "cron_restart cron",
     .peers = "--cron",
     .take = take_schedule},
    {.option = {"--cron-timezone", ValueKind::text, "ZONE",
                "The time zone of --cron-restart, as Europe/Berlin or UTC. Without it: the TZ that it is started with, "
                "else the "
                "machine's."},
     .json = "cron_timezone",
     .field = IN(cron_timezone),
     .take = take_zone},
};

}  // namespace

constinit const SettingGroup kRestartSettings{"Restarting", kRestartRows};

}  // namespace forever
