// The invariants: one keeper, one supervisor and one process tree a slot; no orphan, no zombie; `list` true; ports served;
// descriptors bounded.
#include "test/chaos/calm.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "test/support/net.hpp"
#include "test/support/process.hpp"

namespace forever::chaos {
namespace {

using Json = nlohmann::json;

// At rest a supervisor has some 25 descriptors, and a few more for each instance.
constexpr int kMostDescriptors = 48;
constexpr int kMostPerInstance = 12;

int number_in(const Json& value) { return value.is_number() ? value.get<int>() : 0; }

class Look {
 public:
  Look(const Stage& stage, const Model& model, Calm& calm) : stage_(stage), model_(model), calm_(calm) {}

  void look() {
    const test::Result result = test::run(command_for(stage_, {"list", "--json"}));
    calm_.list = result.out + result.err;
    const Json list = Json::parse(result.out, nullptr, false);
    calm_.processes = stage_.world.look();
    if (result.exit_code != 0 || list.is_discarded()) {
      fault(result.timed_out ? "list --json does not end"
                             : "list --json exits with " + std::to_string(result.exit_code) + ": " + calm_.list);
      calm_.observed.assign(stage_.apps.size(), Wanted::absent);
      return;
    }
    for (std::size_t i = 0; i < stage_.apps.size(); ++i) {
      const App& app = stage_.apps[i];
      Json entry;
      for (const Json& one : list.at("apps")) {
        if (one.at("name") == app.name) entry = one;
      }
      look_at(app, entry);
      const Wanted observed = wanted_of(entry);
      calm_.observed.push_back(observed);
      if (!model_.admissible(i).contains(observed))
        fault(app.name + " is " + name_of(observed) + ", but was asked to be " + text_of(model_.admissible(i)));
    }
    for (const Json& one : list.at("apps")) {
      const auto known = [&](const App& app) { return one.at("name") == app.name; };
      if (std::none_of(stage_.apps.begin(), stage_.apps.end(), known))
        fault("list shows " + one.at("name").dump() + ", which was never started");
    }
    for (const Process& process : calm_.processes) {
      if (process.kind == Kind::zombie)
        fault("zombie " + std::to_string(process.pid) + ", child of " + std::to_string(process.parent));
    }
  }

 private:
  void fault(const std::string& text) { calm_.faults.push_back(text); }

  static std::string text_of(const std::set<Wanted>& all) {
    std::string text;
    for (const Wanted wanted : all) text += std::string(text.empty() ? "" : " or ") + name_of(wanted);
    return text;
  }

  static Wanted wanted_of(const Json& entry) {
    if (entry.is_null()) return Wanted::absent;
    return entry.at("status") == "stopped" || entry.at("status") == "errored" ? Wanted::stopped : Wanted::running;
  }

  [[nodiscard]] std::vector<const Process*> of(const App& app, Kind kind) const {
    std::vector<const Process*> found;
    for (const Process& process : calm_.processes) {
      if (process.kind == kind && process.app == app.name) found.push_back(&process);
    }
    return found;
  }

  static std::string pids(const std::vector<const Process*>& processes) {
    std::string text;
    for (const Process* process : processes) text += " " + std::to_string(process->pid);
    return text;
  }

