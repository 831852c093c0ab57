// Apps as a compose file: the Compose Specification, compose-spec.io.
#include "cli/export/export.hpp"
#include "platform/signals.hpp"

namespace forever::cli {
namespace {

std::string for_compose(std::string_view text) { return quoted_text(replaced(text, "$", "$$")); }

std::string restart_of(const RestartPolicy& policy) {
  switch (policy.on) {
    case RestartOn::always: return "unless-stopped";
    case RestartOn::never: return "\"no\"";
    case RestartOn::on_failure: break;
  }
  return "on-failure" + (policy.max_restarts ? ":" + std::to_string(*policy.max_restarts) : std::string{});
}

// -1 is no limit.
std::string limit_line(const std::string& name, std::uint64_t soft, std::uint64_t hard) {
  const auto words = [](std::uint64_t limit) { return limit == kUnlimited ? "-1" : std::to_string(limit); };
  std::string key = "      ";
  for (const char c : name) key += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return key + ": {soft: " + words(soft) + ", hard: " + words(hard) + "}\n";
}

std::string limits_of(const AppSpec& spec) {
  std::string lines;
  for (const ResourceLimit& limit : spec.limits) {
    const bool instead = limit.name == "NOFILE" && spec.max_open_files != 0;
    if (docker_has_limit(limit.name) && !instead) lines += limit_line(limit.name, limit.soft, limit.hard);
  }
  if (spec.max_open_files != 0) lines += limit_line("nofile", spec.max_open_files, spec.max_open_files);
  return lines.empty() ? lines : "    ulimits:\n" + lines;
}

std::string health_of(const HealthSettings& health) {
  if (!health.wanted()) return {};
  const std::string port = std::to_string(health.port), url = "http://127.0.0.1:" + port + health.path;
  std::string test = "[\"CMD-SHELL\", " + for_compose(health.command) + "]";
  if (health.command.empty() && health.path.empty())
    test = "[\"CMD\", \"bash\", \"-c\", " + for_compose("</dev/tcp/127.0.0.1/" + port) + "]";
  if (health.command.empty() && !health.path.empty())
    test = "[\"CMD\", \"curl\", \"-fsS\", \"-o\", \"/dev/null\", " + for_compose(url) + "]";
  return "    healthcheck:\n      test: " + test + "\n      interval: " + in_milliseconds(health.interval) +
         "\n      timeout: " + in_milliseconds(health.timeout) +
         "\n      retries: " + std::to_string(health.threshold) + "\n";
}

// What is not in the file cannot be named by it.
std::string dependencies_of(const AppSpec& spec, const std::vector<ExportApp>& apps) {
  bool looked_at = false;
  for (const std::string& name : spec.depends_on) {
    const ExportApp* const other = find_export(apps, name);
    looked_at = looked_at || (other != nullptr && other->spec.health.wanted());
  }
  std::string lines, lost;
  for (const std::string& name : spec.depends_on) {
    const ExportApp* const other = find_export(apps, name);
    if (other == nullptr) {
      lost += "    # lost: depends_on " + dns_name(name) + "; it is not exported with it\n";
    } else if (!looked_at) {
      lines += "      - " + dns_name(name) + "\n";
    } else {
      lines += "      " + dns_name(name) + ":\n        condition: service_" +
               (other->spec.health.wanted() ? "healthy" : "started") + "\n";
    }
  }
  return lost + (lines.empty() ? lines : "    depends_on:\n" + lines);
}

std::string resources_of(const AppSpec& spec) {
  std::string text;
  if (const auto memory = memory_limit(spec)) text += "    mem_limit: " + std::to_string(memory) + "\n";
  if (const unsigned cpu = spec.cgroup.cpu_percent)
    text += "    cpus: " + std::to_string(cpu / 100) + "." + std::to_string(cpu / 10 % 10) + std::to_string(cpu % 10) +
            "\n";
  return text + limits_of(spec);
}

std::string logging_of(const LogSettings& logs) {
  std::string text;
  if (logs.merge) text += "    # Standard output and error are in one log.\n";
  if (logs.max_size == 0) return text;
  return text + "    logging:\n      driver: json-file\n      options:\n        max-size: \"" +
         std::to_string(logs.max_size) + "\"\n        max-file: \"" + std::to_string(logs.keep + 1) + "\"\n";
}

std::string service(const ExportApp& app, const std::vector<ExportApp>& apps) {
  const AppSpec& spec = app.spec;
  const std::string directory = for_compose(spec.directory);
  std::string text = "  " + dns_name(spec.name) + ":\n" + loss_comments(ExportForm::compose, app, "    ");
  text += "    image: \"debian:stable-slim\"  # choose one that contains the program and its dependencies\n";
  text += "    command: " + list_of(app.command, 0, for_compose) + "\n    working_dir: " + directory + "\n";
  text += "    volumes:\n      - type: bind\n        source: " + directory + "\n        target: " + directory + "\n";
  if (!app.environment.empty()) text += "    environment:\n";
  for (const std::string& entry : app.environment)
    text += "      " + quoted_text(name_in(entry)) + ": " + for_compose(value_in(entry)) + "\n";
  if (!spec.user.empty())
    text += "    user: " + for_compose(spec.user + (spec.group.empty() ? "" : ":" + spec.group)) + "\n";
  if (spec.input) text += "    stdin_open: true\n";
  const auto port = port_of(app);
  if (port && spec.instances == 1) text += "    ports:\n      - \"" + *port + ":" + *port + "\"\n";
  text += "    init: true\n    restart: " + restart_of(spec.restart) + "\n";
  text += "    stop_signal: " + signal_name(spec.stop.signal) +
          "\n    stop_grace_period: " + in_milliseconds(spec.stop.timeout) + "\n";
  if (spec.instances > 1) text += "    deploy:\n      replicas: " + std::to_string(spec.instances) + "\n";
  return text + resources_of(spec) + health_of(spec.health) + dependencies_of(spec, apps) + logging_of(spec.logs);
}

}  // namespace

std::string compose_file(const std::vector<ExportApp>& apps) {
  std::string text = "# Written by `forever export compose`.\nservices:\n";
  for (const ExportApp& app : apps) text += service(app, apps);
  return text;
}

}  // namespace forever::cli
