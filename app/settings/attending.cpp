// The settings of the looks after an app, of what is run when it has ended, and of how it is stopped.
#include <algorithm>

#include "app/settings/setting.hpp"
#include "text/number.hpp"

namespace forever {
namespace {

// One way of asking: the new one takes the place of the old.
Fault take_health_command(AppSpec& spec, std::span<const std::string> values) {
  spec.health.command = values.back();
  spec.health.port = 0;
  spec.health.path.clear();
  return {};
}

// "8081", "8081/health"
Fault take_health_port(AppSpec& spec, std::span<const std::string> values) {
  const std::string& value = values.back();
  const std::size_t slash = std::min(value.find('/'), value.size());
  const auto port = whole_number<std::uint16_t>(std::string_view{value}.substr(0, slash));
  HealthSettings& health = spec.health;
  health.command.clear();
  health.port = port.value_or(0);
  health.path = value.substr(slash);
  const bool good =
      health.port != 0 && std::ranges::all_of(health.path, [](unsigned char c) { return c > ' ' && c < 0x7f; });
  return good ? Fault{} : "is not a port; write 8081, or 8081/health for an HTTP GET";
}

constexpr Setting kHealth[] = {
    {.option =
         {"--on-exit", ValueKind::command, "COMMAND",
          "Runs COMMAND with the shell after each exit of an instance; its environment describes the exit "
          "(FOREVER_APP, FOREVER_EXIT_CODE, FOREVER_EXIT_SIGNAL, FOREVER_LAST_LINES and others). Restarts do not wait "
          "for it. An empty COMMAND removes it."},
     .json = "on_exit.command",
     .field = IN(on_exit.command)},
    {.option = {"--on-exit-timeout", ValueKind::time, "TIME",
                "The time limit of the command, after which it is killed. A bare number is seconds. Default 30s."},
     .json = "on_exit.timeout",
     .field = IN(on_exit.timeout),
     .least = 1},
    {.option =
         {"--health-cmd", ValueKind::command, "COMMAND",
          "Probes the health of each instance with this shell command; exit code 0 means healthy. An empty COMMAND "
          "removes the probe."},
     .json = "health.command",
     .field = IN(health.command),
     .take = take_health_command},
    {.option = {"--health-port", ValueKind::text, "PORT[/PATH]",
                "Probes the health of each instance with a connection to this local port; with /PATH, with an HTTP "
                "GET request, which must return a status below 400. A hung program still accepts connections, so "
                "prefer a path."},
     .json = "health.port",
     .field = IN(health.port),
     .take = take_health_port},
    {.option = {"--health-interval", ValueKind::time, "TIME",
                "The time between two probes. A bare number is seconds. Default 10s."},
     .json = "health.interval",
     .field = IN(health.interval),
     .least = 1},
    {.option = {"--health-timeout", ValueKind::time, "TIME",
                "A probe that takes longer fails. A bare number is seconds. Default 5s."},
     .json = "health.timeout",
     .field = IN(health.timeout),
     .least = 1},
    {.option = {"--health-start", ValueKind::time, "TIME",
                "For this time after the instance came online failed probes do not count, until one succeeds. A bare "
                "number is seconds. Default 0."},
     .json = "health.start",
     .field = IN(health.start),
     .peers = "--health-start-period"},
    {.option = {"--health-threshold", ValueKind::count, "N",
                "Restarts the instance after N consecutive failed probes. Default 3."},
     .json = "health.threshold",
     .field = IN(health.threshold),
     .least = 1,
     .most = 1000},
};

constexpr Setting kStopping[] = {
    {.option = {"--kill-signal", ValueKind::signal, "SIGNAL",
                "The first signal of a stop, by name or number. Default TERM."},
     .json = "stop.signal",
     .field = IN(stop.signal),
     .least = 1,
     .most = 128,
     .keys = "kill_signal killSignal",
     .peers = "--killSignal --signal"},
    {.option = {"--kill-timeout", ValueKind::time, "TIME",
                "The grace period before KILL. A bare number is seconds. Default 10s."},
     .json = "stop.timeout",
     .field = IN(stop.timeout)},
    {.option =
         {"--kill-mode", ValueKind::word, "MODE",
          "Which processes are stopped: tree (all descendants, also daemons), group (the process group) or process "
          "(only the program itself). Default tree."},
     .json = "stop.mode",
     .field = IN(stop.mode)},
};

}  // namespace

constinit const SettingGroup kHealthSettings{"Hooks and health", kHealth};
constinit const SettingGroup kStopSettings{"Stopping", kStopping};

}  // namespace forever
