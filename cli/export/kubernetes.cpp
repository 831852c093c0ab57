// Apps for Kubernetes: apps/v1 Deployment, batch/v1 Job, v1 Service.
#include <algorithm>

#include "cli/export/export.hpp"
#include "text/number.hpp"

namespace forever::cli {
namespace {

// $(NAME) is expanded in commands and values; $$ is a '$' wherever it stands.
std::string for_kubernetes(std::string_view text) { return quoted_text(replaced(text, "$", "$$")); }

bool is_job(const AppSpec& spec) { return spec.restart.on != RestartOn::always; }

std::string probe(const std::string& in, const std::string& port) {
  return in + "tcpSocket:\n" + in + "  port: " + port + "\n";
}

std::string liveness_of(const HealthSettings& health, const std::string& in) {
  if (!health.wanted()) return {};
  const std::string port = std::to_string(health.port);
  std::string text = in + "livenessProbe:\n";
  if (!health.command.empty()) {
    text +=
        in + "  exec:\n" + in + "    command: " + list_of({"/bin/sh", "-c", health.command}, 0, for_kubernetes) + "\n";
  } else if (health.path.empty()) {
    text += probe(in + "  ", port);
  } else {
    text += in + "  httpGet:\n" + in + "    port: " + port + "\n" + in + "    path: " + quoted_text(health.path) + "\n";
  }
  const auto line = [&](const char* key, std::int64_t value) {
    text += in + "  " + key + ": " + std::to_string(std::max<std::int64_t>(1, value)) + "\n";
  };
  line("periodSeconds", whole_seconds(health.interval));
  line("timeoutSeconds", whole_seconds(health.timeout));
  line("failureThreshold", health.threshold);
  return text;
}

std::string resources_of(const AppSpec& spec, const std::string& in) {
  const std::uint64_t memory = memory_limit(spec);
  if (memory == 0 && spec.cgroup.cpu_percent == 0) return {};
  std::string text = in + "# The kernel kills a container that exceeds this; it is restarted.\n" + in + "resources:\n" +
                     in + "  limits:\n";
  if (memory != 0) text += in + "    memory: \"" + std::to_string(memory) + "\"\n";
  if (spec.cgroup.cpu_percent != 0) text += in + "    cpu: " + std::to_string(spec.cgroup.cpu_percent * 10) + "m\n";
  return text;
}

std::string identity_of(const AppSpec& spec, const std::string& in) {
  const bool user = only_digits(spec.user), group = only_digits(spec.group);
  if (!user && !group) return {};
  return in + "securityContext:\n" + (user ? in + "  runAsUser: " + spec.user + "\n" : std::string{}) +
         (group ? in + "  runAsGroup: " + spec.group + "\n" : std::string{});
}

std::string container(const ExportApp& app, const std::string& before) {
  const AppSpec& spec = app.spec;
  const std::string in = before + "  ";
  std::string text = before + "- name: " + dns_name(spec.name) + "\n" + in +
                     "image: \"debian:stable-slim\"  # choose one that contains the program and its dependencies\n" +
                     in + "command: " + list_of(app.command, 0, for_kubernetes) + "\n" + in +
                     "workingDir: " + quoted_text(spec.directory) + "\n";
  const auto named = [](const std::string& entry) { return may_name_variable(ExportForm::kubernetes, name_in(entry)); };
  if (std::any_of(app.environment.begin(), app.environment.end(), named)) text += in + "env:\n";
  for (const std::string& entry : app.environment) {
    if (!named(entry)) continue;
    text += in + "  - name: " + quoted_text(name_in(entry)) + "\n" + in +
            "    value: " + for_kubernetes(value_in(entry)) + "\n";
  }
  if (spec.input) text += in + "stdin: true\n";
  if (const auto port = port_of(app)) {
    text += in + "ports:\n" + in + "  - containerPort: " + *port + "\n" + in + "readinessProbe:\n" +
            probe(in + "  ", *port);
  }
  return text + liveness_of(spec.health, in) + resources_of(spec, in) + identity_of(spec, in);
}

// How many, and what counts as a start that went well.
std::string rollout_of(const AppSpec& spec, const std::string& name) {
  const std::string count = std::to_string(spec.instances) + "\n";
  if (is_job(spec)) {
    std::string text = "  completions: " + count + "  parallelism: " + count;
    if (spec.restart.on == RestartOn::never) return text + "  backoffLimit: 0\n";
    if (spec.restart.max_restarts) text += "  backoffLimit: " + std::to_string(*spec.restart.max_restarts) + "\n";
    return text;
  }
  std::int64_t settled = 0;
  std::string text = "  replicas: " + count;
  if (spec.ready == ReadyWhen::uptime) {
    settled = whole_seconds(spec.restart.min_uptime);
    text += "  minReadySeconds: " + std::to_string(settled) + "\n";
  }
  if (spec.ready_timeout != AppSpec{}.ready_timeout)  // it must be longer than the other
    text +=
        "  progressDeadlineSeconds: " + std::to_string(std::max(settled + 1, whole_seconds(spec.ready_timeout))) + "\n";
  return text + "  selector:\n    matchLabels:\n      app: " + name + "\n";
}

std::string workload(const ExportApp& app) {
  const AppSpec& spec = app.spec;
  const std::string name = dns_name(spec.name);
  const bool job = is_job(spec);
  std::string text = std::string{"apiVersion: "} + (job ? "batch/v1\nkind: Job\n" : "apps/v1\nkind: Deployment\n") +
                     "metadata:\n  name: " + name + "\n  labels:\n    app: " + name + "\nspec:\n";
  text += loss_comments(ExportForm::kubernetes, app, "  ");
  for (const std::string& other : spec.depends_on)
    text += "  # lost: depends_on " + dns_name(other) + "; let the program wait for it, or an init container\n";
  if (spec.logs.merge) text += "  # Standard output and error are in one log.\n";
  text += rollout_of(spec, name);
  text += "  template:\n    metadata:\n      labels:\n        app: " + name + "\n    spec:\n";
  if (job)
    text += std::string{"      restartPolicy: "} + (spec.restart.on == RestartOn::never ? "Never" : "OnFailure") + "\n";
  text += "      terminationGracePeriodSeconds: " + std::to_string(whole_seconds(spec.stop.timeout)) +
          "\n      containers:\n";
  text += container(app, "        ");
  const auto port = port_of(app);
  if (job || !port) return text;
  return text + "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: " + name +
         "\nspec:\n  selector:\n    app: " + name + "\n  ports:\n    - port: " + *port +
         "\n      targetPort: " + *port + "\n";
}

}  // namespace

std::string kubernetes_file(const std::vector<ExportApp>& apps) {
  std::string text = "# Written by `forever export kubernetes`.\n";
  for (std::size_t i = 0; i < apps.size(); ++i) text += (i == 0 ? "" : "---\n") + workload(apps[i]);
  return text;
}

}  // namespace forever::cli
