// spec.json: AppSpec as text and back; see spec.hpp.
#include "supervisor/json_fields.hpp"
#include "supervisor/names.hpp"
#include "supervisor/spec.hpp"
#include "supervisor/units.hpp"

namespace forever {

namespace {

// What belongs together is written and read side by side, so that no field is forgotten in one of the two.

Json restart_json(const RestartPolicy& policy) {
  Json json;
  json["on"] = to_string(policy.on);
  json["stop_exit_codes"] = policy.stop_exit_codes;
  json["min_uptime"] = format_duration(policy.min_uptime);
  json["restart_delay"] = format_duration(policy.restart_delay);
  if (policy.max_restarts) json["max_restarts"] = *policy.max_restarts;
  json["immediate"] = policy.immediate;
  json["backoff_first"] = format_duration(policy.backoff_first);
  json["backoff_factor"] = policy.backoff_factor;
  json["backoff_cap"] = format_duration(policy.backoff_cap);
  return json;
}

void read_duration(JsonFields& fields, const char* key, Milliseconds& into) {
  std::string text;
  fields.text(key, text);
  if (fields.find(key) == nullptr) return;
  if (const std::optional<Milliseconds> duration = parse_duration(text))
    into = *duration;
  else
    fields.fail(key, "must be a duration as \"10s\"");
}

void read_restart(const Json& json, std::string& fault, RestartPolicy& policy) {
  JsonFields fields(json, fault, "restart.");
  fields.word("on", policy.on, restart_on_from);
  if (const Json* codes = fields.list("stop_exit_codes")) {
    policy.stop_exit_codes.clear();
    for (const Json& code : *codes) {
      if (const std::optional<int> number = JsonFields::integer<int>(code))
        policy.stop_exit_codes.push_back(*number);
      else
        fields.fail("stop_exit_codes", "must be a list of whole numbers");
    }
  }
  read_duration(fields, "min_uptime", policy.min_uptime);
  read_duration(fields, "restart_delay", policy.restart_delay);
  if (fields.find("max_restarts") != nullptr) fields.number("max_restarts", policy.max_restarts.emplace());
  fields.number("immediate", policy.immediate);
  read_duration(fields, "backoff_first", policy.backoff_first);
  fields.real("backoff_factor", policy.backoff_factor, 1, 1e6);
  read_duration(fields, "backoff_cap", policy.backoff_cap);
}

Json stop_json(const StopSettings& stop) {
  Json json;
  json["signal"] = stop.signal;
  json["timeout"] = format_duration(stop.timeout);
  json["mode"] = to_string(stop.mode);
  return json;
}

void read_stop(const Json& json, std::string& fault, StopSettings& stop) {
  JsonFields fields(json, fault, "stop.");
  fields.number("signal", stop.signal, 1, 128);
  read_duration(fields, "timeout", stop.timeout);
  fields.word("mode", stop.mode, kill_mode_from);
}

Json logs_json(const LogSettings& logs) {
  Json json;
  json["out"] = json_of_bytes(logs.out);
  json["err"] = json_of_bytes(logs.err);
  json["merge"] = logs.merge;
  json["format"] = to_string(logs.format);
  json["max_size"] = logs.max_size;
  json["keep"] = logs.keep;
  return json;
}

void read_logs(const Json& json, std::string& fault, LogSettings& logs) {
  JsonFields fields(json, fault, "logs.");
  fields.text("out", logs.out);
  fields.text("err", logs.err);
  fields.flag("merge", logs.merge);
  fields.word("format", logs.format, log_format_from);
  fields.number("max_size", logs.max_size);
  fields.number("keep", logs.keep);
}

Json watch_json(const WatchSettings& watch) {
  Json json;
  json["on"] = watch.on;
  json["paths"] = json_of_list(watch.paths);
  json["ignore"] = json_of_list(watch.ignore);
  json["extensions"] = json_of_list(watch.extensions);
  json["delay"] = format_duration(watch.delay);
  json["poll"] = format_duration(watch.poll);
  json["hash"] = watch.hash;
  json["on_crash"] = to_string(watch.on_crash);
  return json;
}

void read_watch(const Json& json, std::string& fault, WatchSettings& watch) {
  JsonFields fields(json, fault, "watch.");
  fields.flag("on", watch.on);
  fields.texts("paths", watch.paths);
  fields.texts("ignore", watch.ignore);
  fields.texts("extensions", watch.extensions);
  read_duration(fields, "delay", watch.delay);
  read_duration(fields, "poll", watch.poll);
  fields.flag("hash", watch.hash);
  fields.word("on_crash", watch.on_crash, on_crash_from);
}

Json health_json(const HealthSettings& health) {
  Json json;
  json["command"] = json_of_bytes(health.command);
  json["port"] = health.port;
  json["path"] = json_of_bytes(health.path);
  json["interval"] = format_duration(health.interval);
  json["timeout"] = format_duration(health.timeout);
  json["threshold"] = health.threshold;
  return json;
}

void read_health(const Json& json, std::string& fault, HealthSettings& health) {
  JsonFields fields(json, fault, "health.");
  fields.text("command", health.command);
  fields.number("port", health.port);
  fields.text("path", health.path);
  read_duration(fields, "interval", health.interval);
  read_duration(fields, "timeout", health.timeout);
  fields.number("threshold", health.threshold, 1U, 1000U);
}

Json hook_json(const ExitHook& hook) {
  Json json;
  json["command"] = json_of_bytes(hook.command);
  json["timeout"] = format_duration(hook.timeout);
  return json;
}

void read_hook(const Json& json, std::string& fault, ExitHook& hook) {
  JsonFields fields(json, fault, "on_exit.");
  fields.text("command", hook.command);
  read_duration(fields, "timeout", hook.timeout);
}

Json cgroup_json(const CgroupLimits& limits) {
  Json json;
  json["memory"] = limits.memory;
  json["cpu_percent"] = limits.cpu_percent;
  return json;
}

void read_cgroup(const Json& json, std::string& fault, CgroupLimits& limits) {
  JsonFields fields(json, fault, "cgroup.");
  fields.number("memory", limits.memory);
  fields.number("cpu_percent", limits.cpu_percent);
}

// [["NOFILE", 1024, 1048576], ["CORE", 0, null]]: name, soft, hard; null is unlimited.
Json limits_json(const std::vector<ResourceLimit>& limits) {
  Json json = Json::array();
  const auto value = [](std::uint64_t limit) { return limit == kUnlimited ? Json(nullptr) : Json(limit); };
  for (const ResourceLimit& limit : limits)
    json.push_back({json_of_bytes(limit.name), value(limit.soft), value(limit.hard)});
  return json;
}

std::optional<ResourceLimit> limit_of(const Json& json) {
  const auto value = [](const Json& limit) {
    return limit.is_null() ? std::optional{kUnlimited} : JsonFields::integer<std::uint64_t>(limit);
  };
  if (!json.is_array() || json.size() != 3) return std::nullopt;
  const std::optional<std::string> name = JsonFields::bytes_of(json[0]);
  const std::optional<std::uint64_t> soft = value(json[1]), hard = value(json[2]);
  if (!name || !soft || !hard) return std::nullopt;
  return ResourceLimit{*name, *soft, *hard};
}

void read_limits(JsonFields& fields, std::vector<ResourceLimit>& limits) {
  const Json* json = fields.list("limits");
  if (json == nullptr) return;
  limits.clear();
  for (const Json& item : *json) {
    std::optional<ResourceLimit> limit = limit_of(item);
    if (!limit) return fields.fail("limits", "must be a list of name, soft and hard limit");
    limits.push_back(std::move(*limit));
  }
}

void read_all(JsonFields& fields, std::string& fault, AppSpec& spec) {
  fields.text("name", spec.name);
  if (fault_in_name(spec.name)) fields.fail("name", "is no possible name");
  fields.number("id", spec.id);
  fields.text("namespace", spec.app_namespace);
  fields.text("script", spec.script);
  if (spec.script.empty()) fields.fail("script", "is missing");
  fields.texts("arguments", spec.arguments);
  fields.texts("interpreter", spec.interpreter);
  fields.text("cwd", spec.directory);
  fields.texts("environment", spec.environment);
  fields.number("umask", spec.umask, 0U, 0777U);
  read_limits(fields, spec.limits);
  fields.flag("stdin", spec.input);
  fields.text("user", spec.user);
  fields.text("group", spec.group);
  fields.number("instances", spec.instances, 1U, kMostInstances);
  fields.texts("increment_env", spec.increment_env);
  fields.flag("share_ports", spec.share_ports);
  fields.flag("hold_ports", spec.hold_ports);
  fields.texts("listen", spec.listen);
  if (spec.listen.size() > kMostPassed) fields.fail("listen", "names too many sockets");
  fields.word("ready", spec.ready, ready_when_from);
  read_duration(fields, "drain_timeout", spec.drain_timeout);
  if (const Json* part = fields.object("restart")) read_restart(*part, fault, spec.restart);
  if (const Json* part = fields.object("stop")) read_stop(*part, fault, spec.stop);
  if (const Json* part = fields.object("logs")) read_logs(*part, fault, spec.logs);
  fields.number("max_memory", spec.max_memory);
  fields.text("cron_restart", spec.cron_restart);
  if (const Json* part = fields.object("watch")) read_watch(*part, fault, spec.watch);
  fields.number("max_open_files", spec.max_open_files);
  if (fields.find("nice") != nullptr) fields.number("nice", spec.nice.emplace(), -20, 19);
  if (const Json* part = fields.object("cgroup")) read_cgroup(*part, fault, spec.cgroup);
  if (const Json* part = fields.object("health")) read_health(*part, fault, spec.health);
  if (const Json* part = fields.object("on_exit")) read_hook(*part, fault, spec.on_exit);
  read_duration(fields, "ready_timeout", spec.ready_timeout);
  fields.number("created_ms", spec.created_ms);
  fields.texts("depends_on", spec.depends_on);
  fields.text("apps_file", spec.apps_file);
  fields.texts("declared", spec.declared);
}

constexpr const char* kRemedy = "move it away or start the app again";

}  // namespace

std::string spec_to_json(const AppSpec& spec) {
  Json json;
  json["version"] = kSpecVersion;
  json["name"] = json_of_bytes(spec.name);
  json["id"] = spec.id;
  json["namespace"] = json_of_bytes(spec.app_namespace);
  json["script"] = json_of_bytes(spec.script);
  json["arguments"] = json_of_list(spec.arguments);
  json["interpreter"] = json_of_list(spec.interpreter);
  json["cwd"] = json_of_bytes(spec.directory);
  json["umask"] = spec.umask;
  json["limits"] = limits_json(spec.limits);
  if (spec.input) json["stdin"] = true;
  json["user"] = json_of_bytes(spec.user);
  json["group"] = json_of_bytes(spec.group);
  json["instances"] = spec.instances;
  if (!spec.increment_env.empty()) json["increment_env"] = json_of_list(spec.increment_env);
  json["share_ports"] = spec.share_ports;
  json["hold_ports"] = spec.hold_ports;
  if (!spec.listen.empty()) json["listen"] = json_of_list(spec.listen);
  if (spec.ready != ReadyWhen::automatic) json["ready"] = to_string(spec.ready);
  json["drain_timeout"] = format_duration(spec.drain_timeout);
  json["restart"] = restart_json(spec.restart);
  json["stop"] = stop_json(spec.stop);
  json["logs"] = logs_json(spec.logs);
  json["max_memory"] = spec.max_memory;
  json["cron_restart"] = json_of_bytes(spec.cron_restart);
  if (!(spec.watch == WatchSettings{})) json["watch"] = watch_json(spec.watch);
  if (spec.max_open_files != 0) json["max_open_files"] = spec.max_open_files;
  if (spec.nice) json["nice"] = *spec.nice;
  if (spec.cgroup.any()) json["cgroup"] = cgroup_json(spec.cgroup);
  if (!(spec.health == HealthSettings{})) json["health"] = health_json(spec.health);
  if (!(spec.on_exit == ExitHook{})) json["on_exit"] = hook_json(spec.on_exit);
  json["ready_timeout"] = format_duration(spec.ready_timeout);
  json["created_ms"] = spec.created_ms;
  if (!spec.depends_on.empty()) json["depends_on"] = json_of_list(spec.depends_on);
  if (!spec.apps_file.empty()) {
    json["apps_file"] = json_of_bytes(spec.apps_file);
    json["declared"] = json_of_list(spec.declared);
  }
  json["environment"] = json_of_list(spec.environment);
  return dump(json) + "\n";
}

Result<AppSpec> spec_from_json(std::string_view text, const std::string& what) {
  const Result<Json> json = parse_object(text, what, kRemedy);
  if (!json) return json.error();
  std::string fault;
  JsonFields fields(*json, fault);
  if (std::optional<Error> error = fault_in_version(fields.version(), kSpecVersion, what)) return *error;
  AppSpec spec;
  read_all(fields, fault, spec);
  if (!fault.empty()) return Error{what + " is spoilt: " + fault + "; " + kRemedy, {}};
  return spec;
}

}  // namespace forever