  void look_at(const App& app, const Json& entry) {
    const auto keepers = of(app, Kind::keeper);
    const auto supervisors = of(app, Kind::supervisor);
    const auto instances = of(app, Kind::instance);
    if (wanted_of(entry) != Wanted::running) {
      const std::string state =
          app.name + " is " + (entry.is_null() ? "not on record" : entry.at("status").get<std::string>());
      if (!instances.empty()) fault(state + ", but these processes of it live:" + pids(instances));
      if (!keepers.empty() || !supervisors.empty())
        fault(state + ", but has keeper and supervisor:" + pids(keepers) + pids(supervisors));
      return;
    }
    if (keepers.size() != 1) fault(app.name + " has " + std::to_string(keepers.size()) + " keepers:" + pids(keepers));
    if (supervisors.size() != 1)
      fault(app.name + " has " + std::to_string(supervisors.size()) + " supervisors:" + pids(supervisors));
    if (keepers.size() == 1 && keepers[0]->pid != number_in(entry.at("keeper_pid")))
      fault(app.name + ": list says that the keeper is " + entry.at("keeper_pid").dump() + ", it is" + pids(keepers));
    if (supervisors.size() == 1 && supervisors[0]->pid != number_in(entry.at("supervisor_pid")))
      fault(app.name + ": list says that the supervisor is " + entry.at("supervisor_pid").dump() + ", it is" +
            pids(supervisors));
    look_at_instances(app, entry, instances);
    for (const auto* group : {&keepers, &supervisors}) {
      for (const Process* process : *group)
        look_at_descriptors(app, *process, static_cast<int>(entry.at("instances").size()));
    }
    look_at_port(app, entry);
  }

  void look_at_instances(const App& app, const Json& entry, const std::vector<const Process*>& instances) {
    std::map<int, const Json*> slots;
    for (const Json& instance : entry.at("instances")) slots[instance.at("slot").get<int>()] = &instance;
    std::map<int, std::string> markers;
    for (const auto& [slot, instance] : slots) {
      const std::string name = app.name + ", slot " + std::to_string(slot) + ", ";
      const std::string status = instance->at("status");
      const int pid = number_in(instance->at("pid"));
      const bool resting = status == "backoff" || status == "crashing" || (app.crashes && status == "starting");
      if (status != "online" && !(app.crashes && resting) && status != "stopped") fault(name + "is " + status);
      if (status == "online" && pid == 0) fault(name + "is online without a process");
      if (pid == 0) continue;
      const auto found =
          std::find_if(instances.begin(), instances.end(), [&](const Process* one) { return one->pid == pid; });
      if (found == instances.end()) {
        fault(name + "is said to be " + std::to_string(pid) + ", which is none of:" + pids(instances));
      } else if ((*found)->slot != slot || !(*found)->leader) {
        fault(name + "is said to be " + std::to_string(pid) + ", which is of slot " + std::to_string((*found)->slot) +
              ": " + (*found)->title);
      } else {
        markers[slot] = (*found)->marker;
      }
    }
    for (const Process* process : instances) {
      const auto marker = markers.find(process->slot);
      if (marker == markers.end()) {
        fault(app.name + ": " + std::to_string(process->pid) + " lives in slot " + std::to_string(process->slot) +
              ", which has no process by list");
      } else if (marker->second != process->marker) {
        fault(app.name + ": two trees in slot " + std::to_string(process->slot) + ": " + marker->second + ", and " +
              std::to_string(process->pid) + " of " + process->marker);
      } else if (process->leader && process->pid != number_in(slots[process->slot]->at("pid"))) {
        fault(app.name + ": a second copy in slot " + std::to_string(process->slot) + ": " +
              std::to_string(process->pid));
      }
    }
  }

  void look_at_descriptors(const App& app, const Process& process, int instances) {
    const int open = test::count_open_descriptors(process.pid);
    if (open > kMostDescriptors + kMostPerInstance * instances)
      fault(app.name + ": " + process.title + " has " + std::to_string(open) + " descriptors open");
  }

  void look_at_port(const App& app, const Json& entry) {
    if (app.port == 0 || entry.at("status") != "online") return;
    const test::HttpResponse response = test::http_get(app.port, "/", test::Milliseconds(3000));
    if (!response.ok())
      fault(app.name + " is online, but does not answer on port " + std::to_string(app.port) + ": " + response.error);
  }

  const Stage& stage_;
  const Model& model_;
  Calm& calm_;
};

}  // namespace

Calm look_at_calm(const Stage& stage, const Model& model) {
  Calm calm;
  Look(stage, model, calm).look();
  return calm;
}

}  // namespace forever::chaos
