// status.json: AppStatus as text; see status.hpp, and status_reader.cpp for the way back.
#include "app/status.hpp"
#include "text/json_text.hpp"

namespace forever {

namespace {

void put_process(JsonText& json, const char* key, const ProcessId& process) {
  if (process.pid == 0) return;
  json.key(key);
  json.open('[');
  json.value(process.pid);
  json.value(process.start_time);
  json.close(']');
}

void put_instance(JsonText& json, const InstanceStatus& instance) {
  json.open('{');
  json.member("slot", instance.slot);
  json.member("state", to_string(instance.state));
  put_process(json, "process", instance.process);
  if (instance.after != AfterStop::policy) json.member("after", to_string(instance.after));
  json.member_if_set("generation", instance.generation);
  json.member_if_set("started_ms", instance.started_ms);
  json.member_if_set("started_wall_ms", instance.started_wall_ms);
  json.member_if_set("due_ms", instance.due_ms);
  json.member_if_set("restarts", instance.history.restarts);
  json.member_if_set("failures", instance.history.failures);
  json.member_if_set("crashes", instance.history.crashes);
  json.member_if_set("crash_time_ms", static_cast<std::int64_t>(instance.history.crash_time.count()));
  json.member_if_set("settles_ms", instance.settles_ms);
  json.member_if_set("ready", instance.ready);
  json.member_if_set("ready_ms", instance.ready_ms);
  json.member_if_set("says", instance.says);
  if (instance.role != Role::serving) json.member("role", to_string(instance.role));
  json.close('}');
}

void put_exit(JsonText& json, const LastExit& exit) {
  json.open('{');
  json.member_if_set("slot", exit.slot);
  json.member_if_set("pid", exit.pid);
  json.member_if_set("at_ms", exit.at_ms);
  json.member_if_set("uptime_ms", static_cast<std::int64_t>(exit.uptime.count()));
  json.member("how", to_string(exit.status.kind));
  json.member_if_set("code", exit.status.code);
  json.member_if_set("core_dumped", exit.status.core_dumped);
  json.member_if_set("stage", exit.stage);
  json.member_if_set("trigger", exit.trigger);
  json.member_if_set("last_lines", exit.last_lines);
  json.close('}');
}

}  // namespace

std::string status_to_json(const AppStatus& status, std::uint64_t sequence) {
  JsonText json;
  json.open('{');
  json.member("seq", sequence);
  json.member("version", kStatusVersion);
  json.member("name", status.name);
  json.member("id", status.id);
  json.member("namespace", status.app_namespace);
  json.member_if_set("user", status.user);
  json.member("command", status.command);
  json.member_if_set("cwd", status.directory);
  json.member_if_set("out_log", status.out_log);
  json.member_if_set("err_log", status.err_log);
  json.member_if_set("spec_lost", status.spec_lost);
  json.member_if_set("watching", status.watching);
  json.member_if_set("watched", status.watched);
  json.member("desired", to_string(status.desired));
  json.member("plan", to_string(status.plan));
  put_process(json, "keeper", status.keeper);
  put_process(json, "supervisor", status.supervisor);
  json.member_if_set("program_version", status.program_version);
  json.member_if_set("boot", status.host.boot);
  json.member_if_set("pid_namespace", status.host.pid_namespace);
  json.member_if_set("machine", status.host.machine);
  json.key("instances");
  json.open('[');
  for (const InstanceStatus& instance : status.instances) put_instance(json, instance);
  json.close(']');
  json.member_if_set("ports", status.ports);
  if (!status.last_exits.empty()) {
    json.key("last_exits");
    json.open('[');
    for (const LastExit& exit : status.last_exits) put_exit(json, exit);
    json.close(']');
  }
  json.member_if_set("note", status.note);
  json.member_if_set("pipe_capacity", status.pipe_capacity);
  json.member_if_set("dropped_bytes", status.dropped_bytes);
  json.member("end", sequence);
  json.close('}');
  return json.take();
}

}  // namespace forever
