#include "cli/faces/pm2_answers.hpp"

#include "app/settings/setting.hpp"
#include "cli/apps/json.hpp"
#include "text/json_fields.hpp"

namespace forever::cli {
namespace {

// PM2's words for a state.
std::string pm2_status(const std::string& state) {
  if (state == "online" || state == "crashing" || state == "unsupervised") return "online";
  if (state == "starting") return "launching";
  if (state == "backoff") return "waiting restart";
  if (state == "stopping") return "stopping";
  if (state == "failed") return "errored";
  return "stopped";
}

Json environment_of(const AppSpec& spec) {
  Json environment = Json::object();
  for (const std::string& entry : spec.environment) {
    const std::size_t equals = entry.find('=');
    if (equals != std::string::npos) environment[entry.substr(0, equals)] = entry.substr(equals + 1);
  }
  return environment;
}

// What runs the script: as it was given, else as its extension says.
std::string interpreter_of(const AppSpec& spec) {
  const std::vector<std::string> command = command_of(spec, false);
  return command.empty() || command.front() == spec.script ? "none" : command.front();
}

Json process(const AppLook& look, const std::optional<AppSpec>& spec, const InstanceStatus* instance,
             const InstanceLook* seen) {
  const AppStatus& status = look.view.status;
  const bool alive = seen != nullptr && seen->alive;
  Json env = spec ? environment_of(*spec) : Json::object();
  env["name"] = look.view.name;
  env["namespace"] = status.app_namespace;
  env["pm_id"] = status.id;
  env["status"] = pm2_status(seen != nullptr && !seen->state.empty() ? seen->state : look.state);
  env["restart_time"] = instance != nullptr ? instance->history.restarts : look.restarts;
  env["unstable_restarts"] = instance != nullptr ? instance->history.failures : look.failures;
  env["pm_uptime"] = instance != nullptr ? instance->started_wall_ms : 0;
  env["pm_cwd"] = status.directory;
  env["pm_out_log_path"] = status.out_log;
  env["pm_err_log_path"] = status.err_log.empty() ? status.out_log : status.err_log;
  env["watch"] = status.watching;
  env["username"] = status.user;
  if (instance != nullptr) env["NODE_APP_INSTANCE"] = instance->slot;
  if (!status.last_exits.empty()) env["exit_code"] = status.last_exits.back().status.code;
  if (spec) {
    env["created_at"] = spec->created_ms;
    env["pm_exec_path"] = spec->script.starts_with('/') ? spec->script : spec->directory + "/" + spec->script;
    env["exec_interpreter"] = interpreter_of(*spec);
    env["args"] = spec->arguments;
    env["exec_mode"] = spec->shares_ports() ? "cluster_mode" : "fork_mode";
    env["instances"] = spec->instances;
    env["autorestart"] = spec->restart.on != RestartOn::never;
  }
  return {{"pid", alive ? instance->process.pid : 0},
          {"name", look.view.name},
          {"pm2_env", env},
          {"pm_id", status.id},
          {"monit",
           {{"memory", seen != nullptr ? seen->memory_bytes : 0}, {"cpu", seen != nullptr ? seen->cpu_percent : 0.0}}}};
}

}  // namespace

std::string pm2_list(const std::vector<AppLook>& looks, const std::vector<std::optional<AppSpec>>& specs, bool pretty) {
  Json list = Json::array();
  for (std::size_t i = 0; i < looks.size(); ++i) {
    const auto& instances = looks[i].view.status.instances;
    if (instances.empty()) list.push_back(process(looks[i], specs[i], nullptr, nullptr));
    for (std::size_t n = 0; n < instances.size(); ++n)
      list.push_back(process(looks[i], specs[i], &instances[n], &looks[i].instances[n]));
  }
  return list.dump(pretty ? 2 : -1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string pm2_ids(const std::vector<AppLook>& looks, const std::string& name) {
  std::string ids;
  for (const AppLook& look : looks) {
    if (look.view.name == name) ids += (ids.empty() ? " " : ", ") + std::to_string(look.view.status.id);
  }
  return "[" + ids + (ids.empty() ? "]\n" : " ]\n");
}

}  // namespace forever::cli
