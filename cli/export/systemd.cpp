// A service of systemd for an app: systemd.service(5), systemd.exec(5), systemd.kill(5).
#include <algorithm>

#include "cli/boot/boot_unit.hpp"
#include "cli/export/export.hpp"
#include "platform/signals.hpp"
#include "text/printable.hpp"
#include "text/utf8.hpp"

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

// As systemd looks at UTF-8.
bool is_clean(std::string_view text) {
  while (!text.empty()) {
    const auto code = take_utf8(text);
    if (!code || is_noncharacter(*code)) return false;
  }
  return true;
}

// What systemd.exec(5) takes as the name of a variable, and a value that it takes: others it ignores.
bool can_be_assigned(const std::string& entry) {
  const std::string name = name_in(entry);
  const auto fits = [](char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  const bool named = (name.front() < '0' || name.front() > '9') && std::all_of(name.begin(), name.end(), fits);
  return named && is_clean(value_in(entry));
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// A path that stands alone in its line: neither quotes nor escapes are known there, blanks at its ends are not kept.
bool can_stand_alone(const std::string& path) {
  return !has_control(path) && is_clean(path) && path.back() != ' ' && path.back() != '\\';
}

// The first word is a path, in which a '$' is not expanded and most signs are refused.
bool can_be_first(const std::string& program) {
  return !has_control(program) && is_clean(program) && program.find_first_of("$\"'\\") == std::string::npos;
}

// env(1) takes any directory, variable and program; only a program with a '=' in its name needs a shell.
std::vector<std::string> command_words(const ExportApp& app) {
  std::vector<std::string> words{"/usr/bin/env"};
  if (!can_stand_alone(app.spec.directory)) words.push_back("--chdir=" + app.spec.directory);
  for (const std::string& entry : app.environment) {
    if (!can_be_assigned(entry)) words.push_back(entry);
  }
  if (words.size() == 1 && can_be_first(app.command.front())) return app.command;
  if (app.command.front().find('=') != std::string::npos)
    words.insert(words.end(), {"/bin/sh", "-c", "exec \"$0\" \"$@\""});
  words.insert(words.end(), app.command.begin(), app.command.end());
  return words;
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
  if (can_stand_alone(spec.directory)) text += "WorkingDirectory=" + plain(spec.directory) + "\n";
  text += "ExecStart=";
  const std::vector<std::string> words = command_words(app);
  for (std::size_t i = 0; i < words.size(); ++i) text += (i == 0 ? "" : " ") + systemd_word(words[i]);
  text += "\n";
  if (const std::string& command = spec.on_exit.command; !command.empty())
    text += "ExecStopPost=\"/bin/sh\" \"-c\" " + systemd_word(command) + "\n";
  for (const std::string& entry : app.environment) {
    if (!can_be_assigned(entry)) continue;
    text += "Environment=" + systemd_assignment(name_in(entry), value_in(entry)) + "\n";
  }
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
