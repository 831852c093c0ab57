// What a form of export has no words for.
#include <algorithm>
#include <cstdio>

#include "app/settings/setting.hpp"
#include "cli/export/export.hpp"
#include "platform/signals.hpp"
#include "text/number.hpp"
#include "text/printable.hpp"
#include "text/units.hpp"
#include "text/utf8.hpp"

namespace forever::cli {
namespace {

class Losses {
 public:
  Losses(ExportForm form, const ExportApp& app) : form_(form), app_(app), spec_(app.spec) {}

  std::vector<std::string> all() {
    of_the_command();
    of_the_environment();
    of_the_process();
    of_instances();
    of_readiness();
    of_restarting();
    of_stopping();
    of_logs();
    of_attending();
    of_the_rest();
    return std::move(list_);
  }

 private:
  [[nodiscard]] bool is(ExportForm form) const noexcept { return form_ == form; }
  [[nodiscard]] bool systemd() const noexcept { return is(ExportForm::systemd); }
  [[nodiscard]] bool deployment() const noexcept {
    return is(ExportForm::kubernetes) && spec_.restart.on == RestartOn::always;
  }
  // The settings that a form carries over, or a function below speaks of; what is in no such list is lost by every form.
  void speak_of(std::initializer_list<std::string_view> settings) {
    spoken_of_.insert(spoken_of_.end(), settings.begin(), settings.end());
  }
  void of_the_rest() {
    for_each_setting([&](const Setting& setting) {
      const std::string_view name = long_name(setting.option.names).substr(2);
      if (is_usual(setting, spec_) || std::find(spoken_of_.begin(), spoken_of_.end(), name) != spoken_of_.end()) return;
      lose(key_of(setting) + " " + printable(value_text(setting, spec_)));
    });
  }
  void lose(const std::string& what, const char* instead = nullptr) {
    list_.push_back("lost: " + what + (instead == nullptr ? "" : std::string{"; "} + instead));
  }

  // ${NAME} of what Nomad knows is filled in when the task is placed, and there is no way to write it off.
  void of_text(const std::string& what, const std::string& text) {
    if (!systemd() && !is_utf8(text)) lose(what + " as it is", "it is not UTF-8");
    const std::size_t begin = text.find("${"), end = text.find('}', std::min(begin, text.size()));
    if (is(ExportForm::nomad) && end != std::string::npos)
      lose(what + " as it is", "Nomad fills in ${NAME} where it knows the name");
  }

  void of_the_command() {
    for (std::size_t i = 0; i < app_.command.size(); ++i)
      of_text(i == 0 ? "the program" : "argument " + std::to_string(i), app_.command[i]);
    of_text("cwd", spec_.directory);
  }

  void of_the_environment() {
    for (const std::string& entry : app_.environment) {
      const std::string name = name_in(entry);
      if (may_name_variable(form_, name) && is_utf8(name)) {
        of_text("the value of " + printable(name), value_in(entry));
      } else if (!systemd()) {
        lose("the variable " + printable(name), "it cannot have that name");
      }
    }
  }

  void of_the_process() {
    speak_of({"namespace", "umask", "stdin", "interpreter", "cwd", "max-open-files", "nice", "max-memory",
              "cgroup-memory", "cgroup-cpu"});
    if (spec_.app_namespace != "default") lose("namespace " + printable(spec_.app_namespace));
    if (spec_.umask != 022 && !systemd()) {
      char mask[8] = "";
      std::snprintf(mask, sizeof mask, "%04o", spec_.umask);
      lose(std::string{"umask "} + mask, "the image's is used");
    }
    if (!systemd()) {
      for (const ResourceLimit& limit : spec_.limits) {
        const bool there = is(ExportForm::compose) && docker_has_limit(limit.name);
        if (!there) lose("limits " + printable(limit.name));
      }
    }
    if (spec_.max_open_files != 0 && !systemd() && !is(ExportForm::compose))
      lose("max_open_files " + std::to_string(spec_.max_open_files));
    if (spec_.nice && !systemd()) lose("nice " + std::to_string(*spec_.nice));
    if (spec_.input && (systemd() || is(ExportForm::nomad))) lose("stdin", "its standard input is not connected");
    of_its_user();
    if (spec_.cgroup.cpu_percent != 0 && is(ExportForm::nomad))
      lose("cgroup_cpu " + std::to_string(spec_.cgroup.cpu_percent) + "%", "see cpu and cores of resources");
  }

