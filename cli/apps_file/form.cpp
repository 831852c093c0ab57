#include "cli/apps_file/form.hpp"

#include <algorithm>
#include <iterator>

namespace forever::cli {
namespace {

bool pm2_has_alone(std::string_view key) {
  constexpr std::string_view kKeys[] = {
      "exec_mode",  "exec_interpreter", "autorestart",     "max_memory_restart",
      "wait_ready", "listen_timeout",   "node_args",       "exp_backoff_restart_delay",
      "merge_logs", "combine_logs",     "log_date_format", "append_env_to_name",
      "error_file", "out_file",         "instance_var",    "increment_var",
      "vizion"};
  return std::find(std::begin(kKeys), std::end(kKeys), key) != std::end(kKeys);
}

}  // namespace

bool is_forevers_key(std::string_view key) {
  constexpr std::string_view kKeys[] = {"workingDir", "sourceDir", "outFile",       "errFile",
                                        "logFile",    "minUptime", "spinSleepTime", "watchDirectory",
                                        "append",     "silent",    "max",           "watchIgnorePatterns",
                                        "killSignal", "pidFile",   "killTree",      "watchIgnoreDotFiles"};
  return std::find(std::begin(kKeys), std::end(kKeys), key) != std::end(kKeys);
}

bool has_pm2s_form(std::string_view file, const std::vector<std::pair<std::string, const Json*>>& apps) {
  const std::string_view name = file.substr(file.find_last_of("/\\") + 1);
  bool pm2s = name.starts_with("ecosystem.") || name.starts_with("pm2.") || name == "process.json";
  for (const auto& [key_in_file, app] : apps) {
    if (!app->is_object()) continue;
    for (const auto& [key, value] : app->items()) {
      if (is_forevers_key(key)) return false;
      pm2s = pm2s || pm2_has_alone(key);
    }
  }
  return pm2s;
}

void take_pm2s_defaults(GivenSettings& settings) {
  if (!settings.has("kill-signal")) (void)settings.add(*find_setting("kill-signal"), "INT");
  if (!settings.has("kill-timeout")) (void)settings.add(*find_setting("kill-timeout"), "1600ms");
}

}  // namespace forever::cli
