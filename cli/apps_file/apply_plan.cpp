// What has to be done so that what runs is what an apps file says.
#include "cli/apps_file/apply_plan.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "text/printable.hpp"

namespace forever::cli {
namespace {

// "env PORT" of "env PORT=1", "args" of `args=["x"]`.
std::string key_of(const std::string& declared) { return declared.substr(0, declared.find('=')); }

std::vector<std::string> differing_keys(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::string> lines;
  std::set_symmetric_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(lines));
  std::set<std::string> keys;
  for (const std::string& line : lines) keys.insert(key_of(line));
  return {keys.begin(), keys.end()};
}

// The same in all that is not the caller's shell or the record's own.
bool same_settings(AppSpec a, const AppSpec& b) {
  a.id = b.id;
  a.created_ms = b.created_ms;
  a.environment = b.environment;
  a.environment_files = b.environment_files;
  a.given_environment = b.given_environment;
  a.umask = b.umask;
  a.limits = b.limits;
  a.apps_file = b.apps_file;
  a.depends_on = b.depends_on;  // says when it is started, not how it is
  a.declared = b.declared;
  a.hold_ports = b.hold_ports;  // scaling to one holds what several shared; what the file says of it is declared
  return a == b;
}

Way way_to(const AppSpec& wanted, const AppSpec& recorded) {
  AppSpec same = recorded;
  same.instances = wanted.instances;
  auto keys = differing_keys(wanted.declared, recorded.declared);
  std::erase(keys, "instances");
  const bool number_alone = keys.empty() && wanted.instances != recorded.instances && same_settings(same, wanted);
  if (number_alone && !recorded.apps_file.empty()) return Way::scale;
  return wanted.shares_ports() && recorded.shares_ports() ? Way::reload : Way::restart;
}

Planned compare(const AppSpec& wanted, const OnRecord* recorded) {
  if (recorded == nullptr) return {wanted.name, Change::fresh, {}, {}};
  Planned planned{wanted.name, Change::same, differing_keys(wanted.declared, recorded->spec.declared),
                  way_to(wanted, recorded->spec)};
  if (recorded->spec.apps_file.empty()) planned.what = {"it was not started from an apps file"};
  if (planned.what.empty() && !same_settings(wanted, recorded->spec))
    planned.what = {"settings given on the command line"};
  if (!planned.what.empty()) planned.change = Change::changed;
  if (!recorded->running) planned = {wanted.name, Change::stopped, {}, {}};
  return planned;
}

const char* words_for(Way way) {
  switch (way) {
    case Way::restart: return "restarted";
    case Way::reload: return "reloaded";
    case Way::scale: return "scaled";
  }
  return "restarted";
}

}  // namespace

std::vector<Planned> plan_apply(const std::vector<AppSpec>& wanted, const std::map<std::string, OnRecord>& recorded,
                                const std::string& apps_file, bool only) {
  std::vector<Planned> plan;
  std::set<std::string> names;
  for (const AppSpec& spec : wanted) {
    const auto found = recorded.find(spec.name);
    plan.push_back(compare(spec, found == recorded.end() ? nullptr : &found->second));
    names.insert(spec.name);
  }
  if (only) return plan;
  for (const auto& [name, record] : recorded) {
    if (record.spec.apps_file == apps_file && !names.contains(name)) plan.push_back({name, Change::gone, {}, {}});
  }
  return plan;
}

std::string describe_plan(const std::vector<Planned>& plan) {
  std::array<std::size_t, 5> counts{};
  std::string text;
  for (const Planned& planned : plan) {
    ++counts[static_cast<std::size_t>(planned.change)];
    const std::string name = printable(planned.name);
    std::string keys;
    for (const std::string& key : planned.what) keys += (keys.empty() ? "" : ", ") + printable(key);
    switch (planned.change) {
      case Change::fresh: text += "+ " + name + ": new, to be started\n"; break;
      case Change::stopped: text += "+ " + name + ": not running, to be started\n"; break;
      case Change::changed:
        text += "~ " + name + ": changed (" + keys + "), to be " + words_for(planned.way) + "\n";
        break;
      case Change::gone: text += "- " + name + ": no longer in the file, to be deleted\n"; break;
      case Change::same: break;
    }
  }
  const auto count = [&](Change change) { return counts[static_cast<std::size_t>(change)]; };
  return text + std::to_string(count(Change::fresh) + count(Change::stopped)) + " to start, " +
         std::to_string(count(Change::changed)) + " to change, " + std::to_string(count(Change::gone)) + " to stop, " +
         std::to_string(count(Change::same)) + " unchanged\n";
}

}  // namespace forever::cli
