// `--json`: the shape is documented in forever(1), MACHINE OUTPUT.
#include "cli/apps/json.hpp"

#include "app/environment.hpp"
#include "app/settings/setting.hpp"
#include "platform/signals.hpp"
#include "text/json_fields.hpp"

namespace forever::cli {
namespace {

Json pid_or_null(Pid pid) { return pid > 0 ? Json(pid) : Json(nullptr); }

Json instance_json(const InstanceStatus& status, const InstanceLook& look) {
  return {{"slot", status.slot},
          {"pid", look.alive ? pid_or_null(status.process.pid) : Json(nullptr)},
          {"status", look.state.empty() ? to_string(status.state) : look.state},
          {"ready", look.alive && look.ready},
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
  bool ready = look.state == "online";
  for (std::size_t i = 0; i < status.instances.size(); ++i)
    ready = ready && (status.instances[i].role != Role::serving || look.instances[i].ready);
  app["ready"] = ready;
  app["listening"] = look.ports;
  if (!look.exit.empty()) app["ended"] = look.exit;
  if (look.state == "backoff") app["backoff_ms"] = look.due.count();
  if (!status.note.empty()) app["note"] = status.note;
  if (status.spec_lost) app["spec_lost"] = true;
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

// What stands under another key than its own in spec.json, as it was first documented; empty: elsewhere in the object.
struct Renamed {
  std::string_view json, view;
};
constexpr Renamed kRenamed[] = {{"namespace", ""},
                                {"cwd", ""},
                                {"user", ""},
                                {"logs.out", ""},
                                {"logs.err", ""},
                                {"ready", ""},  // "ready_when", which says what holds
                                {"instances", "instance_count"},
                                {"cgroup.memory", "cgroup_memory_bytes"},
                                {"cgroup.cpu_percent", "cgroup_cpu_percent"},
                                {"restart.on", "restart_policy.restart"},
                                {"logs.max_size", "log_settings.max_size"}};

// "restart_policy.backoff_cap_ms"
std::string view_key(const Setting& setting) {
  for (const Renamed& renamed : kRenamed) {
    if (renamed.json == setting.json) return std::string{renamed.view};
  }
  std::string key{setting.json};
  if (key.starts_with("restart.")) key.insert(7, "_policy");
  if (key.starts_with("logs.")) key.replace(0, 4, "log_settings");
  if (setting.option.kind == ValueKind::time) key += "_ms";
  if (setting.option.kind == ValueKind::size) key += "_bytes";
  return key;
}

Json value_json(const Setting&, bool value) { return value; }
Json value_json(const Setting& setting, const std::string& text) {
  return text.empty() && setting.option.kind == ValueKind::schedule ? Json(nullptr) : Json(text);
}
Json value_json(const Setting&, const std::vector<std::string>& list) { return list; }
Json value_json(const Setting&, const std::vector<int>& list) { return list; }
Json value_json(const Setting&, Milliseconds time) { return time.count(); }
Json value_json(const Setting&, double number) { return number; }
Json value_json(const Setting& setting, int number) {
  return setting.option.kind == ValueKind::signal ? Json(signal_name(number)) : Json(number);
}
template <class Number>
Json value_json(const Setting&, const std::optional<Number>& number) {
  return number ? Json(*number) : Json(nullptr);
}
// Whether 0 is how a spec says that nothing was asked for: a limit, say, but not a count of files to keep.
bool unset_at_zero(const Setting& setting) {
  const std::string text = value_text(setting, AppSpec{});
  return text == "0" || text == "0%";
}
template <std::unsigned_integral Number>
Json value_json(const Setting& setting, Number number) {
  return number == 0 && unset_at_zero(setting) ? Json(nullptr) : Json(number);
}

void add_settings(Json& app, const AppSpec& spec) {
  AppSpec copy = spec;  // fields are found in a spec that may be changed
  for_each_setting([&](const Setting& setting) {
    const std::string key = view_key(setting);
    if (key.empty()) return;
    const std::size_t dot = key.find('.');
    Json& object = dot == std::string::npos ? app : app[key.substr(0, dot)];
    object[key.substr(dot + 1)] = std::visit(
        [&]<class Kind>(const Kind& field) {
          if constexpr (std::is_same_v<Kind, InEnum>)
            return Json(field.words[field.get(spec)]);
          else
            return value_json(setting, field(copy));
        },
        setting.field);
  });
}

// All settings, each under its own key, and what follows from several of them.
void add_spec(Json& app, const AppSpec& spec, bool reveal) {
  app["script"] = spec.script;
  app["arguments"] = spec.arguments;
  app["umask"] = spec.umask;
  app["created_ms"] = spec.created_ms;
  add_settings(app, spec);
  app["ports_shared"] = spec.shares_ports();
  app["ready_when"] = to_string(spec.ready_when());
  app["watch"]["on"] = spec.watch.on;
  app["health"]["path"] = spec.health.path;
  if (!spec.health.wanted()) app["health"] = nullptr;
  if (spec.on_exit.command.empty()) app["on_exit"] = nullptr;
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
