// Apps for a cluster of machines: the Compose specification, Kubernetes' apps/v1 and batch/v1, Nomad's job specification.
#include "cli/export.hpp"
#include "platform/signals.hpp"
#include "supervisor/names.hpp"
#include "supervisor/units.hpp"

namespace forever::cli {
namespace {

constexpr std::string_view kImage = "\"debian:stable-slim\"";
constexpr std::string_view kImageComment = "  # choose one that has the program and what it needs";

using Change = std::string (*)(std::string_view);
std::string as_it_is(std::string_view text) { return quoted_text(text); }

// `what` before each of `marks`: how an interpolation is written off.
std::string doubled(std::string_view text, std::string_view mark, std::string_view instead) {
  std::string out{text};
  for (std::size_t at = out.find(mark); at != std::string::npos; at = out.find(mark, at + instead.size()))
    out.replace(at, mark.size(), instead);
  return out;
}
std::string for_compose(std::string_view text) { return quoted_text(doubled(text, "$", "$$")); }
// Kubernetes expands $(NAME) in commands and values; $$ is a '$'.
std::string for_kubernetes(std::string_view text) { return quoted_text(doubled(text, "$(", "$$(")); }
std::string for_nomad(std::string_view text) { return quoted_text(doubled(doubled(text, "${", "$${"), "%{", "%%{")); }

std::string list_of(const std::vector<std::string>& words, std::size_t from, Change change) {
  std::string text = "[";
  for (std::size_t i = from; i < words.size(); ++i) text += (i == from ? "" : ", ") + change(words[i]);
  return text + "]";
}

// The limit that the kernel is to keep; where only forever keeps one, that.
std::uint64_t memory_limit(const AppSpec& spec) {
  return spec.cgroup.memory != 0 ? spec.cgroup.memory : spec.max_memory;
}

std::string comments(const AppSpec& spec, const std::string& indent) {
  std::string text;
  for (const std::string& loss : common_losses(spec)) text += indent + "# " + loss + "\n";
  if (!spec.restart.stop_exit_codes.empty()) text += indent + "# lost: stop_exit_codes; every exit code counts alike\n";
  if (!spec.logs.out.empty() || !spec.logs.err.empty())
    text += indent + "# lost: the log files of its own; what it writes to standard output and error is collected\n";
  if (spec.stop.mode == KillMode::process)
    text += indent + "# lost: kill_mode process; all of the container is ended\n";
  return text;
}

std::int64_t whole_seconds(Milliseconds time) { return std::chrono::ceil<std::chrono::seconds>(time).count(); }

std::string first_of(const std::string& entry) { return entry.substr(0, entry.find('=')); }
std::string rest_of(const std::string& entry) { return entry.substr(entry.find('=') + 1); }

bool is_number(const std::string& word) {
  return !word.empty() && word.find_first_not_of("0123456789") == std::string::npos;
}
bool is_port(const std::string& word) {
  return is_number(word) && word.size() < 6 && std::stoi(word) > 0 && std::stoi(word) < 65536;
}

std::string compose_restart(const RestartPolicy& policy) {
  switch (policy.on) {
    case RestartOn::always: return "unless-stopped";
    case RestartOn::never: return "\"no\"";
    case RestartOn::on_failure: break;
  }
  return "on-failure" + (policy.max_restarts ? ":" + std::to_string(*policy.max_restarts) : std::string{});
}

std::string kubernetes_container(const ExportApp& app, const std::string& in) {
  const AppSpec& spec = app.spec;
  std::string text = in + "- name: " + dns_name(spec.name) + "\n" + in + "  image: " + std::string{kImage} +
                     std::string{kImageComment} + "\n" + in + "  command: " + list_of(app.command, 0, for_kubernetes) +
                     "\n" + in + "  workingDir: " + quoted_text(spec.directory) + "\n";
  if (!app.environment.empty()) text += in + "  env:\n";
  for (const std::string& entry : app.environment) {
    text += in + "    - name: " + quoted_text(first_of(entry)) + "\n" + in +
            "      value: " + for_kubernetes(rest_of(entry)) + "\n";
  }
  const auto port = value_of(app, "PORT");
  if (port && is_port(*port)) {
    text += in + "  ports:\n" + in + "    - containerPort: " + *port + "\n" + in + "  readinessProbe:\n" + in +
            "    tcpSocket:\n" + in + "      port: " + *port + "\n";
  }
  const std::uint64_t memory = memory_limit(spec);
  if (memory != 0 || spec.cgroup.cpu_percent != 0)
    text += in + "  # What goes beyond is ended by the kernel and started again.\n" + in + "  resources:\n" + in +
            "    limits:\n";
  if (memory != 0) text += in + "      memory: \"" + std::to_string(memory) + "\"\n";
  if (spec.cgroup.cpu_percent != 0) text += in + "      cpu: " + std::to_string(spec.cgroup.cpu_percent * 10) + "m\n";
  if (is_number(spec.user)) text += in + "  securityContext:\n" + in + "    runAsUser: " + spec.user + "\n";
  if (!spec.user.empty() && !is_number(spec.user))
    text += in + "  # lost: user " + printable(spec.user) + "; name its number\n";
  return text;
}

std::string kubernetes_workload(const ExportApp& app) {
  const AppSpec& spec = app.spec;
  const std::string name = dns_name(spec.name);
  const bool job = spec.restart.on != RestartOn::always;
  std::string text = std::string{"apiVersion: "} + (job ? "batch/v1\nkind: Job\n" : "apps/v1\nkind: Deployment\n") +
                     "metadata:\n  name: " + name + "\n  labels:\n    app: " + name + "\nspec:\n";
  text += comments(spec, "  ");
  if (spec.stop.signal != 15)
    text += "  # lost: kill_signal " + signal_name(spec.stop.signal) + "; the image's STOPSIGNAL, or TERM, is sent\n";
  for (const std::string& other : spec.depends_on)
    text += "  # lost: depends_on " + dns_name(other) + "; let the program wait for it, or an init container\n";
  if (job) {
    text += "  completions: " + std::to_string(spec.instances) + "\n  parallelism: " + std::to_string(spec.instances) +
            "\n";
    if (spec.restart.max_restarts) text += "  backoffLimit: " + std::to_string(*spec.restart.max_restarts) + "\n";
  } else {
    if (spec.restart.max_restarts) text += "  # lost: max_restarts; a Deployment never gives up\n";
    text +=
        "  replicas: " + std::to_string(spec.instances) + "\n  selector:\n    matchLabels:\n      app: " + name + "\n";
  }
  text += "  template:\n    metadata:\n      labels:\n        app: " + name + "\n    spec:\n";
  if (job)
    text += std::string{"      restartPolicy: "} + (spec.restart.on == RestartOn::never ? "Never" : "OnFailure") + "\n";
  text += "      terminationGracePeriodSeconds: " + std::to_string(whole_seconds(spec.stop.timeout)) +
          "\n      containers:\n";
  text += kubernetes_container(app, "        ");
  const auto port = value_of(app, "PORT");
  if (job || !port || !is_port(*port)) return text;
  return text + "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: " + name +
         "\nspec:\n  selector:\n    app: " + name + "\n  ports:\n    - port: " + *port +
         "\n      targetPort: " + *port + "\n";
}

}  // namespace

std::string compose_file(const std::vector<ExportApp>& apps) {
  std::string text = "# Written by `forever export compose`.\nservices:\n";
  for (const ExportApp& app : apps) {
    const AppSpec& spec = app.spec;
    text += "  " + dns_name(spec.name) + ":\n" + comments(spec, "    ");
    text += "    image: " + std::string{kImage} + std::string{kImageComment} + "\n";
    text += "    command: " + list_of(app.command, 0, for_compose) + "\n";
    text += "    working_dir: " + for_compose(spec.directory) + "\n";
    text += "    volumes:\n      - type: bind\n        source: " + for_compose(spec.directory) +
            "\n        target: " + for_compose(spec.directory) + "\n";
    if (!app.environment.empty()) text += "    environment:\n";
    for (const std::string& entry : app.environment)
      text += "      " + for_compose(first_of(entry)) + ": " + for_compose(rest_of(entry)) + "\n";
    if (!spec.user.empty() || !spec.group.empty())
      text += "    user: " + for_compose(spec.user + (spec.group.empty() ? "" : ":" + spec.group)) + "\n";
    const auto port = value_of(app, "PORT");
    if (port && is_port(*port) && spec.instances == 1) text += "    ports:\n      - \"" + *port + ":" + *port + "\"\n";
    text += "    init: true\n    restart: " + compose_restart(spec.restart) + "\n";
    if (spec.restart.max_restarts && spec.restart.on == RestartOn::always)
      text += "    # lost: max_restarts; only on-failure has a limit\n";
    text += "    stop_signal: " + signal_name(spec.stop.signal) +
            "\n    stop_grace_period: " + std::to_string(spec.stop.timeout.count()) + "ms\n";
    if (spec.instances > 1) text += "    deploy:\n      replicas: " + std::to_string(spec.instances) + "\n";
    if (const auto memory = memory_limit(spec)) text += "    mem_limit: " + std::to_string(memory) + "\n";
    if (const unsigned cpu = spec.cgroup.cpu_percent)
      text += "    cpus: " + std::to_string(cpu / 100) + "." + std::to_string(cpu / 10 % 10) +
              std::to_string(cpu % 10) + "\n";
    if (!spec.depends_on.empty()) text += "    depends_on:\n";
    for (const std::string& other : spec.depends_on) text += "      - " + dns_name(other) + "\n";
    if (spec.logs.max_size != 0) {
      text += "    logging:\n      driver: json-file\n      options:\n        max-size: \"" +
              std::to_string(spec.logs.max_size) + "\"\n        max-file: \"" + std::to_string(spec.logs.keep + 1) +
              "\"\n";
    }
  }
  return text;
}

std::string kubernetes_file(const std::vector<ExportApp>& apps) {
  std::string text = "# Written by `forever export kubernetes`.\n";
  for (std::size_t i = 0; i < apps.size(); ++i) text += (i == 0 ? "" : "---\n") + kubernetes_workload(apps[i]);
  return text;
}

std::string nomad_job(const ExportApp& app) {
  const AppSpec& spec = app.spec;
  const std::string name = dns_name(spec.name);
  std::string text = "# Written by `forever export nomad`.\njob " + quoted_text(name) + " {\n  type = \"" +
                     (spec.restart.on == RestartOn::always ? "service" : "batch") + "\"\n\n  group " +
                     quoted_text(name) + " {\n";
  text += comments(spec, "    ");
  for (const std::string& other : spec.depends_on)
    text += "    # lost: depends_on " + dns_name(other) + "; see the lifecycle block\n";
  text += "    count = " + std::to_string(spec.instances) + "\n\n    restart {\n";
  if (spec.restart.on == RestartOn::never) {
    text += "      attempts = 0\n      mode     = \"fail\"\n";
  } else {
    text += "      attempts = " + std::to_string(spec.restart.max_restarts.value_or(10)) +
            "\n      interval = \"1m\"\n      delay    = \"" +
            std::to_string(std::max<std::int64_t>(1, whole_seconds(spec.restart.restart_delay))) +
            "s\"\n      mode     = \"" + (spec.restart.max_restarts ? "fail" : "delay") + "\"\n";
  }
  text += "    }\n\n    task " + quoted_text(name) + " {\n      driver       = \"raw_exec\"\n      kill_timeout = \"" +
          std::to_string(spec.stop.timeout.count()) + "ms\"\n      kill_signal  = \"" + signal_name(spec.stop.signal) +
          "\"\n";
  if (!spec.user.empty()) text += "      user         = " + for_nomad(spec.user) + "\n";
  text += "\n      config {\n        command  = " + for_nomad(app.command.front()) +
          "\n        args     = " + list_of(app.command, 1, for_nomad) +
          "\n        work_dir = " + for_nomad(spec.directory) + "\n      }\n";
  if (!app.environment.empty()) text += "\n      env {\n";
  for (const std::string& entry : app.environment)
    text += "        " + as_it_is(first_of(entry)) + " = " + for_nomad(rest_of(entry)) + "\n";
  if (!app.environment.empty()) text += "      }\n";
  if (const auto memory = memory_limit(spec)) {
    text += "\n      # raw_exec does not enforce it; exec does.\n      resources {\n        memory = " +
            std::to_string(std::max<std::uint64_t>(10, memory >> 20U)) + "\n      }\n";
  }
  if (spec.cgroup.cpu_percent != 0)
    text +=
        "      # lost: cgroup_cpu " + std::to_string(spec.cgroup.cpu_percent) + "%; see cpu and cores of resources\n";
  const std::uint64_t megabytes = std::max<std::uint64_t>(1, spec.logs.max_size >> 20U);
  text += "\n      logs {\n        max_files     = " + std::to_string(spec.logs.keep + 1) +
          "\n        max_file_size = " + std::to_string(megabytes) + "\n      }\n";
  return text + "    }\n  }\n}\n";
}

}  // namespace forever::cli
