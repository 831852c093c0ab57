// status.json: AppStatus as text; see status.hpp, and status_reader.cpp for the way back.
#include "supervisor/json_fields.hpp"
#include "supervisor/status.hpp"

namespace forever {

namespace {

template <class T>
void put(OrderedJson& json, const char* key, const T& value) {
  if (value != T{}) json[key] = value;
}
void put_text(OrderedJson& json, const char* key, const std::string& value) {
  if (!value.empty()) json[key] = json_of_bytes(value);
}
void put_process(OrderedJson& json, const char* key, const ProcessId& process) {
  if (process.pid != 0) json[key] = OrderedJson::array({process.pid, process.start_time});
}

OrderedJson instance_json(const InstanceStatus& instance) {
  OrderedJson json;
  json["slot"] = instance.slot;
  json["state"] = to_string(instance.state);
  put_process(json, "process", instance.process);
  put(json, "generation", instance.generation);
  put(json, "started_ms", instance.started_ms);
  put(json, "started_wall_ms", instance.started_wall_ms);
  put(json, "due_ms", instance.due_ms);
  put(json, "restarts", instance.history.restarts);
  put(json, "failures", instance.history.failures);
  put(json, "ready", instance.ready);
  put_text(json, "says", instance.says);
  if (instance.role != Role::serving) json["role"] = to_string(instance.role);
  return json;
}

OrderedJson exit_json(const LastExit& exit) {
  OrderedJson json;
  put(json, "slot", exit.slot);
  put(json, "pid", exit.pid);
  put(json, "at_ms", exit.at_ms);
  put(json, "uptime_ms", static_cast<std::int64_t>(exit.uptime.count()));
  json["how"] = to_string(exit.status.kind);
  put(json, "code", exit.status.code);
  put(json, "core_dumped", exit.status.core_dumped);
  put_text(json, "stage", exit.stage);
  put_text(json, "trigger", exit.trigger);
  put_text(json, "last_lines", exit.last_lines);
  return json;
}

}  // namespace

std::string status_to_json(const AppStatus& status, std::uint64_t sequence) {
  OrderedJson json;
  json["seq"] = sequence;
  json["version"] = kStatusVersion;
  json["name"] = json_of_bytes(status.name);
  json["id"] = status.id;
  json["namespace"] = json_of_bytes(status.app_namespace);
  put_text(json, "user", status.user);
  json["command"] = json_of_list(status.command);
  put_text(json, "cwd", status.directory);
  put_text(json, "out_log", status.out_log);
  put_text(json, "err_log", status.err_log);
  put(json, "watching", status.watching);
  put_text(json, "watched", status.watched);
  json["desired"] = to_string(status.desired);
  json["plan"] = to_string(status.plan);
  put_process(json, "keeper", status.keeper);
  put_process(json, "supervisor", status.supervisor);
  put_text(json, "program_version", status.program_version);
  put_text(json, "boot", status.host.boot);
  put_text(json, "pid_namespace", status.host.pid_namespace);
  put_text(json, "machine", status.host.machine);
  OrderedJson instances = OrderedJson::array();
  for (const InstanceStatus& instance : status.instances) instances.push_back(instance_json(instance));
  json["instances"] = std::move(instances);
  if (!status.ports.empty()) json["ports"] = json_of_list(status.ports);
  OrderedJson exits = OrderedJson::array();
  for (const LastExit& exit : status.last_exits) exits.push_back(exit_json(exit));
  if (!exits.empty()) json["last_exits"] = std::move(exits);
  put_text(json, "note", status.note);
  put(json, "pipe_capacity", status.pipe_capacity);
  put(json, "dropped_bytes", status.dropped_bytes);
  json["end"] = sequence;
  return dump(json);
}

}  // namespace forever
