// What each key of an apps file means. A value becomes an option of `forever start`, read by that option's own rules;
// where this version has no such option, or nothing comes near, it is told once.
#include "cli/apps_file/attributes.hpp"

#include <algorithm>

#include "app/environment.hpp"
#include "platform/files.hpp"

namespace forever::cli {
namespace {

// On Windows "/x" is on the current drive, and no more meant from the file than "C:/x" is.
bool stands_alone(std::string_view path) { return path.starts_with('/') || is_absolute(path); }

const Option* find_start_option(std::string_view name) {
  for (const OptionGroup& group : kStartGroups) {
    if (group.title == kAnswerTitle || group.title == kAppsFileTitle) continue;  // of the command, not of an app
    for (const Option& option : group.options) {
      if (option.names.substr(option.names.rfind(',') + 1) == name) return &option;
    }
  }
  return nullptr;
}

bool says_nothing(const Json& value) {
  return value == false || value == 0 || value == "" || (value.is_structured() && value.empty());
}

Fault set_option(AppReading& app, const Option& option, const std::string& word) {
  const Fault fault = option.set(app.draft, word);
  if (!fault) return {};
  return word.empty() ? *fault : "'" + word + "' " + *fault;
}

// A bare number is milliseconds, as PM2 and forever have it; on the command line it is seconds.
std::string with_unit(const Option& option, std::string word) {
  const bool bare = !word.empty() && word.find_first_not_of("0123456789.") == std::string::npos;
  const bool time = option.value.find("TIME") != std::string_view::npos;
  return bare && time ? word + "ms" : word;
}

Fault give(AppReading& app, const Option& option, const Json& value) {
  const bool needs_value = !option.value.empty() && option.value.front() != '[';
  if (value.is_boolean()) {
    if (value == false) return {};
    return needs_value ? Fault{"needs a value, not true"} : set_option(app, option, {});
  }
  if (option.value.empty()) return "must be true or false";
  const auto word = word_of(value);
  if (!word) return "must be a text or a number";
  return set_option(app, option, with_unit(option, *word));
}

// Nothing if this version has the option.
const Option* option_or_lost(AppReading& app, const Attribute& attribute, const Json& value) {
  const Option* option = find_start_option(attribute.option);
  if (option == nullptr && !says_nothing(value))
    app.lost.insert(std::string{attribute.names.substr(0, attribute.names.find(' '))} + " is not supported yet");
  return option;
}

Fault by_option(AppReading& app, const Attribute& attribute, const Json& value) {
  const Option* option = option_or_lost(app, attribute, value);
  if (option == nullptr) return {};
  if (!value.is_array()) return give(app, *option, value);
  for (const Json& one : value) {
    if (auto fault = give(app, *option, one)) return fault;
  }
  return {};
}

Fault by_path(AppReading& app, const Attribute& attribute, const Json& value) {
  if (says_nothing(value)) return {};
  if (value.is_array()) {
    for (const Json& one : value) {
      if (auto fault = by_path(app, attribute, one)) return fault;
    }
    return {};
  }
  const auto word = word_of(value);
  if (!value.is_string() || !word) return "must be a path";
  const Option* option = option_or_lost(app, attribute, value);
  return option == nullptr ? Fault{} : set_option(app, *option, path_from(app.question, *word));
}

// Where the app runs, as PM2 has it.
Fault by_log_path(AppReading& app, const Attribute& attribute, const Json& value) {
  AppsQuestion from_there = app.question;
  from_there.directory = app.draft.start.directory.value_or(app.question.directory);
  const auto word = value.is_string() ? word_of(value) : std::nullopt;
  return by_path(app, attribute, word && !word->empty() ? Json(path_from(from_there, *word)) : value);
}

// What may be one or a list of them, as a list.
Json listed(const Json& value) {
  if (value.is_array()) return value;
  Json list = Json::array();
  list.push_back(value);
  return list;
}

// A list in the file, separated by commas on the command line.
Fault by_list(AppReading& app, const Attribute& attribute, const Json& value) {
  std::string words;
  const Json list = listed(value);
  for (const Json& one : list) {
    const auto word = word_of(one);
    if (!word) return "must be a list of numbers or texts";
    words += (words.empty() ? "" : ",") + *word;
  }
  return words.empty() ? Fault{} : by_option(app, attribute, Json(words));
}

// "true" is our default; "false" is said by "--option value".
Fault unless(AppReading& app, const Attribute& attribute, const Json& value) {
  if (!value.is_boolean()) return "must be true or false";
  const std::size_t blank = attribute.option.find(' ');
  const Option* option = find_start_option(attribute.option.substr(0, blank));
  if (value == true || option == nullptr) return {};
  return set_option(app, *option, std::string{attribute.option.substr(blank + 1)});
}

// Means nothing here, and nothing is lost.
Fault skipped(AppReading&, const Attribute&, const Json&) { return {}; }

Fault lost(AppReading& app, const Attribute& attribute, const Json& value) {
  if (says_nothing(value)) return {};
  app.lost.insert(std::string{attribute.names.substr(0, attribute.names.find(' '))} +
                  " is not carried over: " + std::string{attribute.option});
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
  char quote = '\0';
  bool open = false;
  for (std::size_t at = 0; at < text->size(); ++at) {
    const char c = (*text)[at];
    if (quote == '\0' && (c == ' ' || c == '\t' || c == '\n')) {
      open = false;
      continue;
    }
    if (!open) words.emplace_back();
    open = true;
    if (c == quote) {
      quote = '\0';
    } else if (quote == '\0' && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == '\\' && quote != '\'' && at + 1 < text->size() &&
               std::string_view{"\"'\\ "}.find((*text)[at + 1]) != std::string_view::npos) {
      words.back() += (*text)[++at];
    } else {
      words.back() += c;
    }
  }
  return words;
}

Fault script(AppReading& app, const Attribute&, const Json& value) {
  const auto word = word_of(value);
  if (!value.is_string() || word->empty()) return "must be the path of a program or its name";
  if (word->find('\0') != std::string::npos) return "contains a NUL";
  app.draft.start.program = word->starts_with("~/") ? path_from(app.question, *word) : *word;
  const auto source =
      app.entry.find("sourceDir");  // forever's: where the script lies, and where it runs unless workingDir says so
  if (source == app.entry.end() || !source->is_string()) return {};
  const std::string directory = path_from(app.question, source->get<std::string>());
  if (!stands_alone(app.draft.start.program)) app.draft.start.program = directory + "/" + app.draft.start.program;
  app.draft.start.directory = directory;
  return {};
}

Fault arguments(AppReading& app, const Attribute&, const Json& value) {
  auto words = words_of(value);
  if (!words) return "must be a text or a list of texts";
  for (const std::string& word : *words) {
    if (word.find('\0') != std::string::npos) return "contains a NUL";
  }
  app.draft.start.arguments = std::move(*words);
  app.draft.start.has_arguments = true;
  return {};
}

Fault interpreter_arguments(AppReading& app, const Attribute&, const Json& value) {
  auto words = words_of(value);
  if (!words) return "must be a text or a list of texts";
  app.interpreter_arguments = std::move(*words);
  return {};
}

Fault environment(AppReading& app, const Attribute&, const Json& value) {
  if (value.is_string()) {
    std::vector<std::string> scratch;
    const auto assignments = words_of(value);
    for (const std::string& one : *assignments) {
      if (!set_environment(scratch, one)) return "'" + one + "' is not an assignment; write NAME=VALUE";
      app.draft.start.environment.push_back(one);
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
    app.draft.start.environment.push_back(scratch.front());
  }
  return {};
}

Fault port(AppReading& app, const Attribute&, const Json& value) {
  if (!value.is_number_unsigned() && !value.is_string()) return "must be a number";
  app.draft.start.environment.push_back("PORT=" + *word_of(value));
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

Fault user_or_name(AppReading& app, const Attribute& attribute, const Json& value) {
  if (!app.forevers) return by_option(app, {attribute.names, "--user", nullptr}, value);
  const auto word = word_of(value);
  return word && !app.draft.start.name ? by_option(app, {attribute.names, "--name", nullptr}, value) : Fault{};
}

Fault combined_log(AppReading& app, const Attribute& attribute, const Json& value) {
  if (value.is_boolean() || says_nothing(value)) return {};
  if (app.draft.start.out || app.draft.start.err)
    return lost(app, {attribute.names, "out and err have files of their own", nullptr}, value);
  if (auto fault = by_log_path(app, {attribute.names, "--out", nullptr}, value)) return fault;
  app.draft.start.merge_logs = true;
  return {};
}

Fault log_time(AppReading& app, const Attribute& attribute, const Json& value) {
  if (says_nothing(value)) return {};
  if (!app.draft.start.log_format) app.draft.start.log_format = LogFormat::time;
  if (!value.is_string()) return {};
  return lost(app, {attribute.names, "lines begin with the time in ISO 8601, whatever the pattern", nullptr}, value);
}

Fault log_type(AppReading& app, const Attribute&, const Json& value) {
  if (says_nothing(value)) return {};
  if (value != "json" && value != "raw") return "is none of json, raw";
  app.draft.start.log_format = value == "json" ? LogFormat::json : LogFormat::raw;
  return {};
}

Fault no_logs(AppReading& app, const Attribute&, const Json& value) {
  if (!value.is_boolean()) return "must be true or false";
  if (value == true) app.draft.start.out = app.draft.start.err = "/dev/null";
  return {};
}

Fault autostart(AppReading& app, const Attribute& attribute, const Json& value) {
  if (!value.is_boolean()) return "must be true or false";
  return value == true ? Fault{} : lost(app, attribute, true);
}

// forever waits this long between the runs of a program that ends at once.
Fault spin_sleep(AppReading& app, const Attribute& attribute, const Json& value) {
  if (auto fault = by_option(app, {attribute.names, "--backoff-first", nullptr}, value)) return fault;
  if (app.draft.start.backoff_first) app.draft.start.backoff_cap = app.draft.start.backoff_first;
  return {};
}

Fault unless_nothing(AppReading& app, const Attribute& attribute, const Json& value) {
  return says_nothing(value) ? Fault{} : by_option(app, attribute, value);
}

Fault execution_mode(AppReading&, const Attribute&, const Json& value) {
  if (value == "fork" || value == "cluster" || value == "fork_mode" || value == "cluster_mode") return {};
  return "is none of fork, cluster";
}

Fault one_is_default(AppReading& app, const Attribute& attribute, const Json& value) {
  return value == 1 || value == "1" ? Fault{} : by_option(app, attribute, value);
}

Fault instance_variable(AppReading& app, const Attribute& attribute, const Json& value) {
  return value == "NODE_APP_INSTANCE" || value == "FOREVER_INSTANCE" ? Fault{} : lost(app, attribute, value);
}

// Whether, or where.
Fault watch(AppReading& app, const Attribute& attribute, const Json& value) {
  return value.is_boolean() ? by_option(app, attribute, value) : by_path(app, attribute, value);
}

// Where to look, if it is to be watched at all.
Fault watch_directory(AppReading& app, const Attribute& attribute, const Json& value) {
  const auto watch = app.entry.find("watch");
  return watch != app.entry.end() && *watch == true ? by_path(app, attribute, value) : Fault{};
}

// forever's: how often the files are looked at, if they are not to be told of by the kernel.
Fault polling(AppReading& app, const Attribute& attribute, const Json& value) {
  if (!value.is_boolean()) return "must be true or false";
  const auto interval = app.entry.find("pollingInterval");
  const bool given = interval != app.entry.end() && interval->is_number();
  return value == true ? by_option(app, {attribute.names, "--poll", nullptr}, given ? *interval : Json(100)) : Fault{};
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

constexpr Attribute kAttributes[] = {
    {"name", "--name", by_option},
    {"uid", "--user", user_or_name},
    {"user", "--user", by_option},
    {"gid group", "--group", by_option},
    {"name_prefix", "", name_prefix},
    {"append_env_to_name", "", append_environment},
    {"namespace", "--namespace", by_option},
    {"depends_on dependsOn", "", depends_on},

    {"script exec", "", script},
    {"args options", "", arguments},
    {"interpreter exec_interpreter command", "--interpreter", by_option},
    {"interpreter_args node_args interpreterArgs nodeArgs", "", interpreter_arguments},
    {"cwd workingDir", "--cwd", by_path},
    {"sourceDir", "", skipped},  // read with the script
    {"env_file", "--env-file", by_path},
    {"port", "", port},
    {"env", "", environment},

    {"instances", "--instances", one_is_default},
    {"exec_mode", "", execution_mode},
    {"increment_var increment_env", "--increment-env", by_option},
    {"instance_var", "the slot is in FOREVER_INSTANCE and NODE_APP_INSTANCE", instance_variable},
    {"wait_ready",
     "a Node program has no channel to send 'ready' over; it is ready when it listens, or by READY=1 with ready: "
     "notify",
     lost},
    {"listen_timeout ready_timeout", "--ready-timeout", unless_nothing},

    {"watch", "--watch", watch},
    {"watchDirectory", "--watch", watch_directory},
    {"ignore_watch watchIgnorePatterns watchIgnore", "--ignore", by_option},
    {"watch_delay", "--watch-delay", by_option},
    {"watch_options", "the kernel's own notification is used; see ignore_watch and watch_delay", lost},
    {"watchIgnoreDotFiles", "", skipped},
    {"usePolling", "--poll", polling},
    {"pollingInterval", "", skipped},  // read with usePolling

    {"autorestart", "--restart never", unless},
    {"restart", "--restart", by_option},
    {"stop_exit_codes", "--stop-exit-codes", by_list},
    {"min_uptime minUptime", "--min-uptime", by_option},
    {"max_restarts max", "--max-restarts", by_option},
    {"restart_delay", "--restart-delay", by_option},
    {"exp_backoff_restart_delay backoff_first", "--backoff-first", unless_nothing},
    {"spinSleepTime", "--backoff-first", spin_sleep},
    {"max_memory_restart max_memory", "--max-memory", by_option},
    {"cron_restart cron", "--cron-restart", unless_nothing},
    {"kill_timeout", "--kill-timeout", by_option},
    {"kill_signal killSignal", "--kill-signal", by_option},
    {"treekill killTree", "--kill-mode process", unless},
    {"killTTL", "what is left is killed after kill_timeout", lost},
    {"shutdown_with_message", "no message is sent to Node programs; the kill_signal asks them to end", lost},

    {"out_file out output out_log outFile", "--out", by_log_path},
    {"error_file error err err_file err_log errFile", "--err", by_log_path},
    {"log_file log logFile", "--out", combined_log},
    {"log_type", "", log_type},
    {"log_date_format", "", log_time},
    {"time", "", log_time},
    {"disable_logs", "", no_logs},
    {"merge_logs combine_logs", "", skipped},  // the instances of an app share one file in any case

    {"autostart", "all apps of the file are started; --only chooses among them", autostart},
    {"pid_file pid pidFile", "pids are kept in pids/NAME-SLOT.pid of the state directory", lost},
    {"filter_env", "the whole environment is passed on; start with `env -i` to leave it out", lost},
    {"hideEnv", "start with `env -u NAME` to leave a variable out", lost},
    {"spawnWith stdio", "how it is spawned is said by user, group, cwd and stdin", lost},
    {"root path pidPath sockPath", "the state directory is FOREVER_HOME", lost},
    {"container dist image_name", "no container is built; see forever export compose", lost},
    {"post_update", "nothing is run after an update", lost},
    {"vizion versioning pmx automation trace disable_trace v8 event_loop_inspector deep_monitoring io km_link", "",
     skipped},
    {"source_map_support disable_source_map_support windowsHide write force username install_url execute_command", "",
     skipped},
    {"kill_retry_time silent append fork stream checkFile parser id comment description $schema", "", skipped},
};

constexpr Attribute kNamedEnvironment{"env_NAME", "", skipped};  // read by --env-name

}  // namespace

std::span<const Attribute> attributes() { return kAttributes; }

std::optional<Attribute> find_attribute(std::string_view key) {
  for (const Attribute& attribute : kAttributes) {
    for (const std::string_view name : split_words(attribute.names, ' ')) {
      if (name == key) return attribute;
    }
  }
  if (key.starts_with("env_") && key.size() > 4) return kNamedEnvironment;
  std::string name = "--" + std::string{key};
  std::replace(name.begin(), name.end(), '_', '-');
  const Option* option = find_start_option(name);
  if (option == nullptr) return std::nullopt;
  return Attribute{key, option->names.substr(option->names.rfind(',') + 1), by_option};
}

bool is_forevers_key(std::string_view key) {
  constexpr std::string_view kKeys[] = {"workingDir", "sourceDir", "outFile",       "errFile",
                                        "logFile",    "minUptime", "spinSleepTime", "watchDirectory",
                                        "append",     "silent",    "max",           "watchIgnorePatterns",
                                        "killSignal", "pidFile",   "killTree",      "watchIgnoreDotFiles"};
  return std::find(std::begin(kKeys), std::end(kKeys), key) != std::end(kKeys);
}

std::optional<std::string> word_of(const Json& value) {
  if (const auto* text = value.get_ptr<const std::string*>()) return *text;
  if (value.is_number() || value.is_boolean()) return value.dump();
  return std::nullopt;
}

std::string path_from(const AppsQuestion& question, const std::string& path) {
  if (stands_alone(path)) return path;
  if (path == "~") return question.home;
  if (path.starts_with("~/")) return question.home + path.substr(1);
  return path == "." || path == "./" ? question.directory
                                     : question.directory + "/" + (path.starts_with("./") ? path.substr(2) : path);
}

}  // namespace forever::cli
