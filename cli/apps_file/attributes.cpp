// The keys of an apps file that are not settings: its structure, and keys of PM2 and npm forever with another name here, or
// without a counterpart.
// One piece: one table of keys, and the function that reads each.
#include <algorithm>

#include "app/environment.hpp"
#include "app/name.hpp"
#include "cli/apps_file/keys.hpp"
#include "text/shell.hpp"

namespace forever::cli {
namespace {

struct Attribute {
  std::string_view names;  // separated by blanks; the first is the name in messages
  std::string_view text;   // the setting that it becomes (with a value), or why it is lost
  // Takes the value, which is not null; what is wrong with it, if anything is.
  Fault (*read)(AppReading& app, const Attribute& attribute, const Json& value) = nullptr;
};

// What may be one or a list of them, as a list.
Json listed(const Json& value) {
  if (value.is_array()) return value;
  Json list = Json::array();
  list.push_back(value);
  return list;
}

// "true" is our default; "false" is a value of a setting.
Fault unless(AppReading& app, const Attribute& attribute, const Json& value) {
  if (!value.is_boolean()) return "must be true or false";
  if (value == true) return {};
  const std::size_t blank = attribute.text.find(' ');
  return take_word(app, *find_setting(attribute.text.substr(0, blank)), std::string{attribute.text.substr(blank + 1)});
}

// Means nothing here, and nothing is lost.
Fault skipped(AppReading&, const Attribute&, const Json&) { return {}; }

std::string_view first_name(std::string_view names) { return names.substr(0, names.find(' ')); }

Fault lost(AppReading& app, const Attribute& attribute, const Json& value) {
  if (says_nothing(value)) return {};
  app.lost.insert(std::string{first_name(attribute.names)} + " is ignored: " + std::string{attribute.text});
  return {};
}

// Words separated by blanks, single and double quotes as in a shell; a list is taken as it is.
std::optional<std::vector<std::string>> words_of(const Json& value) {
  std::vector<std::string> words;
  if (value.is_array()) {
    for (const Json& one : value) {
      auto word = word_of(one);
      if (!word) return std::nullopt;
      words.push_back(std::move(*word));
    }
    return words;
  }
  const auto text = word_of(value);
  if (!text) return std::nullopt;
  return split_shell_words(*text).words;
}

Fault script(AppReading& app, const Attribute&, const Json& value) {
  const auto word = word_of(value);
  if (!value.is_string() || word->empty()) return "must be the path of a program or its name";
  if (word->find('\0') != std::string::npos) return "contains a NUL";
  app.request.program = word->starts_with("~/") ? path_from(app.question, *word) : *word;
  const auto source = app.entry.find(
      "sourceDir");  // npm forever's: the directory of the script, and the working directory without workingDir
  if (source == app.entry.end() || !source->is_string()) return {};
  const std::string directory = path_from(app.question, source->get<std::string>());
  if (!stands_alone(app.request.program)) app.request.program = directory + "/" + app.request.program;
  return take_word(app, *find_setting("cwd"), directory);
}

Fault arguments(AppReading& app, const Attribute&, const Json& value) {
  auto words = words_of(value);
  if (!words) return "must be a text or a list of texts";
  for (const std::string& word : *words) {
    if (word.find('\0') != std::string::npos) return "contains a NUL";
  }
  app.request.arguments = std::move(*words);
  app.request.has_arguments = true;
  return {};
}

Fault interpreter_arguments(AppReading& app, const Attribute&, const Json& value) {
  auto words = words_of(value);
  if (!words) return "must be a text or a list of texts";
  app.request.interpreter_arguments = std::move(*words);
  return {};
}

Fault environment(AppReading& app, const Attribute&, const Json& value) {
  if (value.is_string()) {
    std::vector<std::string> scratch;
    const auto assignments = words_of(value);
    for (const std::string& one : *assignments) {
      if (!set_environment(scratch, one)) return "'" + one + "' is not an assignment; write NAME=VALUE";
      app.request.environment.push_back(one);
    }
    return {};
  }
  if (!value.is_object()) return "must be an object of names and values";
  for (const auto& [name, one] : value.items()) {
    std::vector<std::string> scratch;
    const auto word =
        one.is_structured() ? std::optional{one.dump(-1, ' ', false, Json::error_handler_t::replace)} : word_of(one);
    if (!set_environment(scratch, name + "=" + word.value_or("")) || name.find('=') != std::string::npos)
      return "'" + name + "' cannot be the name of a variable";
    if (one.is_null()) continue;
    app.request.environment.push_back(scratch.front());
  }
  return {};
}

Fault port(AppReading& app, const Attribute&, const Json& value) {
  if (!value.is_number_unsigned() && !value.is_string()) return "must be a number";
  app.request.environment.push_back("PORT=" + *word_of(value));
  return {};
}

Fault depends_on(AppReading& app, const Attribute&, const Json& value) {
  if (value.is_object()) {  // as in compose files: names and conditions
    for (const auto& [name, condition] : value.items()) app.depends_on.push_back(name);
    return {};
  }
  const Json list = listed(value);
  for (const Json& one : list) {
    if (!one.is_string()) return "must be a name or a list of names";
    app.depends_on.push_back(one.get<std::string>());
  }
  return {};
}

Fault environment_file(AppReading& app, const Attribute& attribute, const Json& value) {
  if (says_nothing(value)) return {};
  for (const Json& one : listed(value)) {
    if (one.is_array()) return environment_file(app, attribute, one);
    if (!one.is_string()) return "must be a path";
    app.request.environment_files.push_back(path_from(app.question, one.get<std::string>()));
  }
  return {};
}

Fault name(AppReading& app, const Attribute&, const Json& value) {
  const auto word = word_of(value);
  if (!word) return "must be a text or a number";
  if (auto fault = fault_in_name(*word)) return "'" + *word + "' cannot be a name: " + *fault;
  app.request.name = *word;
  return {};
}

Fault user_or_name(AppReading& app, const Attribute& attribute, const Json& value) {
  if (!app.forevers) return take_setting(app, *find_setting("user"), value);
  return word_of(value) && !app.request.name ? name(app, attribute, value) : Fault{};
}

Fault combined_log(AppReading& app, const Attribute& attribute, const Json& value) {
  if (value.is_boolean() || says_nothing(value)) return {};
  if (app.request.settings.has("out") || app.request.settings.has("err"))
    return lost(app, {attribute.names, "out and err have their own files", nullptr}, value);
  if (auto fault = take_setting(app, *find_setting("out"), value)) return fault;
  return take_word(app, *find_setting("merge-logs"), {});
}

Fault log_time(AppReading& app, const Attribute& attribute, const Json& value) {
  if (says_nothing(value)) return {};
  if (!app.request.settings.has("log-format")) (void)take_word(app, *find_setting("log-format"), "time");
  if (!value.is_string()) return {};
  return lost(app, {attribute.names, "lines begin with the time in ISO 8601, regardless of the pattern", nullptr},
              value);
}

Fault log_type(AppReading& app, const Attribute&, const Json& value) {
  if (says_nothing(value)) return {};
  if (value != "json" && value != "raw") return "must be one of json, raw";
  return take_word(app, *find_setting("log-format"), value.get<std::string>());
}

Fault no_logs(AppReading& app, const Attribute&, const Json& value) {
  if (!value.is_boolean()) return "must be true or false";
  if (value == false) return {};
  (void)take_word(app, *find_setting("out"), "/dev/null");
  return take_word(app, *find_setting("err"), "/dev/null");
}

Fault autostart(AppReading& app, const Attribute& attribute, const Json& value) {
  if (!value.is_boolean()) return "must be true or false";
  return value == true ? Fault{} : lost(app, attribute, true);
}

// forever waits this long between the runs of a program that ends at once.
Fault spin_sleep(AppReading& app, const Attribute&, const Json& value) {
  if (auto fault = take_setting(app, *find_setting("backoff-first"), value)) return fault;
  return take_setting(app, *find_setting("backoff-cap"), value);
}

Fault unless_nothing(AppReading& app, const Attribute& attribute, const Json& value) {
  return says_nothing(value) ? Fault{} : take_setting(app, *find_setting(attribute.text), value);
}

Fault execution_mode(AppReading&, const Attribute&, const Json& value) {
  if (value == "fork" || value == "cluster" || value == "fork_mode" || value == "cluster_mode") return {};
  return "must be one of fork, cluster";
}

Fault instance_variable(AppReading& app, const Attribute& attribute, const Json& value) {
  return value == "NODE_APP_INSTANCE" || value == "FOREVER_INSTANCE" ? Fault{} : lost(app, attribute, value);
}

// Where to look, if it is to be watched at all.
Fault watch_directory(AppReading& app, const Attribute&, const Json& value) {
  const auto watch = app.entry.find("watch");
  const bool watched = watch != app.entry.end() && *watch == true;
  return watched ? take_setting(app, *find_setting("watch"), value) : Fault{};
}

// npm forever's: the polling interval, if the kernel's notification is not used.
Fault polling(AppReading& app, const Attribute&, const Json& value) {
  if (!value.is_boolean()) return "must be true or false";
  const auto interval = app.entry.find("pollingInterval");
  const bool given = interval != app.entry.end() && interval->is_number();
  return value == true ? take_setting(app, *find_setting("poll"), given ? *interval : Json(100)) : Fault{};
}

Fault name_prefix(AppReading& app, const Attribute&, const Json& value) {
  if (!value.is_string()) return "must be a text";
  app.name_prefix = value.get<std::string>();
  return {};
}

Fault append_environment(AppReading& app, const Attribute&, const Json& value) {
  app.append_environment_to_name = value == true;
  return {};
}

// Read before the settings, which lie on top.
constexpr Attribute kBefore[] = {
    {"name", "", name},
    {"uid", "", user_or_name},
    {"name_prefix", "", name_prefix},
    {"append_env_to_name", "", append_environment},
    {"depends_on dependsOn", "", depends_on},

    {"script exec", "", script},
    {"args options", "", arguments},
    {"interpreter_args node_args interpreterArgs nodeArgs", "", interpreter_arguments},
    {"sourceDir", "", skipped},  // read with the script
    {"env_file", "", environment_file},
    {"port", "", port},
    {"env", "", environment},

    {"exec_mode", "", execution_mode},
    {"instance_var", "the slot is in FOREVER_INSTANCE and NODE_APP_INSTANCE", instance_variable},
    {"wait_ready",
     "a Node program has no channel to send 'ready'; it is ready when it listens, or sends READY=1 with ready: "
     "notify",
     lost},
    {"listen_timeout ready_timeout", "ready-timeout", unless_nothing},

    {"watch_options", "the kernel's own notification is used; see ignore_watch and watch_delay", lost},
    {"watchIgnoreDotFiles", "", skipped},
    {"pollingInterval", "", skipped},  // read with usePolling

    {"autorestart", "restart never", unless},
    {"exp_backoff_restart_delay backoff_first", "backoff-first", unless_nothing},
    {"spinSleepTime", "", spin_sleep},
    {"treekill killTree", "kill-mode process", unless},
    {"killTTL", "remaining processes are killed after kill_timeout", lost},
    {"shutdown_with_message", "no message is sent to Node programs; the kill_signal stops them", lost},

    {"log_type", "", log_type},
    {"merge_logs combine_logs", "", skipped},  // the instances of an app share one file in any case

    {"autostart", "all apps of the file are started; --only selects some of them", autostart},
    {"pid_file pid pidFile", "pids are kept in pids/NAME-SLOT.pid of the state directory", lost},
    {"filter_env", "the whole environment is passed on; start with `env -i` to leave it out", lost},
    {"hideEnv", "start with `env -u NAME` to leave a variable out", lost},
    {"spawnWith stdio", "user, group, cwd and stdin determine how it is spawned", lost},
    {"root path pidPath sockPath", "the state directory is FOREVER_HOME", lost},
    {"container dist image_name", "no container is built; see forever export compose", lost},
    {"post_update", "no command is run after an update", lost},
    {"vizion versioning pmx automation trace disable_trace v8 event_loop_inspector deep_monitoring io km_link", "",
     skipped},
    {"source_map_support disable_source_map_support windowsHide write force username install_url execute_command", "",
     skipped},
    {"kill_retry_time silent append fork stream checkFile parser id comment description $schema", "", skipped},
};

// Read after the settings, on which they depend.
constexpr Attribute kAfter[] = {
    {"watchDirectory", "watch", watch_directory},
    {"usePolling", "poll", polling},
    {"log_file log logFile", "out", combined_log},
    {"log_date_format", "", log_time},
    {"time log_time", "", log_time},
    {"disable_logs", "", no_logs},
};

constexpr std::string_view kNamedEnvironment = "env_NAME";  // read by --env-name

bool is_named(const Attribute& attribute, std::string_view key) {
  const auto names = split_words(attribute.names, ' ');
  return std::find(names.begin(), names.end(), key) != names.end();
}

const Attribute* find_attribute(std::string_view key) {
  for (const std::span<const Attribute> table :
       {std::span<const Attribute>{kBefore}, std::span<const Attribute>{kAfter}}) {
    for (const Attribute& attribute : table) {
      if (is_named(attribute, key)) return &attribute;
    }
  }
  return nullptr;
}

}  // namespace

bool has_attribute(std::string_view key) { return find_attribute(key) != nullptr; }

std::string canonical_key(std::string_view key) {
  if (const Attribute* const attribute = find_attribute(key)) return std::string{first_name(attribute->names)};
  if (key.starts_with("env_") && key.size() > 4) return std::string{kNamedEnvironment};
  std::string name;
  for_each_setting([&](const Setting& setting) {
    const auto keys = split_words(setting.keys, ' ');
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) name = keys.front();
  });
  return name.empty() && find_setting(key) != nullptr ? std::string{key} : name;
}

Fault read_key(AppReading& app, const std::string& key, std::string_view attribute) {
  const auto value = app.entry.find(key);
  if (value == app.entry.end() || value->is_null()) return {};
  const Attribute* const meant = find_attribute(attribute);
  if (auto fault = meant->read(app, *meant, *value)) return key + ": " + *fault;
  return {};
}

Fault read_attributes(AppReading& app, Order order) {
  const std::span<const Attribute> table =
      order == Order::before_settings ? std::span<const Attribute>{kBefore} : kAfter;
  for (const Attribute& attribute : table) {
    for (const std::string_view key : split_words(attribute.names, ' ')) {
      if (auto fault = read_key(app, std::string{key}, key)) return fault;
    }
  }
  return {};
}

std::vector<std::string> apps_file_keys() {
  std::vector<std::string> keys;
  for (const Attribute& attribute : kBefore) keys.emplace_back(attribute.names);
  for_each_setting([&](const Setting& setting) {
    if (!has_attribute(key_of(setting)))
      keys.push_back(setting.keys.empty() ? key_of(setting) : std::string{setting.keys});
  });
  for (const Attribute& attribute : kAfter) keys.emplace_back(attribute.names);
  return keys;
}

}  // namespace forever::cli
