// The apps file: from its text to apps in the order in which they are started.
#include "cli/apps_file/apps_file.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <queue>
#include <set>

#include "app/environment.hpp"
#include "app/name.hpp"
#include "cli/apps_file/form.hpp"
#include "cli/apps_file/keys.hpp"
#include "cli/apps_file/relaxed_json.hpp"
#include "cli/new_spec.hpp"
#include "text/printable.hpp"

namespace forever::cli {
namespace {

std::string dumped(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

// The entries of the file, each with the name that it has as a key.
struct Entries {
  std::vector<std::pair<std::string, const Json*>> list;
  std::string fault;
};

// One app, and no object of apps by name (in which one may be called "script", too).
bool is_one_app(const Json& object) {
  const auto says = [&](const char* key) { return object.contains(key) && object.at(key).is_string(); };
  return object.is_object() && (says("script") || says("exec"));
}

Entries entries_in(const Json& root) {
  const auto add = [](Entries& entries, const Json& list) {
    if (list.is_array()) {
      for (const Json& one : list) entries.list.emplace_back(std::string{}, &one);
    } else if (is_one_app(list)) {
      entries.list.emplace_back(std::string{}, &list);
    } else if (list.is_object()) {
      for (const auto& [name, one] : list.items()) entries.list.emplace_back(name, &one);
    } else {
      entries.fault = "\"apps\" is neither a list nor an object of apps";
    }
  };
  Entries entries;
  if (root.is_array()) {
    add(entries, root);
  } else if (!root.is_object()) {
    entries.fault = "it contains neither an object nor a list";
  } else if (const auto apps = root.find("apps"); apps != root.end()) {
    constexpr std::string_view kBeside[] = {"apps", "deploy", "$schema", "version", "name", "comment"};
    for (const auto& [key, value] : root.items()) {
      if (std::find(std::begin(kBeside), std::end(kBeside), key) != std::end(kBeside)) continue;
      entries.fault = "unknown key \"" + printable(key) + "\" next to \"apps\"; settings go inside each app";
      return entries;
    }
    add(entries, *apps);
  } else if (root.contains("script") || root.contains("exec")) {
    entries.list.emplace_back(std::string{}, &root);
  } else {
    entries.fault = "it has no \"apps\", and is not an app itself (no \"script\")";
  }
  return entries;
}

std::string unknown_key(std::string_view key) {
  std::vector<std::string> names;
  for (const std::string& spellings : apps_file_keys()) {
    for (const std::string_view name : split_words(spellings, ' ')) names.emplace_back(name);
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  std::string message = "unknown key \"" + printable(key) + "\"";
  if (const auto near = nearest(key, known)) {
    message.append("; did you mean \"").append(*near).append("\"?");
  } else {
    message += "; forever(1) lists the known ones under APPS FILE";
  }
  return message;
}

// Reads the keys of one app, in the order of the tables. What is wrong, if anything is.
std::optional<std::string> read_keys(AppReading& app) {
  for (const auto& [key, value] : app.entry.items()) {
    if (canonical_key(key).empty()) return unknown_key(key);
  }
  if (auto fault = read_attributes(app, Order::before_settings)) return fault;
  if (auto fault = read_settings(app)) return fault;
  if (auto fault = read_attributes(app, Order::after_settings)) return fault;
  // The chosen environment lies over the common one, whatever the order in the file.
  if (app.question.environment.empty()) return std::nullopt;
  return read_key(app, "env_" + app.question.environment, "env");
}

std::vector<std::string> declared_by(const AppReading& app) {
  std::vector<std::string> declared{"cwd=" + app.request.settings.values("cwd").back()};
  for (const auto& [key, value] : app.entry.items()) {
    if (value.is_null()) continue;
    const std::string name = canonical_key(key);
    if (name != "env" && name != "env_NAME" && name != "cwd" && name != "depends_on")
      declared.push_back(name + "=" + dumped(value));
  }
  std::vector<std::string> environment;
  for (const std::string& one : app.request.environment) (void)set_environment(environment, one);
  for (const std::string& one : environment) declared.push_back("env " + one);
  std::sort(declared.begin(), declared.end());
  return declared;
}

// Interpreter, name and directory depend on several keys.
std::optional<std::string> complete(AppReading& app) {
  AppRequest& request = app.request;
  if (request.program.empty()) return "there is no \"script\"";
  if (!request.settings.has("cwd")) (void)request.settings.add(*find_setting("cwd"), app.question.directory);
  if (!request.interpreter_arguments.empty()) {
    const auto given = request.settings.values("interpreter");
    if (given.empty() ? interpreter_for(request.program).empty() : given.back() == "none")
      return "interpreter_args: " + printable(request.program) + " has no interpreter; name it as \"interpreter\"";
  }
  if (request.name && !app.name_prefix.empty()) request.name = app.name_prefix + *request.name;
  if (request.name && app.append_environment_to_name && !app.question.environment.empty())
    request.name = *request.name + "-" + app.question.environment;
  if (!request.name) return std::nullopt;
  if (auto fault = fault_in_name(*request.name)) return "it cannot be a name: " + *fault;
  return std::nullopt;
}

// "web", or the place in the list where there is no name.
std::string words_for(const AppEntry& entry, std::size_t number) {
  return entry.request.name ? printable(*entry.request.name) : "app " + std::to_string(number + 1);
}

std::optional<std::string> give_names(std::vector<AppEntry>& apps) {
  std::set<std::string> taken;
  for (const AppEntry& app : apps) {
    if (app.request.name && !taken.insert(*app.request.name).second)
      return "two apps are called '" + printable(*app.request.name) + "'; each needs its own name";
  }
  for (AppEntry& app : apps) {
    if (app.request.name) continue;
    AppSpec spec;
    spec.script = app.request.program.substr(0, app.request.program.find(' '));
    spec.arguments = app.request.arguments;
    app.request.name =
        unique_name(default_name_for(spec), [&](const std::string& name) { return taken.contains(name); });
    taken.insert(*app.request.name);
  }
  return std::nullopt;
}

using Places = std::map<std::string, std::size_t>;

std::optional<std::string> check_dependencies(const std::vector<AppEntry>& apps, const Places& places) {
  for (const AppEntry& app : apps) {
    for (const std::string& name : app.depends_on) {
      if (places.contains(name)) continue;
      std::vector<std::string_view> known;
      for (const auto& [other, place] : places) known.push_back(other);
      const auto near = nearest(name, known);
      return *app.request.name + ": depends_on names '" + printable(name) + "', which is not in the file" +
             (near ? "; did you mean '" + std::string{*near} + "'?" : "");
    }
  }
  return std::nullopt;
}

// A way through `left` (the apps that wait for one another) that comes back to where it has been: "a -> b -> a".
std::string circle_in(const std::vector<AppEntry>& apps, const Places& places,
                      const std::vector<std::size_t>& waiting) {
  std::size_t at = 0;
  while (waiting[at] == 0) ++at;
  std::vector<std::size_t> way;
  while (std::find(way.begin(), way.end(), at) == way.end()) {
    way.push_back(at);
    for (const std::string& name : apps[at].depends_on) {
      const std::size_t next = places.at(name);
      if (waiting[next] == 0) continue;
      at = next;
      break;
    }
  }
  std::string text;
  for (auto step = std::find(way.begin(), way.end(), at); step != way.end(); ++step)
    text += *apps[*step].request.name + " -> ";
  return text + *apps[at].request.name;
}

// Apps come after those they depend on, otherwise the order stays. Returns the fault if there is a circle.
std::optional<std::string> put_in_order(std::vector<AppEntry>& apps) {
  Places places;
  for (std::size_t i = 0; i < apps.size(); ++i) places.emplace(*apps[i].request.name, i);
  if (auto fault = check_dependencies(apps, places)) return fault;
  std::vector<std::vector<std::size_t>> followers(apps.size());
  std::vector<std::size_t> waiting(apps.size(), 0);
  for (std::size_t i = 0; i < apps.size(); ++i) {
    for (const std::string& name : apps[i].depends_on) {
      followers[places.at(name)].push_back(i);
      ++waiting[i];
    }
  }
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> free;
  for (std::size_t i = 0; i < apps.size(); ++i) {
    if (waiting[i] == 0) free.push(i);
  }
  std::vector<std::size_t> order;
  while (!free.empty()) {
    order.push_back(free.top());
    free.pop();
    for (const std::size_t follower : followers[order.back()]) {
      if (--waiting[follower] == 0) free.push(follower);
    }
  }
  if (order.size() != apps.size()) return "apps depend on each other in a circle: " + circle_in(apps, places, waiting);
  std::vector<AppEntry> sorted;
  sorted.reserve(apps.size());
  for (const std::size_t i : order) sorted.push_back(std::move(apps[i]));
  apps = std::move(sorted);
  return std::nullopt;
}

std::string namespace_of(const AppEntry& app) {
  const auto given = app.request.settings.values("namespace");
  return given.empty() ? "default" : given.back();
}

std::optional<std::string> keep_only(std::vector<AppEntry>& apps, const std::vector<std::string>& only) {
  if (only.empty()) return std::nullopt;
  std::vector<std::string_view> known;
  for (const AppEntry& app : apps) known.push_back(*app.request.name);
  for (const std::string& word : only) {
    const auto meant = [&](const AppEntry& app) { return *app.request.name == word || namespace_of(app) == word; };
    if (std::any_of(apps.begin(), apps.end(), meant)) continue;
    const auto near = nearest(word, known);
    return "--only: no app is called '" + printable(word) + "'" +
           (near ? "; did you mean '" + std::string{*near} + "'?" : "");
  }
  const auto chosen = [&](const std::string& word) { return std::find(only.begin(), only.end(), word) != only.end(); };
  std::erase_if(apps, [&](const AppEntry& app) { return !chosen(*app.request.name) && !chosen(namespace_of(app)); });
  for (AppEntry& app : apps) {
    std::erase_if(app.depends_on, [&](const std::string& name) {
      return std::none_of(apps.begin(), apps.end(), [&](const AppEntry& other) { return *other.request.name == name; });
    });
  }
  return std::nullopt;
}

// "text (web, api and 3 more)", one line for each thing that is lost.
std::vector<std::string> warnings_of(const std::map<std::string, std::vector<std::string>>& lost) {
  constexpr std::size_t kNamed = 3;
  std::vector<std::string> lines;
  for (const auto& [text, names] : lost) {
    std::string who;
    for (std::size_t i = 0; i < std::min(names.size(), kNamed); ++i) who += (i == 0 ? "" : ", ") + names[i];
    if (names.size() > kNamed) who += " and " + std::to_string(names.size() - kNamed) + " more";
    lines.push_back(text + " (" + who + ")");
  }
  return lines;
}

std::optional<std::string> read_entries(const Entries& entries, const AppsQuestion& question, AppsFile& file) {
  std::map<std::string, std::vector<std::string>> lost;
  std::vector<std::set<std::string>> lost_of;
  const bool pm2s = has_pm2s_form(question.what, entries.list);
  for (const auto& [name, json] : entries.list) {
    const std::size_t number = file.apps.size();
    if (!json->is_object()) return "app " + std::to_string(number + 1) + " is not an object";
    AppReading app{.question = question,
                   .entry = *json,
                   .forevers = false,
                   .request = {},
                   .depends_on = {},
                   .name_prefix = {},
                   .lost = {}};
    for (const auto& [key, value] : json->items()) app.forevers = app.forevers || is_forevers_key(key);
    if (!name.empty()) app.request.name = name;
    auto fault = read_keys(app);
    if (!fault) fault = complete(app);
    if (!fault && pm2s) take_pm2s_defaults(app.request.settings);
    std::vector<std::string> declared = fault ? std::vector<std::string>{} : declared_by(app);
    file.apps.push_back({std::move(app.request), std::move(app.depends_on), std::move(declared)});
    if (fault) return words_for(file.apps.back(), number) + ": " + *fault;
    lost_of.push_back(std::move(app.lost));
  }
  if (auto fault = give_names(file.apps)) return fault;
  for (std::size_t i = 0; i < lost_of.size(); ++i) {
    for (const std::string& text : lost_of[i]) lost[text].push_back(*file.apps[i].request.name);
  }
  file.warnings = warnings_of(lost);
  return std::nullopt;
}

}  // namespace

Result<AppsFile> parse_apps(std::string_view text, const AppsQuestion& question) {
  const auto wrong = [&](const std::string& fault) { return Error{question.what + ": " + fault, {}}; };
  const auto not_json = [&](const std::string& why) { return Error{question.what + " is not valid JSON" + why, {}}; };
  const JsonReading json = read_json(plain_json(text));
  if (const auto* const byte = std::get_if<std::size_t>(&json))
    return not_json(*byte == 0 ? ": a number is too large" : " at " + place_in(text, *byte));
  const Entries entries = entries_in(std::get<Json>(json));
  if (!entries.fault.empty()) return wrong(entries.fault);
  AppsFile file;
  if (auto fault = read_entries(entries, question, file)) return wrong(*fault);
  if (file.apps.empty()) return wrong("it contains no app");
  if (auto fault = put_in_order(file.apps)) return wrong(*fault);
  if (auto fault = keep_only(file.apps, question.only)) return wrong(*fault);
  return file;
}

bool names_apps_file(std::string_view word) {
  constexpr std::string_view kEnds[] = {".json", ".config.js", ".config.cjs", ".config.mjs", ".yaml", ".yml"};
  return word == "-" ||
         std::any_of(std::begin(kEnds), std::end(kEnds), [&](std::string_view end) { return word.ends_with(end); });
}

}  // namespace forever::cli
