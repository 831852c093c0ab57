// spec.json: AppSpec as text and back; see spec.hpp. Each key is said once: describe() goes through a spec with a side that writes
// what it meets, or with one that reads it.
#include "app/name.hpp"
#include "app/spec.hpp"
#include "platform/listening.hpp"
#include "text/json_fields.hpp"
#include "text/units.hpp"

namespace forever {

namespace {

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

class Writing {
 public:
  // What is as it usually is need not be written.
  [[nodiscard]] static bool wants(bool unusual) { return unusual; }
  void text(const char* key, const std::string& value) { json_[key] = json_of_bytes(value); }
  void texts(const char* key, const std::vector<std::string>& list) { json_[key] = json_of_list(list); }
  void flag(const char* key, bool value) { json_[key] = value; }
  void real(const char* key, double value, double, double) { json_[key] = value; }
  void duration(const char* key, Milliseconds value) { json_[key] = format_duration(value); }
  void codes(const char* key, const std::vector<int>& list) { json_[key] = list; }
  void limits(const char* key, const std::vector<ResourceLimit>& list) { json_[key] = limits_json(list); }
  template <std::integral T>
  void number(const char* key, T value, T = 0, T = 0) {
    json_[key] = value;
  }
  template <std::integral T>
  void number(const char* key, const std::optional<T>& value, T = 0, T = 0) {
    if (value) json_[key] = *value;
  }
  template <Worded T>
  void word(const char* key, T value) {
    json_[key] = to_string(value);
  }
  template <class Part>
  void part(const char* key, Part& value) {
    Writing inner;
    describe(inner, value);
    json_[key] = std::move(inner.json_);
  }
  [[nodiscard]] const Json& json() const noexcept { return json_; }

 private:
  Json json_;
};

class Reading {
 public:
  Reading(const Json& json, std::string& fault, std::string path = {})
      : fault_(fault), fields_(json, fault, std::move(path)) {}

  [[nodiscard]] static bool wants(bool) { return true; }
  [[nodiscard]] JsonFields& fields() noexcept { return fields_; }
  void text(const char* key, std::string& into) { fields_.text(key, into); }
  void texts(const char* key, std::vector<std::string>& into) { fields_.texts(key, into); }
  void flag(const char* key, bool& into) { fields_.flag(key, into); }
  void real(const char* key, double& into, double least, double most) { fields_.real(key, into, least, most); }
  template <std::integral T>
  void number(const char* key, T& into, T least = std::numeric_limits<T>::min(),
              T most = std::numeric_limits<T>::max()) {
    fields_.number(key, into, least, most);
  }
  template <std::integral T>
  void number(const char* key, std::optional<T>& into, T least = std::numeric_limits<T>::min(),
              T most = std::numeric_limits<T>::max()) {
    if (fields_.find(key) != nullptr) fields_.number(key, into.emplace(), least, most);
  }
  template <Worded T>
  void word(const char* key, T& into) {
    fields_.word(key, into);
  }
  void duration(const char* key, Milliseconds& into) {
    std::string text;
    fields_.text(key, text);
    if (fields_.find(key) == nullptr) return;
    if (const std::optional<Milliseconds> duration = parse_duration(text))
      into = *duration;
    else
      fields_.fail(key, "must be a duration as \"10s\"");
  }
  void codes(const char* key, std::vector<int>& into) {
    const Json* const list = fields_.list(key);
    if (list == nullptr) return;
    into.clear();
    for (const Json& code : *list) {
      if (const std::optional<int> number = JsonFields::integer<int>(code))
        into.push_back(*number);
      else
        fields_.fail(key, "must be a list of whole numbers");
    }
  }
  void limits(const char* key, std::vector<ResourceLimit>& into) {
    const Json* const list = fields_.list(key);
    if (list == nullptr) return;
    into.clear();
    for (const Json& item : *list) {
      std::optional<ResourceLimit> limit = limit_of(item);
      if (!limit) return fields_.fail(key, "must be a list of name, soft and hard limit");
      into.push_back(std::move(*limit));
    }
  }
  template <class Part>
  void part(const char* key, Part& value) {
    const Json* const object = fields_.object(key);
    if (object == nullptr) return;
    Reading inner(*object, fault_, std::string{key} + ".");
    describe(inner, value);
  }

