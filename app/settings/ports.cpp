// The settings of several instances, and of the ports that they listen on.
#include <algorithm>

#include "app/settings/setting.hpp"
#include "platform/listening.hpp"
#include "platform/processors.hpp"

namespace forever {
namespace {

Fault take_instances(AppSpec& spec, std::span<const std::string> values) {
  const auto wanted = instance_count(values.back());
  if (!wanted)
    return "is not a number of instances; try 4, max (one per processor) or -1 (one fewer than that); at most " +
           std::to_string(kMostInstances);
  spec.instances = resolve_instances(*wanted, usable_processors());
  return {};
}

Fault take_increments(AppSpec& spec, std::span<const std::string> values) {
  spec.increment_env.assign(values.begin(), values.end());
  const std::string& last = values.back();
  return last.empty() || last.find('=') != std::string::npos ? Fault{"is not the name of a variable"} : Fault{};
}

constexpr Setting kInstances[] = {
    {.option = {"-i,--instances", ValueKind::count, "N",
                "Runs N instances of the app; max or 0: one per available processor; -K: K fewer than that, at "
                "least one. Each finds its slot (0, 1, 2 ...) in FOREVER_INSTANCE and NODE_APP_INSTANCE. Default 1."},
     .json = "instances",
     .field = IN(instances),
     .least = 1,
     .most = kMostInstances,
     .take = take_instances},
    {.option = {"--increment-env", ValueKind::text, "NAME",
                "Adds the slot to this variable of each instance's environment, so that each gets its own port: "
                "--env PORT=8080 --increment-env PORT. May be repeated."},
     .json = "increment_env",
     .field = IN(increment_env),
     .keys = "increment_var increment_env",
     .take = take_increments},
};

Fault take_addresses(AppSpec& spec, std::span<const std::string> values) {
  std::vector<std::string>& all = spec.listen;
  all.clear();
  for (const std::string& value : values) {
    const auto parsed = listen_address_from(value);
    if (!parsed) return parsed.error().doing;
    std::string canonical = to_text(*parsed);
    if (std::find(all.begin(), all.end(), canonical) != all.end()) return "is given twice";
    if (all.size() == kMostPassed) return "is one too many; " + std::to_string(kMostPassed) + " sockets are possible";
    all.push_back(std::move(canonical));
  }
  return {};
}

// What can be asked for; automatic is what holds without.
constexpr std::string_view kReadyWords[] = {"uptime", "listen", "notify"};

constexpr Setting kPorts[] = {
    {.option = {"--no-share", ValueKind::none, "",
                "Does not share the ports of several instances. By default they share the ports that they listen on."},
     .json = "share_ports",
     .field = IN(share_ports)},
    {.option = {"--hold-ports", ValueKind::none, "",
                "Holds the ports of a single instance, too: while it restarts, connections wait instead of being "
                "refused, and `reload` loses no connection."},
     .json = "hold_ports",
     .field = IN(hold_ports)},
    {.option = {"--listen", ValueKind::address, "ADDRESS",
                "Opens a listening socket and passes it as descriptor 3 (the next one as 4 ...) with LISTEN_FDS and "
                "LISTEN_PID, as under systemd: 8081, 127.0.0.1:8081, [::1]:8081 or unix:/path; NAME=ADDRESS gives it a "
                "name. All instances share it; it stays open while they restart. May be repeated."},
     .json = "listen",
     .field = IN(listen),
     .take = take_addresses},
    {.option = {"--ready", ValueKind::word, "WHEN",
                "The readiness condition: uptime (it has run for --min-uptime), listen (it listens on a port that is "
                "shared or held), or notify (it has sent READY=1 to NOTIFY_SOCKET, which it then gets: sd_notify(3)). "
                "Default: listen if ports are shared or held, else uptime.",
                kReadyWords},
     .json = "ready",
     .field = IN(ready)},
    {.option = {"--ready-timeout", ValueKind::time, "TIME",
                "How long `reload` and `start --wait` wait for readiness. A bare number is seconds. Default 30s."},
     .json = "ready_timeout",
     .field = IN(ready_timeout),
     .least = 1,
     .peers = "--listen-timeout"},
    {.option = {"--drain-timeout", ValueKind::time, "TIME",
                "How long an instance that is replaced may drain its connections. A bare number is seconds. "
                "Default 10s."},
     .json = "drain_timeout",
     .field = IN(drain_timeout)},
};

}  // namespace

constinit const SettingGroup kInstanceSettings{"Instances", kInstances};
constinit const SettingGroup kPortSettings{"Ports", kPorts};

}  // namespace forever
