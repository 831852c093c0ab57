// A service of systemd for an app: systemd.service(5), systemd.exec(5), systemd.kill(5).
#include "cli/boot_unit.hpp"
#include "cli/export.hpp"
#include "platform/signals.hpp"
#include "supervisor/names.hpp"

namespace forever::cli {
namespace {

std::string seconds(Milliseconds time) { return std::to_string(time.count()) + "ms"; }

std::string codes_of(const std::vector<int>& codes) {
  std::string text;
  for (const int code : codes) text += (text.empty() ? "" : " ") + std::to_string(code);
  return text;
}

std::string restart_lines(const RestartPolicy& policy) {
  std::string text = "Restart=";
  switch (policy.on) {
    case RestartOn::always: text += "always\n"; break;
    case RestartOn::on_failure: text += "on-failure\n"; break;
    case RestartOn::never: return text + "no\n";
  }
  text += "RestartSec=" + seconds(std::max(policy.restart_delay, policy.backoff_first)) + "\n";
  if (!policy.stop_exit_codes.empty()) {
    const std::string codes = codes_of(policy.stop_exit_codes);
    text += "RestartPreventExitStatus=" + codes + "\nSuccessExitStatus=" + codes + "\n";
  }
  return text;
}

std::string kill_lines(const StopSettings& stop) {
  std::string text = "KillSignal=" + signal_name(stop.signal) + "\nTimeoutStopSec=" + seconds(stop.timeout) + "\n";
  if (stop.mode == KillMode::group)
    text += "# lost: the process group alone; systemd stops all that the service has started\n";
  return text + (stop.mode == KillMode::process ? "KillMode=process\n" : "KillMode=mixed\n");
}

std::string log_lines(const AppSpec& spec) {
  std::string text;
  if (spec.logs.out.empty()) {
    text += "# Logs go to the journal: journalctl -u " + dns_name(spec.name) + "\n";
  } else {
    text += "StandardOutput=append:" + spec.logs.out + "\n";
    if (spec.logs.merge || spec.logs.err.empty()) {
      text += "StandardError=inherit\n";
    } else {
      text += "StandardError=append:" + spec.logs.err + "\n";
    }
    text += "# lost: rotation; see logrotate(8), with copytruncate\n";
  }
  if (spec.logs.format != LogFormat::raw) text += "# lost: the form of its lines; the journal keeps the time of each\n";
  return text;
}

}  // namespace

std::string systemd_service(const ExportApp& app) {
  const AppSpec& spec = app.spec;
  const std::string name = dns_name(spec.name);
  const bool several = spec.instances > 1;
  std::string text = "# Written by `forever export systemd`.\n";
  if (several) {
    text += "# " + std::to_string(spec.instances) + " instances: systemctl enable --now " + name + "@{0.." +
            std::to_string(spec.instances - 1) + "}.service\n";
  }
  text += "[Unit]\nDescription=" + printable(spec.name) + "\nAfter=network.target";
  for (const std::string& other : spec.depends_on) text += " " + dns_name(other) + ".service";
  text += "\n";
  for (const std::string& other : spec.depends_on) text += "Wants=" + dns_name(other) + ".service\n";
  const RestartPolicy& restart = spec.restart;
  if (restart.on != RestartOn::never) {
    text += restart.max_restarts
                ? "StartLimitBurst=" + std::to_string(*restart.max_restarts + 1) + "\nStartLimitIntervalSec=" +
                      std::to_string(std::max<std::uint32_t>(10, *restart.max_restarts * 2)) + "\n"
                : "StartLimitIntervalSec=0\n";
  }
  // systemd-notify(1) is a child of what is started.
  const bool notifies = spec.ready_when() == ReadyWhen::notify;
  text += notifies ? "\n[Service]\nType=notify\nNotifyAccess=all\n" : "\n[Service]\nType=exec\n";
  for (const std::string& loss : common_losses(spec)) text += "# " + loss + "\n";
  std::string directory;
  for (const char c : spec.directory) (directory += c) += c == '%' ? "%" : "";
  text += "WorkingDirectory=" + directory + "\nExecStart=";
  for (std::size_t i = 0; i < app.command.size(); ++i) text += (i == 0 ? "" : " ") + systemd_word(app.command[i]);
  text += "\n";
  for (const std::string& entry : app.environment) {
    const std::size_t equals = entry.find('=');
    text +=
        "Environment=" + systemd_assignment(entry.substr(0, equals), std::string_view{entry}.substr(equals + 1)) + "\n";
  }
  if (several) text += "Environment=FOREVER_INSTANCE=%i NODE_APP_INSTANCE=%i\n";
  if (!spec.user.empty()) text += "User=" + spec.user + "\n";
  if (!spec.group.empty()) text += "Group=" + spec.group + "\n";
  char mask[8] = "";
  std::snprintf(mask, sizeof mask, "%04o", spec.umask);
  text += std::string{"UMask="} + mask + "\n";
  text += restart_lines(restart) + kill_lines(spec.stop);
  if (spec.cgroup.cpu_percent != 0) text += "CPUQuota=" + std::to_string(spec.cgroup.cpu_percent) + "%\n";
  if (spec.cgroup.memory != 0) {
    text += "MemoryMax=" + std::to_string(spec.cgroup.memory) + "\n";
  } else if (spec.max_memory != 0) {
    text +=
        "# Instead of a restart in good order the kernel ends what goes beyond this; Restart= follows.\nMemoryMax=" +
        std::to_string(spec.max_memory) + "\n";
  }
  text += log_lines(spec);
  return text + "\n[Install]\nWantedBy=multi-user.target\n";
}

}  // namespace forever::cli
