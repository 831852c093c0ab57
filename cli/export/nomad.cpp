// An app as a job of Nomad: its job specification, in HCL 2.
#include <algorithm>

#include "cli/export/export.hpp"
#include "platform/signals.hpp"

namespace forever::cli {
namespace {

// A template begins with ${ or %{. Written as a code, its first character begins none, whatever precedes it.
std::string for_nomad(std::string_view text) {
  return replaced(replaced(quoted_text(text), "${", "\\u0024{"), "%{", "\\u0025{");
}

// Nomad refuses a policy whose attempts do not fit in its interval.
std::string restart_stanza(const RestartPolicy& policy) {
  if (policy.on == RestartOn::never)
    return "    restart {\n      attempts = 0\n      mode     = \"fail\"\n    }\n    reschedule {\n      attempts  = "
           "0\n"
           "      unlimited = false\n    }\n";
  const std::int64_t attempts = policy.max_restarts.value_or(10);
  const std::int64_t delay = std::max<std::int64_t>(1, whole_seconds(policy.restart_delay));
  const std::int64_t interval = std::max({std::int64_t{60}, seconds_to_give_up(policy), (attempts + 1) * delay});
  return "    restart {\n      attempts = " + std::to_string(attempts) + "\n      interval = \"" +
         std::to_string(interval) + "s\"\n      delay    = \"" + std::to_string(delay) + "s\"\n      mode     = \"" +
         (policy.max_restarts ? "fail" : "delay") + "\"\n    }\n";
}

// Its ports, and what is looked at by one of them.
std::string network_of(const ExportApp& app, const std::string& name) {
  const HealthSettings& health = app.spec.health;
  const bool looks = health.command.empty() && health.port != 0;
  const auto port = port_of(app);
  const bool same = looks && port && *port == std::to_string(health.port);
  if (!looks && !port) return {};
  std::string text = "    network {\n";
  if (port) text += "      port \"main\" {\n        static = " + *port + "\n      }\n";
  if (looks && !same)
    text += "      port \"health\" {\n        static = " + std::to_string(health.port) + "\n      }\n";
  text += "    }\n\n    service {\n      name     = " + quoted_text(name) +
          "\n      provider = \"nomad\"\n      port     = \"" + (port ? "main" : "health") + "\"\n";
  if (!looks) return text + "    }\n\n";
  text += std::string{"      check {\n        type     = \""} + (health.path.empty() ? "tcp" : "http") +
          "\"\n        port     = \"" + (same ? "main" : "health") + "\"\n";
  if (!health.path.empty()) text += "        path     = " + for_nomad(health.path) + "\n";
  text += "        interval = \"" + in_milliseconds(health.interval) + "\"\n        timeout  = \"" +
          in_milliseconds(health.timeout) +
          "\"\n        check_restart {\n          limit = " + std::to_string(health.threshold) +
          "\n        }\n      }\n";
  return text + "    }\n\n";
}

std::uint64_t log_megabytes(const LogSettings& logs) { return std::max<std::uint64_t>(1, logs.max_size >> 20U); }

// Logs that may outgrow the task's disk are refused.
std::string disk_of(const LogSettings& logs) {
  constexpr std::uint64_t kUsual = 300, kRest = 10;
  const std::uint64_t most = logs.max_size == 0 ? 0 : log_megabytes(logs) * (logs.keep + 1);
  if (most + kRest <= kUsual) return {};
  return "    ephemeral_disk {\n      size = " + std::to_string(most + kRest) + "\n    }\n\n";
}

std::string task(const ExportApp& app, const std::string& name) {
  const AppSpec& spec = app.spec;
  std::string text =
      "    task " + quoted_text(name) + " {\n      driver       = \"raw_exec\"\n      kill_timeout = \"" +
      in_milliseconds(spec.stop.timeout) + "\"\n      kill_signal  = \"" + signal_name(spec.stop.signal) + "\"\n";
  if (!spec.user.empty()) text += "      user         = " + for_nomad(spec.user) + "\n";
  text += "\n      config {\n        command  = " + for_nomad(app.command.front()) +
          "\n        args     = " + list_of(app.command, 1, for_nomad) +
          "\n        work_dir = " + for_nomad(spec.directory) + "\n      }\n";
  // As a map: in a block a name in quotes is refused.
  if (!app.environment.empty()) text += "\n      env = {\n";
  for (const std::string& entry : app.environment)
    text += "        " + for_nomad(name_in(entry)) + " = " + for_nomad(value_in(entry)) + "\n";
  if (!app.environment.empty()) text += "      }\n";
  if (const auto memory = memory_limit(spec)) {
    text += "\n      # raw_exec does not enforce it; exec does.\n      resources {\n        memory = " +
            std::to_string(std::max<std::uint64_t>(10, memory >> 20U)) + "\n      }\n";
  }
  if (spec.logs.max_size != 0)
    text += "\n      logs {\n        max_files     = " + std::to_string(spec.logs.keep + 1) +
            "\n        max_file_size = " + std::to_string(log_megabytes(spec.logs)) + "\n      }\n";
  return text + "    }\n";
}

}  // namespace

std::string nomad_job(const ExportApp& app) {
  const AppSpec& spec = app.spec;
  const std::string name = dns_name(spec.name);
  std::string text = "# Written by `forever export nomad`.\njob " + quoted_text(name) + " {\n  type = \"" +
                     (spec.restart.on == RestartOn::always ? "service" : "batch") + "\"\n\n  group " +
                     quoted_text(name) + " {\n";
  text += loss_comments(ExportForm::nomad, app, "    ");
  for (const std::string& other : spec.depends_on)
    text += "    # lost: depends_on " + dns_name(other) + "; see the lifecycle block\n";
  text += "    count = " + std::to_string(spec.instances) + "\n\n";
  text += network_of(app, name) + disk_of(spec.logs) + restart_stanza(spec.restart) + "\n" + task(app, name);
  return text + "  }\n}\n";
}

}  // namespace forever::cli
