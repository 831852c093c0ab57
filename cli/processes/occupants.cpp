// Whose a process is, and how it is shown.
#include "cli/processes/occupants.hpp"

#include "app/marker.hpp"
#include "cli/apps/json.hpp"
#include "client/view.hpp"
#include "platform/users.hpp"
#include "text/json_fields.hpp"
#include "text/printable.hpp"
#include "text/units.hpp"

namespace forever::cli {
namespace {

constexpr int kDeepest = 1000;  // ancestors; a bound for a table that changes while it is read

bool is(const ProcessId& recorded, Pid pid) { return recorded.pid == pid && identify(pid) == recorded; }

std::optional<Owner> owner_itself(const std::vector<AppView>& views, Pid pid) {
  for (const AppView& view : views) {
    if (view.foreign || view.rebooted) continue;
    const AppStatus& status = view.status;
    const bool several = status.instances.size() > 1;
    for (const InstanceStatus& instance : status.instances) {
      if (is(instance.process, pid)) return Owner{view.name, instance.slot, several, pid, {}};
    }
    if (is(status.supervisor, pid) || is(status.keeper, pid)) return Owner{view.name, std::nullopt, several, 0, {}};
  }
  return std::nullopt;
}

// The state directory that the process was started from, by the rule of forever(1), ENVIRONMENT.
std::string state_directory_of(Pid pid) {
  for (const char* name : {"FOREVER_HOME", "FOREVER_ROOT"}) {
    if (auto path = environment_of(pid, name); path && !path->empty()) return *path;
  }
  return environment_of(pid, "HOME").value_or("") + "/.forever";
}

std::string command_text(const ProgramFacts& program) {
  std::string text;
  for (const std::string& word : program.command) text += (text.empty() ? "" : " ") + word;
  return text.empty() ? "[" + program.image + "]" : text;
}

std::vector<Cell> row(const Occupant& occupant, const PortUse* use) {
  const bool ours = occupant.owner && occupant.owner->elsewhere.empty();
  return {use != nullptr ? Cell{words_for(*use)} : Cell{},
          Cell{std::to_string(occupant.program.id.pid)},
          Cell{printable(occupant.program.image), Colour::bold},
          Cell{printable(occupant.user)},
          Cell{printable(words_for(occupant.owner)), ours ? Colour::green : Colour::dim},
          Cell{format_age(occupant.age)},
          Cell{format_size(occupant.program.use.memory_bytes)},
          Cell{printable(command_text(occupant.program))}};
}

Json port_json(const PortUse& use) {
  return {{"transport", use.transport == Transport::tcp ? "tcp" : "udp"},
          {"address", use.address},
          {"port", use.port},
          {"ipv6", use.ipv6}};
}

Json occupant_json(const Occupant& occupant) {
  const Owner owner = occupant.owner.value_or(Owner{});
  Json json = {{"pid", occupant.program.id.pid},
               {"program", occupant.program.image},
               {"user", occupant.user},
               {"app", owner.app.empty() ? Json(nullptr) : Json(owner.app)},
               {"slot", owner.slot ? Json(*owner.slot) : Json(nullptr)},
               {"uptime_ms", occupant.age.count()},
               {"memory_bytes", occupant.program.use.memory_bytes},
               {"command", occupant.program.command},
               {"ports", Json::array()}};
  if (!owner.elsewhere.empty()) json["elsewhere"] = owner.elsewhere;
  for (const PortUse& use : occupant.ports) json["ports"].push_back(port_json(use));
  return json;
}

}  // namespace

std::optional<Owner> owner_of(const std::vector<AppView>& views, Pid pid) {
  std::optional<Owner> elsewhere;
  Pid at = pid;
  for (int depth = 0; at > 1 && depth < kDeepest; ++depth, at = parent_of(at)) {
    if (auto owner = owner_itself(views, at)) return owner;
    if (elsewhere) continue;
    if (const auto marker = marker_of(at)) {
      // "<state directory id>/<app>"
      const std::size_t slash = marker->prefix.rfind('/');
      elsewhere = Owner{marker->prefix.substr(slash + 1), marker->slot, false, at, state_directory_of(at)};
    }
  }
  return elsewhere;
}

std::optional<Occupant> occupant_of(const std::vector<AppView>& views, Pid pid) {
  auto program = program_of(pid);
  if (!program) return std::nullopt;
  Occupant occupant;
  occupant.user = user_name(program->user);
  occupant.age = age_of(program->id);
  occupant.owner = owner_of(views, pid);
  occupant.program = std::move(*program);
  return occupant;
}

std::string words_for(const std::optional<Owner>& owner) {
  if (!owner) return "-";
  if (!owner->elsewhere.empty()) return owner->app + " (in " + owner->elsewhere + ")";
  if (!owner->slot) return owner->app + " (supervised)";
  return owner->several ? owner->app + " slot " + std::to_string(*owner->slot) : owner->app;
}

std::string words_for(const Occupant& occupant) {
  const std::string pid = "pid " + std::to_string(occupant.program.id.pid);
  const std::string& image = occupant.program.image;
  if (occupant.owner && occupant.owner->elsewhere.empty())
    return "app " + words_for(occupant.owner) + " (" + pid + ", " + image + ")";
  return pid + " (" + image + ", user " + occupant.user + ")";
}

std::string words_for(const PortUse& use) {
  std::string words = use.transport == Transport::tcp ? "tcp " : "udp ";
  words += use.ipv6 ? "[" + use.address + "]" : use.address;
  return words + ":" + std::to_string(use.port);
}

Table occupant_table(const std::vector<Occupant>& occupants, const std::vector<PortUse>& unseen) {
  constexpr auto kRight = Column::Align::right;
  constexpr auto kLeft = Column::Align::left;
  Table table;
  table.columns = {{"held", kLeft, 0, 0}, {"pid", kRight, 0, 0},    {"program", kLeft, 0, 6}, {"user", kLeft, 0, 4},
                   {"app", kLeft, 0, 6},  {"uptime", kRight, 2, 0}, {"memory", kRight, 1, 0}, {"command", kLeft, 0, 8}};
  for (const Occupant& occupant : occupants) {
    if (occupant.ports.empty()) table.rows.push_back(row(occupant, nullptr));
    for (const PortUse& use : occupant.ports) table.rows.push_back(row(occupant, &use));
  }
  for (const PortUse& use : unseen)
    table.rows.push_back({Cell{words_for(use)}, Cell{"-"}, Cell{"-"}, Cell{user_name(use.owner)}, Cell{"-"}, Cell{"-"},
                          Cell{"-"}, Cell{"-"}});
  return table;
}

std::string json_occupants(const std::vector<Occupant>& occupants, const std::vector<PortUse>& unseen,
                           const OccupantAnswer& answer) {
  Json object = {{"version", kJsonVersion}, {"state_dir", answer.state_directory}, {"processes", Json::array()}};
  for (const Occupant& occupant : occupants) object["processes"].push_back(occupant_json(occupant));
  if (!unseen.empty()) {
    object["unseen"] = Json::array();
    for (const PortUse& use : unseen) {
      Json json = port_json(use);
      json["user"] = user_name(use.owner);
      object["unseen"].push_back(std::move(json));
    }
  }
  if (!answer.done.empty()) object["ended"] = answer.done;
  if (!answer.error.empty()) object["error"] = answer.error;
  return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace forever::cli
