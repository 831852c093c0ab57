// A service of systemd for an app: systemd.service(5), systemd.exec(5), systemd.kill(5).
#include <algorithm>

#include "cli/boot/boot_unit.hpp"
#include "cli/export/export.hpp"
#include "platform/signals.hpp"
#include "text/printable.hpp"

namespace forever::cli {
namespace {

// A '%' begins a specifier everywhere.
std::string plain(std::string_view text) { return replaced(text, "%", "%%"); }

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
  text += "RestartSec=" + in_milliseconds(std::max(policy.restart_delay, policy.backoff_first)) + "\n";
  if (!policy.stop_exit_codes.empty()) {
    const std::string codes = codes_of(policy.stop_exit_codes);
    text += "RestartPreventExitStatus=" + codes + "\nSuccessExitStatus=" + codes + "\n";
  }
  return text;
}

std::string kill_lines(const StopSettings& stop) {
  std::string text =
      "KillSignal=" + signal_name(stop.signal) + "\nTimeoutStopSec=" + in_milliseconds(stop.timeout) + "\n";
  return text + (stop.mode == KillMode::process ? "KillMode=process\n" : "KillMode=mixed\n");
}

std::string log_lines(const LogSettings& logs, const std::string& name) {
  std::string text;
  if (logs.out.empty()) {
    text += "# Logs go to the journal: journalctl -u " + name + "\n";
    if (logs.merge) text += "# Standard output and error are in one journal.\n";
  } else {
    text += "StandardOutput=append:" + plain(logs.out) + "\n";
  }
  if (logs.merge) return text + (logs.out.empty() ? "" : "StandardError=inherit\n");
  if (logs.err.empty()) return text + (logs.out.empty() ? "" : "StandardError=journal\n");
  return text + "StandardError=append:" + plain(logs.err) + "\n";
}

// infinity: none
std::string limit_lines(const AppSpec& spec) {
  const auto words = [](std::uint64_t limit) { return limit == kUnlimited ? "infinity" : std::to_string(limit); };
  std::string text;
  for (const ResourceLimit& limit : spec.limits) {
    if (limit.name != "NOFILE" || spec.max_open_files == 0)
      text += "Limit" + limit.name + "=" + words(limit.soft) + ":" + words(limit.hard) + "\n";
  }
  if (spec.max_open_files != 0) text += "LimitNOFILE=" + std::to_string(spec.max_open_files) + "\n";
  if (spec.nice) text += "Nice=" + std::to_string(*spec.nice) + "\n";
  return text;
}

std::string memory_lines(const AppSpec& spec) {
  std::string text;
  if (spec.cgroup.cpu_percent != 0) text += "CPUQuota=" + std::to_string(spec.cgroup.cpu_percent) + "%\n";
  const std::uint64_t limit = memory_limit(spec);
  if (limit == 0) return text;
  if (spec.cgroup.memory == 0)
    text += "# The kernel kills processes that exceed this, instead of an orderly restart; Restart= follows.\n";
  return text + "MemoryMax=" + std::to_string(limit) + "\n";
}

// The units that it comes after: of several instances each.
std::string dependency_lines(const AppSpec& spec, const std::vector<ExportApp>& all) {
  std::string units;
  for (const std::string& name : spec.depends_on) {
    const ExportApp* const other = find_export(all, name);
    const unsigned instances = other == nullptr ? 1 : other->spec.instances;
    for (unsigned slot = 0; slot < instances; ++slot)
      units += " " + dns_name(name) + (instances > 1 ? "@" + std::to_string(slot) : "") + ".service";
  }
  const std::string after = "After=network.target" + units + "\n";
  return units.empty() ? after : after + "Wants=" + units.substr(1) + "\n";
}

std::string give_up_lines(const RestartPolicy& restart) {
  if (restart.on == RestartOn::never) return {};
  if (!restart.max_restarts) return "StartLimitIntervalSec=0\n";
  return "StartLimitBurst=" + std::to_string(std::uint64_t{*restart.max_restarts} + 1) +
         "\nStartLimitIntervalSec=" + std::to_string(std::max<std::int64_t>(10, seconds_to_give_up(restart))) + "\n";
}

}  // namespace

std::string systemd_service(const ExportApp& app, const std::vector<ExportApp>& all) {
  const AppSpec& spec = app.spec;
  const std::string name = dns_name(spec.name);
  const bool several = spec.instances > 1;
  std::string text = "# Written by `forever export systemd`.\n";
  if (several) {
    text += "# " + std::to_string(spec.instances) + " instances: systemctl enable --now " + name + "@{0.." +
            std::to_string(spec.instances - 1) + "}.service\n";
  }
  text += "[Unit]\nDescription=" + plain(printable(spec.name)) + "\n" + dependency_lines(spec, all) +
          give_up_lines(spec.restart);
  text += "\n[Service]\n" + loss_comments(ExportForm::systemd, app, "");
  // systemd-notify(1) is a child of what is started.
  if (spec.ready_when() == ReadyWhen::notify) {
    text += "Type=notify\nNotifyAccess=all\nTimeoutStartSec=" + in_milliseconds(spec.ready_timeout) + "\n";
  } else {
    text += "Type=exec\n";
  }
  text += "WorkingDirectory=" + plain(spec.directory) + "\nExecStart=";
  for (std::size_t i = 0; i < app.command.size(); ++i) text += (i == 0 ? "" : " ") + systemd_word(app.command[i]);
  text += "\n";
  if (const std::string& command = spec.on_exit.command; !command.empty())
    text += "ExecStopPost=\"/bin/sh\" \"-c\" " + systemd_word(command) + "\n";
  for (const std::string& entry : app.environment)
    text += "Environment=" + systemd_assignment(name_in(entry), value_in(entry)) + "\n";
  if (several) text += "Environment=FOREVER_INSTANCE=%i NODE_APP_INSTANCE=%i\n";
  if (!spec.user.empty()) text += "User=" + plain(spec.user) + "\n";
  if (!spec.group.empty()) text += "Group=" + plain(spec.group) + "\n";
  char mask[8] = "";
  std::snprintf(mask, sizeof mask, "%04o", spec.umask);
  text += std::string{"UMask="} + mask + "\n" + limit_lines(spec);
  text += restart_lines(spec.restart) + kill_lines(spec.stop) + memory_lines(spec) +
          log_lines(spec.logs, name + (several ? "@*" : ""));
  return text + "\n[Install]\nWantedBy=multi-user.target\n";
}

}  // namespace forever::cli
