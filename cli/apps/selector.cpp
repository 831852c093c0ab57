// Reading a selector in every way it can be read, and refusing what has two meanings.
#include "cli/apps/selector.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "client/view.hpp"
#include "text/glob.hpp"
#include "text/printable.hpp"

namespace forever::cli {
namespace {

// What one reading of one word comes to: apps, or one slot of an app.
struct Reading {
  std::string matched;
  std::vector<Target> targets;
};

std::optional<std::uint32_t> number_in(std::string_view word) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (word.empty() || error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return number;
}

void add_app(Reading& reading, const AppView& view) {
  reading.targets.push_back({view.name, std::nullopt, reading.matched});
}

Reading by_name(const std::vector<AppView>& views, std::string_view word) {
  Reading reading{"name " + std::string{word}, {}};
  for (const AppView& view : views) {
    if (view.name == word) add_app(reading, view);
  }
  return reading;
}

Reading by_namespace(const std::vector<AppView>& views, std::string_view word) {
  Reading reading{"namespace " + std::string{word}, {}};
  for (const AppView& view : views) {
    if (view.status.app_namespace == word) add_app(reading, view);
  }
  return reading;
}

Reading by_id(const std::vector<AppView>& views, std::uint32_t id) {
  Reading reading{"id " + std::to_string(id), {}};
  for (const AppView& view : views) {
    if (view.status.id == id && id != kNoId) add_app(reading, view);
  }
  return reading;
}

Reading by_pid(const std::vector<AppView>& views, std::uint32_t number) {
  Reading reading{"pid " + std::to_string(number), {}};
  const auto pid = static_cast<Pid>(number);
  if (pid <= 0) return reading;
  for (const AppView& view : views) {
    if (view.status.keeper.pid == pid || view.status.supervisor.pid == pid) {
      add_app(reading, view);
      continue;
    }
    for (const InstanceStatus& instance : view.status.instances) {
      if (instance.process.pid != pid) continue;
      Target target{view.name, std::nullopt, reading.matched};
      if (view.status.instances.size() > 1) target.slot = instance.slot;  // a single instance is the app
      reading.targets.push_back(std::move(target));
    }
  }
  return reading;
}

bool same_meaning(const Reading& a, const Reading& b) {
  return std::equal(a.targets.begin(), a.targets.end(), b.targets.begin(), b.targets.end(),
                    [](const Target& x, const Target& y) { return x.name == y.name && x.slot == y.slot; });
}

std::string names_of(const Reading& reading) {
  std::string names;
  for (const Target& target : reading.targets) {
    if (!names.empty()) names += ", ";
    names += target.name;
    if (target.slot) names += " slot " + std::to_string(*target.slot);
  }
  return names;
}

// An id is of one app. If two have it (files were copied), it selects none.
std::optional<SelectionError> fault_in_id(const Reading& reading) {
  if (!reading.matched.starts_with("id ") || reading.targets.size() < 2) return std::nullopt;
  return SelectionError{"the " + reading.matched + " belongs to several apps (" + printable(names_of(reading)) +
                        "); select them by name"};
}

// The apps that a holder of the port belongs to, by the nearest of its ancestors that is a process of ours.
std::variant<Reading, SelectionError> by_port(const std::vector<AppView>& views, std::uint32_t number,
                                              const PortHolders& holders) {
  if (number == 0 || number > 65535) return SelectionError{std::to_string(number) + " is not a port (1 to 65535)"};
  Reading reading{"port " + std::to_string(number), {}};
  const auto chains = holders(static_cast<std::uint16_t>(number));
  for (const std::vector<Pid>& chain : chains) {
    for (const Pid pid : chain) {
      const Reading owner = by_pid(views, static_cast<std::uint32_t>(pid));
      for (const Target& target : owner.targets) reading.targets.push_back({target.name, target.slot, reading.matched});
      if (!owner.targets.empty()) break;
    }
  }
  if (!reading.targets.empty()) return reading;
  if (chains.empty()) return SelectionError{"no visible process holds port " + std::to_string(number)};
  return SelectionError{"port " + std::to_string(number) + " is held by pid " + std::to_string(chains.front().front()) +
                        ", which does not belong to an app"};
}

// The program's own file in a command as it was executed: the script behind an interpreter and its options, else the program.
std::vector<std::string_view> script_words(const std::vector<std::string>& command) {
  std::vector<std::string_view> words;
  for (const std::string& word : command) {
    if (!words.empty() && word.starts_with('-')) continue;
    words.push_back(word);
    if (words.size() == 2) break;
  }
  return words;
}

std::string_view base_name(std::string_view path) { return path.substr(path.find_last_of("/\\") + 1); }

std::variant<Reading, SelectionError> only_one(Reading reading, const std::string& word) {
  if (reading.targets.size() < 2) return reading;
  return SelectionError{"'" + printable(word) + "' is the script of several apps (" + printable(names_of(reading)) +
                        "); select them by name"};
}

// The app that runs the file `word`: the very file as the caller's directory has it, else the only one of that base name.
std::variant<Reading, SelectionError> by_script(const std::vector<AppView>& views, const std::string& word,
                                                const SelectorPlace& place) {
  Reading same{"script " + word, {}}, alike{"script " + word, {}};
  if (word.find_first_of("./\\") == std::string::npos || !place.file) return same;
  const std::string meant = place.file({}, word);
  const bool bare = word.find_first_of("/\\") == std::string::npos;
  for (const AppView& view : views) {
    const auto scripts = script_words(view.status.command);
    const auto is = [&](const auto& matches) { return std::any_of(scripts.begin(), scripts.end(), matches); };
    if (is([&](std::string_view script) { return place.file(view.status.directory, std::string{script}) == meant; })) {
      add_app(same, view);
    } else if (bare && is([&](std::string_view script) { return base_name(script) == word; })) {
      add_app(alike, view);
    }
  }
  return only_one(same.targets.empty() ? std::move(alike) : std::move(same), word);
}

// The apps whose names, or namespaces, fit a pattern. None is an error: a pattern that fits nothing is most often a typo.
std::variant<Reading, SelectionError> by_pattern(const std::vector<AppView>& views, std::string_view pattern,
                                                 bool namespaces) {
  Reading reading{(namespaces ? "namespace " : "name ") + std::string{pattern}, {}};
  for (const AppView& view : views) {
    if (name_matches(pattern, namespaces ? view.status.app_namespace : view.name)) add_app(reading, view);
  }
  if (!reading.targets.empty()) return reading;
  return SelectionError{"no app has a " + std::string{namespaces ? "namespace" : "name"} + " like '" +
                        printable(pattern) + "'"};
}

// The text after "key:" as a number, or what is wrong.
std::variant<Reading, SelectionError> exact(const std::vector<AppView>& views, std::string_view key,
                                            std::string_view rest, const SelectorPlace& place) {
  if ((key == "name" || key == "ns") && is_pattern(rest)) return by_pattern(views, rest, key == "ns");
  const auto number = number_in(rest);
  Reading reading;
  if (key == "name") {
    reading = by_name(views, rest);
  } else if (key == "ns") {
    reading = by_namespace(views, rest);
  } else if (!number) {
    return SelectionError{"'" + std::string{key} + ":" + printable(rest) + "' is not " +
                          (key == "id"    ? "an id"
                           : key == "pid" ? "a pid"
                                          : "a port")};
  } else if (key == "port") {
    return by_port(views, *number, place.holders);
  } else {
    reading = key == "id" ? by_id(views, *number) : by_pid(views, *number);
  }
  if (reading.targets.empty()) return SelectionError{"no app has the " + printable(reading.matched)};
  if (auto fault = fault_in_id(reading)) return *fault;
  return reading;
}

SelectionError nothing_found(const std::vector<AppView>& views, const std::string& word, const SelectorPlace& place) {
  if (number_in(word)) return {"no app has the id or pid " + word};
  std::string message = "no app is called '" + printable(word) + "'";
  // What a shell makes of web-* where files of such names lie.
  if (place.exists && place.exists(word)) {
    message += ", and no app runs this file; quote a pattern to select apps by it: 'web-*'";
    return {std::move(message)};
  }
  std::vector<std::string_view> known;
  for (const AppView& view : views) {
    known.emplace_back(view.name);
    known.emplace_back(view.status.app_namespace);
  }
  if (const auto near = nearest(word, known)) {
    message.append("; did you mean '").append(printable(*near)).append("'?");
  } else {
    message.append(views.empty() ? "; there are no apps yet" : "; `forever list` shows all");
  }
  return {std::move(message)};
}

std::variant<Reading, SelectionError> read_word(const std::vector<AppView>& views, const std::string& word,
                                                const SelectorPlace& place) {
  if (word == "all") {
    Reading all{"all", {}};
    for (const AppView& view : views) add_app(all, view);
    return all;
  }
  if (const std::size_t colon = word.find(':'); colon != std::string::npos) {
    const std::string_view key = std::string_view{word}.substr(0, colon);
    if (key == "name" || key == "id" || key == "pid" || key == "ns" || key == "port")
      return exact(views, key, std::string_view{word}.substr(colon + 1), place);
  }
  std::vector<Reading> readings{by_name(views, word), by_namespace(views, word)};
  if (const auto number = number_in(word)) {
    readings.push_back(by_id(views, *number));
    readings.push_back(by_pid(views, *number));
  }
  std::erase_if(readings, [](const Reading& reading) { return reading.targets.empty(); });
  if (readings.empty()) {
    if (is_pattern(word)) return by_pattern(views, word, false);
    auto script = by_script(views, word, place);
    const auto* found = std::get_if<Reading>(&script);
    return found != nullptr && found->targets.empty() ? nothing_found(views, word, place) : script;
  }
  for (const Reading& reading : readings) {
    if (auto fault = fault_in_id(reading)) return *fault;
    if (same_meaning(readings.front(), reading)) continue;
    return SelectionError{"'" + printable(word) + "' can be read as " + printable(readings.front().matched) + " (" +
                          printable(names_of(readings.front())) + ") and as " + printable(reading.matched) + " (" +
                          printable(names_of(reading)) + "); use name:, id:, pid: or ns: in front of it"};
  }
  return readings.front();
}

// Each once; the whole app wins over its slots.
void add_choice(std::vector<Target>& of_app, const Target& target) {
  if (!of_app.empty() && !of_app.front().slot) return;
  if (!target.slot) of_app.clear();
  if (std::none_of(of_app.begin(), of_app.end(), [&](const Target& other) { return other.slot == target.slot; })) {
    of_app.push_back(target);
  }
}

}  // namespace

std::variant<std::vector<Target>, SelectionError> select(const std::vector<AppView>& views,
                                                         const std::vector<std::string>& selectors,
                                                         const SelectorPlace& place) {
  std::unordered_map<std::string, std::vector<Target>> chosen;
  for (const std::string& word : selectors) {
    auto reading = read_word(views, word, place);
    if (auto* error = std::get_if<SelectionError>(&reading)) return *error;
    for (const Target& target : std::get<Reading>(reading).targets) add_choice(chosen[target.name], target);
  }
  std::vector<Target> ordered;
  for (const AppView& view : views) {
    const auto found = chosen.find(view.name);
    if (found != chosen.end()) ordered.insert(ordered.end(), found->second.begin(), found->second.end());
  }
  return ordered;
}

}  // namespace forever::cli