  void of_its_user() {
    speak_of({"user", "group"});
    if (is(ExportForm::kubernetes)) {
      if (!spec_.user.empty() && !only_digits(spec_.user)) lose("user " + printable(spec_.user), "use its number");
      if (!spec_.group.empty() && !only_digits(spec_.group)) lose("group " + printable(spec_.group), "use its number");
    } else if (!spec_.group.empty() && (is(ExportForm::nomad) || (is(ExportForm::compose) && spec_.user.empty()))) {
      lose("group " + printable(spec_.group),
           is(ExportForm::nomad) ? "the user's is used" : "give it together with a user");
    }
  }

  void of_instances() {
    speak_of({"instances", "increment-env", "no-share", "hold-ports", "listen", "drain-timeout"});
    const bool several = spec_.instances > 1;
    const bool balanced = is(ExportForm::kubernetes) && port_of(app_);  // by its Service
    if (several && spec_.shares_ports() && !balanced)
      lose("one port for all instances", "put a load balancer in front of them");
    for (const std::string& name : spec_.increment_env) {
      if (several) lose("increment_env " + printable(name), "all instances get the same value");
    }
    if (spec_.hold_ports) lose("hold_ports", "while it restarts, connections are refused; see systemd.socket(5)");
    for (const std::string& address : spec_.listen)
      lose("listen " + printable(address), "no open socket is passed; see ListenStream= in systemd.socket(5)");
    if (spec_.drain_timeout != AppSpec{}.drain_timeout && spec_.may_overlap())
      lose("drain_timeout " + format_duration(spec_.drain_timeout), "the stop does not wait for connections");
  }

  void of_readiness() {
    speak_of({"ready", "ready-timeout"});
    const bool notifies = spec_.ready == ReadyWhen::notify;
    const bool carried = spec_.ready == ReadyWhen::automatic || (notifies && systemd()) ||
                         (spec_.ready == ReadyWhen::listen && is(ExportForm::kubernetes) && port_of(app_)) ||
                         (spec_.ready == ReadyWhen::uptime && deployment());
    if (!carried) lose(std::string{"ready "} + to_string(spec_.ready), "it counts as ready when it is started");
    const bool bounded = (notifies && systemd()) || deployment();
    if (spec_.ready_timeout != AppSpec{}.ready_timeout && !bounded)
      lose("ready_timeout " + format_duration(spec_.ready_timeout));
  }

  void of_restarting() {
    speak_of({"cron-restart", "cron-timezone", "watch", "ignore", "ext", "watch-delay", "poll", "watch-hash",
              "watch-on-crash", "restart", "stop-exit-codes", "min-uptime", "restart-delay", "max-restarts",
              "backoff-first", "backoff-factor", "backoff-cap"});
    const RestartPolicy& restart = spec_.restart;
    if (!spec_.cron_restart.empty())
      lose("cron_restart \"" + printable(spec_.cron_restart) + "\"", "no scheduled restart");
    if (spec_.watch.on) lose("watch and its settings", "no restart when files change");
    if (!systemd() && !restart.stop_exit_codes.empty()) {
      std::string codes;
      for (const int code : restart.stop_exit_codes) codes += " " + std::to_string(code);
      lose("stop_exit_codes" + codes, "all exit codes are treated alike");
    }
    const bool on_failure = restart.on == RestartOn::on_failure;
    if (restart.max_restarts && !on_failure && (is(ExportForm::compose) || is(ExportForm::kubernetes)))
      lose("max_restarts " + std::to_string(*restart.max_restarts), "restarts are not limited");
    if (restart.on == RestartOn::never) return;
    if (restart.restart_delay > Milliseconds{0} && (is(ExportForm::compose) || is(ExportForm::kubernetes)))
      lose("restart_delay " + format_duration(restart.restart_delay), "its own delays apply");
    char factor[32] = "";
    std::snprintf(factor, sizeof factor, "%g", restart.backoff_factor);
    lose("the delays between restarts (" + std::to_string(restart.immediate) + " at once, then " +
         format_duration(restart.backoff_first) + " growing by " + factor + " up to " +
         format_duration(restart.backoff_cap) + " while runs are shorter than " + format_duration(restart.min_uptime) +
         ")");
  }

