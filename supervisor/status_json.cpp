// status.json: AppStatus as text and back; see status.hpp.
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

void read_process(JsonFields& fields, const char* key, ProcessId& process) {
  const Json* pair = fields.list(key);
  if (pair == nullptr) return;
  const std::optional<Pid> pid = pair->size() == 2 ? JsonFields::integer<Pid>((*pair)[0]) : std::nullopt;
  const std::optional<std::uint64_t> start = pid ? JsonFields::integer<std::uint64_t>((*pair)[1]) : std::nullopt;
  // Pids 0 and below would signal whole groups (kill(2)): nobody may find them here.
  if (!start || *pid <= 0) return fields.fail(key, "must be a pid and a start time");
  process = {*pid, *start};
}

const char* kind_word(ExitStatus::Kind kind) noexcept {
  switch (kind) {
    case ExitStatus::Kind::exited: return "exited";
    case ExitStatus::Kind::signalled: return "signalled";
    case ExitStatus::Kind::unknown: return "unknown";
    case ExitStatus::Kind::not_started: return "not_started";
  }
  return "unknown";
}

template <class E, std::size_t N>
std::optional<E> among(const std::string& word, const E (&all)[N], const char* (*name)(E) noexcept) {
  for (const E one : all) {
    if (word == name(one)) return one;
  }
  return std::nullopt;
}
std::optional<ExitStatus::Kind> kind_from(const std::string& word) {
  using Kind = ExitStatus::Kind;
  return among(word, {Kind::exited, Kind::signalled, Kind::unknown, Kind::not_started}, kind_word);
}
std::optional<Desired> desired_from(const std::string& word) {
  return among<Desired>(word, {Desired::online, Desired::stopped}, to_string);
}
std::optional<PlanStep> plan_from(const std::string& word) {
  return among<PlanStep>(word, {PlanStep::none, PlanStep::stopping, PlanStep::restarting}, to_string);
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
  return json;
}

// Times are kept as milliseconds and become nanoseconds: three hundred years either way is all that fits.
constexpr std::int64_t kFarthestMs = 9'000'000'000'000;

InstanceStatus read_instance(const Json& json, std::string& fault) {
  InstanceStatus instance;
  JsonFields fields(json, fault, "instances.");
  fields.number("slot", instance.slot);
  fields.word("state", instance.state, instance_state_from);
  read_process(fields, "process", instance.process);
  fields.number("generation", instance.generation);
  fields.number("started_ms", instance.started_ms, -kFarthestMs, kFarthestMs);
  fields.number("started_wall_ms", instance.started_wall_ms, -kFarthestMs, kFarthestMs);
  fields.number("due_ms", instance.due_ms, -kFarthestMs, kFarthestMs);
  fields.number("restarts", instance.history.restarts);
  fields.number("failures", instance.history.failures);
  return instance;
}

OrderedJson exit_json(const LastExit& exit) {
  OrderedJson json;
  put(json, "slot", exit.slot);
  put(json, "pid", exit.pid);
  put(json, "at_ms", exit.at_ms);
  put(json, "uptime_ms", static_cast<std::int64_t>(exit.uptime.count()));
  json["how"] = kind_word(exit.status.kind);
  put(json, "code", exit.status.code);
  put(json, "core_dumped", exit.status.core_dumped);
  put_text(json, "stage", exit.stage);
  put_text(json, "trigger", exit.trigger);
  put_text(json, "last_lines", exit.last_lines);
  return json;
}

LastExit read_exit(const Json& json, std::string& fault) {
  LastExit exit;
  JsonFields fields(json, fault, "last_exits.");
  fields.number("slot", exit.slot);
  fields.number("pid", exit.pid, 0);
  fields.number("at_ms", exit.at_ms, -kFarthestMs, kFarthestMs);
  std::int64_t uptime = 0;
  fields.number("uptime_ms", uptime, std::int64_t{0}, kFarthestMs);
  exit.uptime = Milliseconds{uptime};
  fields.word("how", exit.status.kind, kind_from);
  fields.number("code", exit.status.code);
  fields.flag("core_dumped", exit.status.core_dumped);
  fields.text("stage", exit.stage);
  fields.text("trigger", exit.trigger);
  fields.bytes("last_lines", exit.last_lines);
  return exit;
}

template <class T>
void read_list(JsonFields& fields, const char* key, std::vector<T>& into, T (*read)(const Json&, std::string&), std::string& fault) {
  const Json* list = fields.list(key);
  if (list == nullptr) return;
  into.reserve(list->size());
  for (const Json& item : *list) {
    if (!item.is_object()) return fields.fail(key, "must be a list of objects");
    into.push_back(read(item, fault));
  }
}

void read_all(JsonFields& fields, std::string& fault, AppStatus& status) {
  fields.text("name", status.name);
  fields.number("id", status.id);
  fields.text("namespace", status.app_namespace);
  fields.text("user", status.user);
  fields.texts("command", status.command);
  fields.text("cwd", status.directory);
  fields.text("out_log", status.out_log);
  fields.text("err_log", status.err_log);
  fields.flag("watching", status.watching);
  fields.word("desired", status.desired, desired_from);
  fields.word("plan", status.plan, plan_from);
  read_process(fields, "keeper", status.keeper);
  read_process(fields, "supervisor", status.supervisor);
  fields.text("boot", status.host.boot);
  fields.text("pid_namespace", status.host.pid_namespace);
  fields.text("machine", status.host.machine);
  read_list(fields, "instances", status.instances, read_instance, fault);
  read_list(fields, "last_exits", status.last_exits, read_exit, fault);
  fields.bytes("note", status.note);
  fields.number("pipe_capacity", status.pipe_capacity);
  fields.number("dropped_bytes", status.dropped_bytes);
  std::uint64_t first = 0, last = 0;
  fields.number("seq", first);
  fields.number("end", last);
  if (first != last) fields.fail("end", "is of another write than \"seq\"");
}

constexpr const char* kRemedy = "move it away, it is rebuilt from what runs";

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
  json["desired"] = to_string(status.desired);
  json["plan"] = to_string(status.plan);
  put_process(json, "keeper", status.keeper);
  put_process(json, "supervisor", status.supervisor);
  put_text(json, "boot", status.host.boot);
  put_text(json, "pid_namespace", status.host.pid_namespace);
  put_text(json, "machine", status.host.machine);
  OrderedJson instances = OrderedJson::array();
  for (const InstanceStatus& instance : status.instances) instances.push_back(instance_json(instance));
  json["instances"] = std::move(instances);
  OrderedJson exits = OrderedJson::array();
  for (const LastExit& exit : status.last_exits) exits.push_back(exit_json(exit));
  if (!exits.empty()) json["last_exits"] = std::move(exits);
  put_text(json, "note", status.note);
  put(json, "pipe_capacity", status.pipe_capacity);
  put(json, "dropped_bytes", status.dropped_bytes);
  json["end"] = sequence;
  return dump(json);
}

Result<AppStatus> status_from_json(std::string_view text, const std::string& what) {
  const Result<Json> json = parse_object(text, what, kRemedy);
  if (!json) return json.error();
  if (std::optional<Error> error = fault_in_version(*json, kStatusVersion, what)) return *error;
  AppStatus status;
  status.app_namespace = "default";
  std::string fault;
  JsonFields fields(*json, fault);
  read_all(fields, fault, status);
  if (!fault.empty()) return Error{what + " is spoilt: " + fault + "; " + kRemedy, {}};
  return status;
}

}  // namespace forever
