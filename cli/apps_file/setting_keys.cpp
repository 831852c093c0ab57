// The keys of an apps file that are settings of the app: each kind of value as a file has it becomes what would be typed.
#include "cli/apps_file/keys.hpp"
#include "platform/files.hpp"

namespace forever::cli {
namespace {

// A bare number is milliseconds, as PM2 and forever have it; on the command line it is seconds.
std::string with_unit(const Setting& setting, std::string word) {
  const bool bare = !word.empty() && word.find_first_not_of("0123456789.") == std::string::npos;
  return bare && setting.option.kind == ValueKind::time ? word + "ms" : word;
}

Fault take_path(AppReading& app, const Setting& setting, const Json& value) {
  if (says_nothing(value)) return {};
  const auto word = word_of(value);
  if (!value.is_string() || !word) return "must be a path";
  AppsQuestion from = app.question;
  // Log files are meant from where the app runs, as PM2 has it.
  if (setting.option.kind == ValueKind::log && app.request.settings.has("cwd"))
    from.directory = app.request.settings.values("cwd").back();
  return take_word(app, setting, path_from(from, *word));
}

Fault take_one(AppReading& app, const Setting& setting, const Json& value) {
  const bool is_switch = setting.option.kind == ValueKind::none;
  if (value.is_boolean()) {
    if (value == false) return {};
    return is_switch || setting.option.value_optional ? take_word(app, setting, {}) : "needs a value, not true";
  }
  if (is_switch) return "must be true or false";
  const ValueKind kind = setting.option.kind;
  if (kind == ValueKind::directory || kind == ValueKind::file || kind == ValueKind::log)
    return take_path(app, setting, value);
  const auto word = word_of(value);
  if (!word) return "must be a text or a number";
  return take_word(app, setting, with_home(kind, with_unit(setting, *word), app.question.home));
}

// A list in the file, separated by commas on the command line.
Fault take_list(AppReading& app, const Setting& setting, const Json& list) {
  std::string words;
  for (const Json& one : list) {
    const auto word = word_of(one);
    if (!word) return "must be a list of numbers or texts";
    words += (words.empty() ? "" : ",") + *word;
  }
  return words.empty() ? Fault{} : take_word(app, setting, words);
}

}  // namespace

bool says_nothing(const Json& value) {
  return value == false || value == 0 || value == "" || (value.is_structured() && value.empty());
}

Fault take_word(AppReading& app, const Setting& setting, const std::string& word) {
  const Fault fault = app.request.settings.add(setting, word);
  if (!fault) return {};
  return word.empty() ? *fault : "'" + word + "' " + *fault;
}

Fault take_setting(AppReading& app, const Setting& setting, const Json& value) {
  if (setting.option.kind == ValueKind::schedule && says_nothing(value)) return {};
  if (!value.is_array()) return take_one(app, setting, value);
  if (setting.option.kind == ValueKind::list) return take_list(app, setting, value);
  for (const Json& one : value) {
    if (auto fault = take_one(app, setting, one)) return fault;
  }
  return {};
}

Fault read_settings(AppReading& app) {
  Fault fault;
  for_each_setting([&](const Setting& setting) {
    const std::string own = key_of(setting);
    std::vector<std::string_view> keys = split_words(setting.keys, ' ');
    for (const std::string_view name : {std::string_view{own}, long_name(setting.option.names).substr(2)}) {
      if (std::find(keys.begin(), keys.end(), name) == keys.end()) keys.push_back(name);
    }
    for (const std::string_view key : keys) {
      const auto value = app.entry.find(std::string{key});
      if (fault || value == app.entry.end() || value->is_null() || has_attribute(key)) continue;
      if (auto wrong = take_setting(app, setting, *value)) fault = std::string{key} + ": " + *wrong;
    }
  });
  return fault;
}

std::optional<std::string> word_of(const Json& value) {
  if (const auto* text = value.get_ptr<const std::string*>()) return *text;
  if (value.is_number() || value.is_boolean()) return value.dump();
  return std::nullopt;
}

bool stands_alone(std::string_view path) { return path.starts_with('/') || is_absolute(path); }

std::string path_from(const AppsQuestion& question, const std::string& path) {
  if (stands_alone(path)) return path;
  if (path == "~") return question.home;
  if (path.starts_with("~/")) return question.home + path.substr(1);
  return path == "." || path == "./" ? question.directory
                                     : question.directory + "/" + (path.starts_with("./") ? path.substr(2) : path);
}

}  // namespace forever::cli
