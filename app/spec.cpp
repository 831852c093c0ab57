// What a spec means: the command it makes, its ports, its policy; see spec.hpp.
#include "app/spec.hpp"

#include <algorithm>
#include <array>

#include "app/environment.hpp"

namespace forever {

namespace {

struct Extension {
  std::string_view extension;
  std::string_view interpreter;
};
constexpr std::array kInterpreters = std::to_array<Extension>({{"js", "node"},
                                                               {"cjs", "node"},
                                                               {"mjs", "node"},
                                                               {"py", "python3"},
                                                               {"sh", "sh"},
                                                               {"bash", "bash"},
                                                               {"zsh", "zsh"},
                                                               {"rb", "ruby"},
                                                               {"pl", "perl"},
                                                               {"php", "php"},
                                                               {"lua", "lua"},
                                                               {"tcl", "tclsh"},
                                                               {"r", "Rscript"},
                                                               {"R", "Rscript"},
                                                               {"ps1", "pwsh"}});

}  // namespace

std::vector<std::string> command_of(const AppSpec& spec, bool executable) {
  std::vector<std::string> command;
  if (spec.interpreter == std::vector<std::string>{"none"}) {
    command = {spec.script};
  } else if (!spec.interpreter.empty()) {
    command = spec.interpreter;
    command.push_back(spec.script);
  } else if (const std::string_view interpreter = interpreter_for(spec.script); !executable && !interpreter.empty()) {
    command = {std::string(interpreter), spec.script};
  } else {
    command = {spec.script};
  }
  command.insert(command.end(), spec.arguments.begin(), spec.arguments.end());
  return command;
}

std::string_view interpreter_for(std::string_view script) {
  const std::size_t dot = script.rfind('.');
  const std::size_t slash = script.find_last_of("/\\");
  if (dot == std::string_view::npos || (slash != std::string_view::npos && dot < slash)) return {};
  const std::string_view extension = script.substr(dot + 1);
  for (const Extension& known : kInterpreters) {
    if (extension == known.extension) return known.interpreter;
  }
  return {};
}

namespace {

// A variable of --increment-env begins with the port at which health is looked at.
bool has_health_port_of_its_own(const AppSpec& spec) {
  const std::string value = '=' + std::to_string(spec.health.port);
  return std::any_of(spec.increment_env.begin(), spec.increment_env.end(), [&](const std::string& name) {
    return std::find(spec.environment.begin(), spec.environment.end(), name + value) != spec.environment.end();
  });
}

}  // namespace

std::uint16_t AppSpec::health_port_of(std::uint32_t slot) const {
  return static_cast<std::uint16_t>(health.port + (has_health_port_of_its_own(*this) ? slot : 0));
}

std::optional<std::string> health_port_fault(const AppSpec& spec) {
  if (spec.health.port == 0 || !spec.health.command.empty() || spec.instances < 2 || spec.shares_ports() ||
      has_health_port_of_its_own(spec))
    return std::nullopt;
  return "any of the " + std::to_string(spec.instances) + " instances may answer at --health-port " +
         std::to_string(spec.health.port) +
         "; probe each with --health-cmd (FOREVER_PID and FOREVER_INSTANCE name it), or give each its own port "
         "(--env PORT=" +
         std::to_string(spec.health.port) + " --increment-env PORT)";
}

RestartPolicy restart_policy_of(const AppSpec& spec) {
  RestartPolicy policy = spec.restart;
  if (spec.watch.on && spec.watch.on_crash == OnCrash::wait) policy.on = RestartOn::never;
  // Only where it was asked for: one of several workers may share the port of the others and never listen itself.
  if (spec.ready == ReadyWhen::listen || spec.ready == ReadyWhen::notify) policy.ready_within = spec.ready_timeout;
  return policy;
}

std::optional<std::string> fault_in_increments(const AppSpec& spec) {
  constexpr unsigned long kHighestPort = 65535;
  for (const std::string& name : spec.increment_env) {
    const std::string value = variable_of(spec.environment, name);
    const bool number =
        !value.empty() && value.size() < 10 && value.find_first_not_of("0123456789") == std::string::npos;
    const std::string cannot = "cannot add the slot to " + name + ": ";
    if (!number)
      return cannot + "it is " + (value.empty() ? "not set" : "'" + value + "', no number") + "; try --env " + name +
             "=8080";
    const bool port = name.find("PORT") != std::string::npos;
    if (port && std::stoul(value) + spec.instances - 1 > kHighestPort)
      return cannot + "from " + value + " on there are no " + std::to_string(spec.instances) + " ports up to 65535";
  }
  return std::nullopt;
}

std::optional<Credentials> other_user_of(const AppSpec& spec) {
  if (spec.user.empty()) return std::nullopt;
  auto user = find_credentials(spec.user, spec.group);
  if (!user || user->uid == effective_uid()) return std::nullopt;
  return std::move(*user);
}

std::string zone_of_schedule(const AppSpec& spec) {
  if (!spec.cron_timezone.empty()) return spec.cron_timezone;
  const auto found =
      std::ranges::find_if(spec.environment, [](const std::string& entry) { return entry.starts_with("TZ="); });
  if (found == spec.environment.end()) return {};
  const std::string zone = found->substr(3);
  return zone.empty() ? "UTC" : zone;
}

}  // namespace forever
