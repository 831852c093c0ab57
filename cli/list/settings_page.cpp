// What `forever describe` prints of what was asked for: settings, logs, limits, environment.
#include <algorithm>
#include <cstdio>

#include "app/environment.hpp"
#include "app/settings/setting.hpp"
#include "cli/list/page.hpp"
#include "platform/signals.hpp"
#include "text/cron.hpp"
#include "text/printable.hpp"
#include "text/shell.hpp"
#include "text/units.hpp"

namespace forever::cli {
namespace {

std::string restart_text(const AppSpec& spec) {
  std::string text = to_string(spec.restart.on);
  if (!spec.restart.stop_exit_codes.empty()) {
    text += ", done at exit";
    for (const int code : spec.restart.stop_exit_codes) text += " " + std::to_string(code);
  }
  if (spec.restart.restart_delay.count() > 0) text += ", after " + format_duration(spec.restart.restart_delay);
  if (spec.restart.max_restarts)
    text += ", at most " + std::to_string(*spec.restart.max_restarts) + " failures in a row";
  return text;
}

std::string backoff_text(const RestartPolicy& policy) {
  char factor[32];
  std::snprintf(factor, sizeof factor, "%g", policy.backoff_factor);
  return format_duration(policy.backoff_first) + ", times " + factor + " up to " + format_duration(policy.backoff_cap) +
         "; a run under " + format_duration(policy.min_uptime) + " is a failure";
}

// "src, *.js; ignoring dist/; only js json; quiet for 200ms"
std::string watch_text(const WatchSettings& watch) {
  if (!watch.on) return {};
  std::string text = watch.paths.empty() ? "cwd" : typed(watch.paths);
  if (!watch.ignore.empty()) text += "; ignoring " + typed(watch.ignore);
  if (!watch.extensions.empty()) text += "; only " + typed(watch.extensions);
  text += "; quiet for " + format_duration(watch.delay);
  if (watch.hash) text += "; by contents";
  if (watch.on_crash == OnCrash::wait) text += "; waits for a change after the end";
  return text;
}

std::string interpreter_text(const AppSpec& spec) {
  if (spec.interpreter.empty()) return "by extension";
  return typed(spec.interpreter);
}

std::string health_text(const HealthSettings& health) {
  return ", every " + format_duration(health.interval) + ", at most " + format_duration(health.timeout) +
         ", restarted after " + std::to_string(health.threshold);
}

std::string ready_text(const AppSpec& spec) {
  switch (spec.ready_when()) {
    case ReadyWhen::listen: return "when it listens";
    case ReadyWhen::notify: return "when it sends READY=1";
    case ReadyWhen::automatic:
    case ReadyWhen::uptime: break;
  }
  return "after " + format_duration(spec.restart.min_uptime);
}

// The settings that the lines below put together, and those that stand further up or in the section of logs. Every other one has a
// line of its own if it is not as it usually is.
constexpr std::string_view kTold[] = {"cron-restart",
                                      "cron-timezone",
                                      "namespace",
                                      "interpreter",
                                      "cwd",
                                      "user",
                                      "instances",
                                      "no-share",
                                      "hold-ports",
                                      "listen",
                                      "ready",
                                      "restart",
                                      "stop-exit-codes",
                                      "min-uptime",
                                      "restart-delay",
                                      "max-restarts",
                                      "backoff-first",
                                      "backoff-factor",
                                      "backoff-cap",
                                      "watch",
                                      "ignore",
                                      "ext",
                                      "watch-delay",
                                      "watch-hash",
                                      "watch-on-crash",
                                      "on-exit",
                                      "health-cmd",
                                      "health-port",
                                      "health-interval",
                                      "health-timeout",
                                      "kill-signal",
                                      "health-threshold",
                                      "kill-timeout",
                                      "kill-mode",
                                      "out",
                                      "err",
                                      "merge-logs",
                                      "log-format",
                                      "log-max-size",
                                      "log-keep",
                                      "on-exit-timeout"};

void other_settings(Page& page, const AppSpec& spec) {
  for_each_setting([&](const Setting& setting) {
    const std::string_view name = long_name(setting.option.names).substr(2);
    if (is_usual(setting, spec) || std::find(std::begin(kTold), std::end(kTold), name) != std::end(kTold)) return;
    std::string key{name};
    std::replace(key.begin(), key.end(), '-', ' ');
    page.line(key, printable(value_text(setting, spec)));
  });
}

// "0 4 * * * (Europe/Berlin), next 2026-12-01T04:00:00.000+01:00"
std::string schedule_text(const AppSpec& spec) {
  if (spec.cron_restart.empty()) return {};
  const std::string zone = zone_of_schedule(spec);
  std::string words = spec.cron_restart + " (" + (zone.empty() ? "the machine's time zone" : zone) + ")";
  const auto schedule = CronSchedule::parse(spec.cron_restart);
  const auto next = schedule ? schedule->next(wall_now(), zone) : std::nullopt;
  const ZoneScope scope(zone);
  return next ? words + ", next " + rfc3339_local(*next) : words;
}

std::string stop_text(const StopSettings& stop) {
  return signal_name(stop.signal) + ", KILL after " + format_duration(stop.timeout) + ", " + to_string(stop.mode);
}

std::string limit_text(std::uint64_t limit) { return limit == kUnlimited ? "unlimited" : std::to_string(limit); }

}  // namespace

std::string typed(const std::vector<std::string>& words) { return printable(shell_words(words)); }

// Settings with their default are left out, unless all are requested. The command is shown above.
void spec_section(Page& page, const AppSpec& spec, bool all) {
  const AppSpec usual;
  const auto unless_usual = [&](std::string_view key, const std::string& value, const std::string& usually) {
    if (all || value != usually) page.line(key, value);
  };
  page.heading("Settings");
  if (all) page.line("script", printable(shell_word(spec.script)));
  if (all) page.line("arguments", typed(spec.arguments));
  unless_usual("interpreter", interpreter_text(spec), interpreter_text(usual));
  if (spec.instances > 1) page.line("instances", std::to_string(spec.instances));
  if (spec.shares_ports()) page.line("ports", spec.instances > 1 ? "shared" : "held");
  page.line("listen", typed(spec.listen));
  page.line("cron restart", printable(schedule_text(spec)));
  unless_usual("ready", ready_text(spec), ready_text(usual));
  unless_usual("restart", restart_text(spec), restart_text(usual));
  unless_usual("back-off", backoff_text(spec.restart), backoff_text(usual.restart));
  unless_usual("stop", stop_text(spec.stop), stop_text(usual.stop));
  page.line("watch", watch_text(spec.watch));
  if (!spec.health.command.empty()) page.line("health", printable(spec.health.command) + health_text(spec.health));
  if (spec.health.port != 0)
    page.line("health",
              "port " + std::to_string(spec.health.port) + printable(spec.health.path) + health_text(spec.health));
  if (!spec.on_exit.command.empty())
    page.line("on exit", printable(spec.on_exit.command) + ", at most " + format_duration(spec.on_exit.timeout));
  other_settings(page, spec);
}

void log_section(Page& page, const AppStatus& status, const std::optional<AppSpec>& spec, bool all) {
  // A lost status does not contain the paths of the logs.
  const bool known = !status.out_log.empty() || !status.err_log.empty();
  if (!known && !spec) return;
  page.heading("Logs");
  page.line("out", printable(status.out_log));
  if (known) page.line("err", status.err_log.empty() ? "merged into out" : printable(status.err_log));
  const LogSettings usual;
  if (spec) {
    if (all || spec->logs.format != usual.format) page.line("format", to_string(spec->logs.format));
    const bool rotates_as_usual = spec->logs.max_size == usual.max_size && spec->logs.keep == usual.keep;
    if (all || !rotates_as_usual)
      page.line("rotation", spec->logs.max_size == 0 ? "never"
                                                     : "at " + format_size(spec->logs.max_size) + ", " +
                                                           std::to_string(spec->logs.keep) + " kept");
  }
  if (all && status.pipe_capacity > 0)
    page.line("pipe", format_size(status.pipe_capacity) + " can be written while there is no supervisor");
  if (status.dropped_bytes > 0) page.line("dropped", format_size(status.dropped_bytes) + " were lost");
}

void limits_section(Page& page, const AppSpec& spec) {
  page.heading("Limits");
  for (const ResourceLimit& limit : spec.limits) {
    if (limit.soft == kUnlimited && limit.hard == kUnlimited) continue;
    page.line(printable(limit.name), limit_text(limit.soft) + " (hard " + limit_text(limit.hard) + ")");
  }
}

void environment_section(Page& page, const AppSpec& spec, bool reveal) {
  page.heading("Environment");
  std::vector<std::string> entries = spec.environment;
  std::sort(entries.begin(), entries.end());
  bool masked = false;
  for (const std::string& entry : entries) {
    const std::size_t equals = entry.find('=');
    const std::string name = entry.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : entry.substr(equals + 1);
    const bool hidden = !reveal && looks_secret(name, value);
    masked = masked || hidden;
    page.raw("  " + printable(name) + "=" + (hidden ? "********" : printable(value)) + "\n");
  }
  if (masked) page.raw("  (--reveal shows masked values)\n");
}

}  // namespace forever::cli