  void of_stopping() {
    speak_of({"kill-signal", "kill-timeout", "kill-mode"});
    if (spec_.stop.signal != 15 && is(ExportForm::kubernetes))
      lose("kill_signal " + signal_name(spec_.stop.signal), "the image's STOPSIGNAL, or TERM, is sent");
    const bool all = !systemd() && spec_.stop.mode == KillMode::process;
    if (all || spec_.stop.mode == KillMode::group)
      lose(std::string{"kill_mode "} + to_string(spec_.stop.mode), "all its descendants are stopped");
  }

  void of_logs() {
    speak_of({"out", "err", "merge-logs", "log-format", "log-max-size", "log-keep"});
    const LogSettings usual, &logs = spec_.logs;
    const bool files = !logs.out.empty() || !logs.err.empty();
    if (files && !systemd()) lose("out_file, error_file", "standard output and error are collected");
    if (logs.merge && is(ExportForm::nomad)) lose("merge_logs", "standard output and error have separate logs");
    if (logs.format != LogFormat::raw) lose(std::string{"log_format "} + to_string(logs.format));
    const std::string sizes =
        "log_max_size " + std::to_string(logs.max_size) + ", log_keep " + std::to_string(logs.keep);
    const bool changed = logs.max_size != usual.max_size || logs.keep != usual.keep;
    switch (form_) {
      case ExportForm::systemd:
        if (files) lose(sizes, "see logrotate(8), with copytruncate");
        if (!files && changed) lose(sizes, "see SystemMaxUse= in journald.conf(5)");
        break;
      case ExportForm::kubernetes:
        if (changed) lose(sizes, "the kubelet rotates (containerLogMaxSize)");
        break;
      case ExportForm::compose:
      case ExportForm::nomad:
        if (logs.max_size == 0) lose("log_max_size 0", "its own limits apply");
        break;
    }
  }

  void of_attending() {
    speak_of({"health-cmd", "health-port", "health-interval", "health-timeout", "health-threshold", "on-exit",
              "on-exit-timeout"});
    const HealthSettings& health = spec_.health;
    const char* const why =
        systemd() ? "probe with a timer, or make the program send WATCHDOG=1 (WatchdogSec=)" : nullptr;
    const std::string every = " every " + format_duration(health.interval);
    if (!health.command.empty() && (systemd() || is(ExportForm::nomad)))
      lose("health_cmd" + every, systemd() ? why : "a check of type script needs Consul");
    if (health.command.empty() && health.port != 0 && systemd())
      lose("health_port " + std::to_string(health.port) + printable(health.path) + every, why);
    if (health.wanted() && is(ExportForm::compose))
      list_.emplace_back("Docker reports unhealthy containers but does not restart them.");
    if (spec_.on_exit.command.empty()) return;
    if (!systemd()) return lose("on_exit and on_exit_timeout", "no command is run after an exit");
    lose("the FOREVER_ variables of on_exit", "use SERVICE_RESULT, EXIT_CODE and EXIT_STATUS");
    if (spec_.on_exit.timeout != ExitHook{}.timeout)
      lose("on_exit_timeout " + format_duration(spec_.on_exit.timeout), "TimeoutStopSec= applies");
  }

  ExportForm form_;
  const ExportApp& app_;
  const AppSpec& spec_;
  std::vector<std::string> list_;
  std::vector<std::string_view> spoken_of_;
};

}  // namespace

std::vector<std::string> losses(ExportForm form, const ExportApp& app) { return Losses(form, app).all(); }

}  // namespace forever::cli
