#include "cli/apps_file/from_files.hpp"

#include <algorithm>
#include <set>

#include "cli/apps_file/source.hpp"
#include "platform/files.hpp"
#include "text/printable.hpp"

namespace forever::cli {
namespace {

// What is on record and bears on an apps file.
struct Recorded {
  std::string name, app_namespace, file;
  std::vector<std::string> depends_on, declared;
};

std::vector<Recorded> all_recorded(const StateDirectory& state) {
  std::vector<Recorded> all;
  for (const std::string& name : state.names()) {
    auto spec = state.read_spec(name);
    if (spec)
      all.push_back({name, spec->app_namespace, std::move(spec->apps_file), std::move(spec->depends_on),
                     std::move(spec->declared)});
    else if (exists(state.app_directory(name)))
      all.push_back({name, {}, {}, {}, {}});
  }
  return all;
}

bool is_same_file(const std::string& a, const std::string& b) {
  return a == b || (!a.empty() && canonical_path(a) == canonical_path(b));
}

// --only names apps as they are in the file, which may have had a suffix from their environment.
bool is_chosen(const Recorded& app, const std::vector<std::string>& only, const std::set<std::string>& in_file) {
  return only.empty() || std::any_of(only.begin(), only.end(), [&](const std::string& word) {
           const bool suffixed = app.name.starts_with(word + "-") && !in_file.contains(app.name);
           return app.name == word || app.app_namespace == word || suffixed;
         });
}

// An app's wave is behind those of all that it depends on.
std::size_t wave_of(const std::string& name, const std::map<std::string, std::vector<std::string>>& needs,
                    std::map<std::string, std::size_t>& order, std::size_t depth) {
  if (const auto known = order.find(name); known != order.end()) return known->second;
  std::size_t wave = 0;
  const auto found = needs.find(name);
  if (found != needs.end() && depth < needs.size()) {
    for (const std::string& other : found->second) {
      if (needs.contains(other)) wave = std::max(wave, wave_of(other, needs, order, depth + 1) + 1);
    }
  }
  return order[name] = wave;
}

class Finding {
 public:
  Finding(const StateDirectory& state, const SelectorOptions& options)
      : state_(state), options_(options), recorded_(all_recorded(state)) {}

  std::optional<Failure> add(const std::string& word) {
    const std::string path = word == "-" ? current_directory() + "/-" : absolute_path(word);
    const auto source = read_apps(word, options_.environment_name, options_.only, false);
    std::set<std::string> in_file;
    std::map<std::string, std::vector<std::string>> declared;
    if (const auto* const read = std::get_if<AppsSource>(&source)) {
      for (const AppEntry& app : read->file.apps) {
        in_file.insert(*app.request.name);
        declared[*app.request.name] = app.declared;
        needs_[*app.request.name] = app.depends_on;
      }
    }
    bool any = false;
    for (const Recorded& app : recorded_) {
      const bool named = in_file.contains(app.name);
      // With --env-name that environment alone is meant.
      const bool from_here = is_same_file(app.file, path) && (named || options_.environment_name.empty()) &&
                             is_chosen(app, options_.only, in_file);
      // The same app may be written down twice, as in process.json and process.yml; env files add to what is on record.
      const std::vector<std::string>& here = declared[app.name];
      const bool same = std::includes(app.declared.begin(), app.declared.end(), here.begin(), here.end());
      const bool elsewhere = !same && !app.file.empty() && !is_same_file(app.file, path) && exists(app.file);
      if (!from_here && (!named || elsewhere)) continue;
      any = true;
      needs_.emplace(app.name, app.depends_on);
      found_.selectors.push_back("name:" + app.name);
    }
    const auto* const failure = std::get_if<Failure>(&source);
    if (failure == nullptr) return std::nullopt;
    if (!any) return *failure;
    complain(failure->message + "; what is on record of it is meant");
    return std::nullopt;
  }
  void add_selector(const std::string& word) { found_.selectors.push_back(word); }

  FromFiles take() {
    for (const auto& [name, others] : needs_) (void)wave_of(name, needs_, found_.order, 0);
    found_.any = true;
    found_.nothing = found_.selectors.empty();
    return std::move(found_);
  }

 private:
  const StateDirectory& state_;
  const SelectorOptions& options_;
  std::vector<Recorded> recorded_;
  std::map<std::string, std::vector<std::string>> needs_;
  FromFiles found_;
};

}  // namespace

std::variant<FromFiles, Failure> apps_of_files(const SelectorOptions& options) {
  FromFiles none;
  none.selectors = options.selectors;
  if (std::none_of(options.selectors.begin(), options.selectors.end(), names_apps_file)) return none;
  auto opened = open_state(false);
  if (auto* failure = std::get_if<Failure>(&opened)) return *failure;
  const StateDirectory& state = std::get<StateDirectory>(opened);
  const auto is_file = [&](const std::string& word) { return !word.starts_with("name:") && is_apps_file(state, word); };
  if (std::none_of(options.selectors.begin(), options.selectors.end(), is_file)) return none;
  Finding finding(state, options);
  for (const std::string& word : options.selectors) {
    if (!is_file(word)) {
      finding.add_selector(word);
    } else if (auto failure = finding.add(word)) {
      return std::move(*failure);
    }
  }
  return finding.take();
}

}  // namespace forever::cli
