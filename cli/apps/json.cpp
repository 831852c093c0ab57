// `--json`: the shape is documented in forever(1), MACHINE OUTPUT.
#include "cli/apps/json.hpp"

#include "app/environment.hpp"
#include "platform/signals.hpp"
#include "text/json_fields.hpp"

namespace forever::cli {
namespace {

Json pid_or_null(Pid pid) { return pid > 0 ? Json(pid) : Json(nullptr); }

Json instance_json(const InstanceStatus& status, const InstanceLook& look) {
  return {{"slot", status.slot},
          {"pid", look.alive ? pid_or_null(status.process.pid) : Json(nullptr)},
          {"status", to_string(status.state)},
          {"ready", look.alive && status.ready},
          {"says", status.says},
          {"role", to_string(status.role)},
          {"restarts", status.history.restarts},
          {"failures", status.history.failures},
          {"uptime_ms", look.uptime.count()},
          {"memory_bytes", look.memory_bytes},
          {"cpu_percent", look.cpu_percent}};
}

Json app_json(const AppLook& look) {
  const AppStatus& status = look.view.status;
  Json app = {{"name", look.view.name},
              {"id", status.id == kNoId ? Json(nullptr) : Json(status.id)},
              {"namespace", status.app_namespace},
              {"status", look.state},
              {"supervisor_pid", look.view.supervised ? pid_or_null(status.supervisor.pid) : Json(nullptr)},
              {"keeper_pid", look.view.supervised ? pid_or_null(status.keeper.pid) : Json(nullptr)},
              {"restarts", look.restarts},
              {"failures", look.failures},
              {"watching", status.watching},
              {"user", status.user},
              {"command", status.command},
              {"cwd", status.directory},
              {"logs", {{"out", status.out_log}, {"err", status.err_log.empty() ? status.out_log : status.err_log}}},
              {"memory_bytes", look.memory_bytes},
              {"cpu_percent", look.cpu_percent},
              {"instances", Json::array()}};
  if (look.state == "backoff") app["backoff_ms"] = look.due.count();
  if (!status.note.empty()) app["note"] = status.note;
  if (!look.view.trouble.empty()) app["trouble"] = look.view.trouble;
  for (std::size_t i = 0; i < status.instances.size(); ++i)
    app["instances"].push_back(instance_json(status.instances[i], look.instances[i]));
  return app;
}

Json exit_json(const LastExit& exit) {
  return {{"slot", exit.slot},
          {"pid", pid_or_null(exit.pid)},
          {"at_ms", exit.at_ms},
          {"at", rfc3339_local(wall_from_ms(exit.at_ms))},
          {"uptime_ms", exit.uptime.count()},
          {"reason", describe_exit(exit.status, exit.stage.empty() ? "exec" : exit.stage)},
          {"trigger", exit.trigger},
          {"last_lines", exit.last_lines}};
}

Json environment_json(const AppSpec& spec, bool reveal) {
  Json environment = Json::object();
  for (const std::string& entry : spec.environment) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string::npos) continue;
    const std::string name = entry.substr(0, equals), value = entry.substr(equals + 1);
    environment[name] = !reveal && looks_secret(name, value) ? "********" : value;
  }
  return environment;
}

Json limit_json(std::uint64_t limit) { return limit == kUnlimited ? Json("unlimited") : Json(limit); }