 private:
  std::string& fault_;
  JsonFields fields_;
};

template <class Side>
void describe(Side& side, RestartPolicy& policy) {
  side.word("on", policy.on);
  side.codes("stop_exit_codes", policy.stop_exit_codes);
  side.duration("min_uptime", policy.min_uptime);
  side.duration("restart_delay", policy.restart_delay);
  side.number("max_restarts", policy.max_restarts);
  side.number("immediate", policy.immediate);
  side.duration("backoff_first", policy.backoff_first);
  side.real("backoff_factor", policy.backoff_factor, 1, 1e6);
  side.duration("backoff_cap", policy.backoff_cap);
}

template <class Side>
void describe(Side& side, StopSettings& stop) {
  side.number("signal", stop.signal, 1, 128);
  side.duration("timeout", stop.timeout);
  side.word("mode", stop.mode);
}

template <class Side>
void describe(Side& side, LogSettings& logs) {
  side.text("out", logs.out);
  side.text("err", logs.err);
  side.flag("merge", logs.merge);
  side.word("format", logs.format);
  side.number("max_size", logs.max_size);
  side.number("keep", logs.keep);
}

template <class Side>
void describe(Side& side, WatchSettings& watch) {
  side.flag("on", watch.on);
  side.texts("paths", watch.paths);
  side.texts("ignore", watch.ignore);
  side.texts("extensions", watch.extensions);
  side.duration("delay", watch.delay);
  side.duration("poll", watch.poll);
  side.flag("hash", watch.hash);
  side.word("on_crash", watch.on_crash);
}

template <class Side>
void describe(Side& side, HealthSettings& health) {
  side.text("command", health.command);
  side.number("port", health.port);
  side.text("path", health.path);
  side.duration("interval", health.interval);
  side.duration("timeout", health.timeout);
  side.number("threshold", health.threshold, 1U, 1000U);
}

template <class Side>
void describe(Side& side, ExitHook& hook) {
  side.text("command", hook.command);
  side.duration("timeout", hook.timeout);
}

template <class Side>
void describe(Side& side, CgroupLimits& limits) {
  side.number("memory", limits.memory);
  side.number("cpu_percent", limits.cpu_percent);
}

template <class Side>
void describe(Side& side, AppSpec& spec) {
  side.text("name", spec.name);
  side.number("id", spec.id);
  side.text("namespace", spec.app_namespace);
  side.text("script", spec.script);
  side.texts("arguments", spec.arguments);
  side.texts("interpreter", spec.interpreter);
  side.text("cwd", spec.directory);
  side.number("umask", spec.umask, 0U, 0777U);
  side.limits("limits", spec.limits);
  if (side.wants(spec.input)) side.flag("stdin", spec.input);
  side.text("user", spec.user);
  side.text("group", spec.group);
  side.number("instances", spec.instances, 1U, kMostInstances);
  if (side.wants(!spec.increment_env.empty())) side.texts("increment_env", spec.increment_env);
  side.flag("share_ports", spec.share_ports);
  side.flag("hold_ports", spec.hold_ports);
  if (side.wants(!spec.listen.empty())) side.texts("listen", spec.listen);
  if (side.wants(spec.ready != ReadyWhen::automatic)) side.word("ready", spec.ready);
  side.duration("drain_timeout", spec.drain_timeout);
  side.part("restart", spec.restart);
  side.part("stop", spec.stop);
  side.part("logs", spec.logs);
  side.number("max_memory", spec.max_memory);
  side.text("cron_restart", spec.cron_restart);
  if (side.wants(!(spec.watch == WatchSettings{}))) side.part("watch", spec.watch);
  if (side.wants(spec.max_open_files != 0)) side.number("max_open_files", spec.max_open_files);
  side.number("nice", spec.nice, -20, 19);
  if (side.wants(spec.cgroup.any())) side.part("cgroup", spec.cgroup);
  if (side.wants(!(spec.health == HealthSettings{}))) side.part("health", spec.health);
  if (side.wants(!(spec.on_exit == ExitHook{}))) side.part("on_exit", spec.on_exit);
  side.duration("ready_timeout", spec.ready_timeout);
  side.number("created_ms", spec.created_ms);
  if (side.wants(!spec.depends_on.empty())) side.texts("depends_on", spec.depends_on);
  if (side.wants(!spec.apps_file.empty())) {
    side.text("apps_file", spec.apps_file);
    side.texts("declared", spec.declared);
  }
  side.texts("environment", spec.environment);
}

constexpr const char* kSpecRemedy = "move it away, or `forever delete` the app";

}  // namespace

std::string spec_to_json(const AppSpec& spec) {
  Writing writing;
  int version = kSpecVersion;
  writing.number("version", version);
  AppSpec copy = spec;  // describe() may change what it is given
  describe(writing, copy);
  return dump(writing.json()) + "\n";
}

Result<AppSpec> spec_from_json(std::string_view text, const std::string& what) {
  const Result<Json> json = parse_object(text, what, kSpecRemedy);
  if (!json) return json.error();
  std::string fault;
  Reading reading(*json, fault);
  JsonFields& fields = reading.fields();
  if (std::optional<Error> error = fault_in_version(fields.version(), kSpecVersion, what)) return *error;
  AppSpec spec;
  describe(reading, spec);
  if (fault_in_name(spec.name)) fields.fail("name", "is no possible name");
  if (spec.script.empty()) fields.fail("script", "is missing");
  if (spec.listen.size() > kMostPassed) fields.fail("listen", "names too many sockets");
  if (!fault.empty()) return Error{what + " is spoilt: " + fault + "; " + kSpecRemedy, {}};
  return spec;
}

}  // namespace forever