void add_spec(Json& app, const AppSpec& spec, bool reveal) {
  app["script"] = spec.script;
  app["arguments"] = spec.arguments;
  app["interpreter"] = spec.interpreter;
  app["group"] = spec.group;
  app["umask"] = spec.umask;
  app["created_ms"] = spec.created_ms;
  app["restart_policy"] = {
      {"restart", to_string(spec.restart.on)},
      {"stop_exit_codes", spec.restart.stop_exit_codes},
      {"min_uptime_ms", spec.restart.min_uptime.count()},
      {"restart_delay_ms", spec.restart.restart_delay.count()},
      {"max_restarts", spec.restart.max_restarts ? Json(*spec.restart.max_restarts) : Json(nullptr)},
      {"backoff_first_ms", spec.restart.backoff_first.count()},
      {"backoff_factor", spec.restart.backoff_factor},
      {"backoff_cap_ms", spec.restart.backoff_cap.count()}};
  app["instance_count"] = spec.instances;
  app["ports_shared"] = spec.shares_ports();
  app["increment_env"] = spec.increment_env;
  app["listen"] = spec.listen;
  app["ready_when"] = to_string(spec.ready_when());
  app["ready_timeout_ms"] = spec.ready_timeout.count();
  app["drain_timeout_ms"] = spec.drain_timeout.count();
  app["stop"] = {{"signal", signal_name(spec.stop.signal)},
                 {"timeout_ms", spec.stop.timeout.count()},
                 {"mode", to_string(spec.stop.mode)}};
  app["log_settings"] = {{"merge", spec.logs.merge},
                         {"format", to_string(spec.logs.format)},
                         {"max_size", spec.logs.max_size},
                         {"keep", spec.logs.keep}};
  app["max_memory_bytes"] = spec.max_memory != 0 ? Json(spec.max_memory) : Json(nullptr);
  app["cron_restart"] = spec.cron_restart.empty() ? Json(nullptr) : Json(spec.cron_restart);
  app["watch"] = {{"on", spec.watch.on},
                  {"paths", spec.watch.paths},
                  {"ignore", spec.watch.ignore},
                  {"extensions", spec.watch.extensions},
                  {"delay_ms", spec.watch.delay.count()},
                  {"poll_ms", spec.watch.poll.count()},
                  {"hash", spec.watch.hash},
                  {"on_crash", to_string(spec.watch.on_crash)}};
  app["max_open_files"] = spec.max_open_files != 0 ? Json(spec.max_open_files) : Json(nullptr);
  app["nice"] = spec.nice ? Json(*spec.nice) : Json(nullptr);
  app["cgroup_memory_bytes"] = spec.cgroup.memory != 0 ? Json(spec.cgroup.memory) : Json(nullptr);
  app["cgroup_cpu_percent"] = spec.cgroup.cpu_percent != 0 ? Json(spec.cgroup.cpu_percent) : Json(nullptr);
  app["health"] = !spec.health.wanted() ? Json(nullptr)
                                        : Json{{"command", spec.health.command},
                                               {"port", spec.health.port != 0 ? Json(spec.health.port) : Json(nullptr)},
                                               {"path", spec.health.path},
                                               {"interval_ms", spec.health.interval.count()},
                                               {"timeout_ms", spec.health.timeout.count()},
                                               {"threshold", spec.health.threshold}};
  app["on_exit"] = spec.on_exit.command.empty()
                       ? Json(nullptr)
                       : Json{{"command", spec.on_exit.command}, {"timeout_ms", spec.on_exit.timeout.count()}};
  app["limits"] = Json::object();
  for (const ResourceLimit& limit : spec.limits)
    app["limits"][limit.name] = {{"soft", limit_json(limit.soft)}, {"hard", limit_json(limit.hard)}};
  app["environment"] = environment_json(spec, reveal);
}

std::string finish(Json& object, const std::string& error) {
  if (!error.empty()) object["error"] = error;
  return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json frame(const std::string& state_directory) {
  return {{"version", kJsonVersion}, {"state_dir", state_directory}, {"apps", Json::array()}};
}

}  // namespace

std::string json_list(const std::string& state_directory, const std::vector<AppLook>& looks, const std::string& error) {
  Json object = frame(state_directory);
  for (const AppLook& look : looks) object["apps"].push_back(app_json(look));
  return finish(object, error);
}

std::string json_description(const std::string& state_directory, const std::vector<AppLook>& looks,
                             const std::vector<std::optional<AppSpec>>& specs, bool reveal) {
  Json object = frame(state_directory);
  for (std::size_t i = 0; i < looks.size(); ++i) {
    Json app = app_json(looks[i]);
    app["last_exits"] = Json::array();
    for (const LastExit& exit : looks[i].view.status.last_exits) app["last_exits"].push_back(exit_json(exit));
    app["ports"] = Json::array();
    for (const std::string& text : looks[i].view.status.ports) app["ports"].push_back(text.substr(0, text.find(' ')));
    app["supervisor_version"] = looks[i].view.status.program_version;
    app["pipe_capacity_bytes"] = looks[i].view.status.pipe_capacity;
    app["dropped_log_bytes"] = looks[i].view.status.dropped_bytes;
    if (specs[i]) add_spec(app, *specs[i], reveal);
    object["apps"].push_back(std::move(app));
  }
  if (looks.size() == 1) {
    Json only = {{"version", kJsonVersion}, {"state_dir", state_directory}};
    only.update(object["apps"][0]);
    return finish(only, {});
  }
  return finish(object, {});
}

std::string json_deleted(const std::string& state_directory, const std::vector<std::string>& names,
                         const std::string& error) {
  Json object = frame(state_directory);
  object["deleted"] = names;
  return finish(object, error);
}

}  // namespace forever::cli
