// port: who holds a port, and how to be rid of it.
#include "cli/processes/port.hpp"

#include <algorithm>

#include "cli/processes/held.hpp"
#include "cli/terminal/print.hpp"
#include "client/view.hpp"
#include "platform/users.hpp"

namespace forever::cli {
namespace {

Held holders_of(const std::vector<AppView>& views, const std::vector<PortUse>& uses) {
  Held held;
  for (const PortUse& use : uses) {
    if (use.pid == 0) {
      held.unseen.push_back(use);
      continue;
    }
    const auto known = std::find_if(held.occupants.begin(), held.occupants.end(),
                                    [&](const Occupant& other) { return other.program.id.pid == use.pid; });
    if (known != held.occupants.end()) {
      known->ports.push_back(use);
    } else if (auto occupant = occupant_of(views, use.pid)) {
      occupant->ports = {use};
      held.occupants.push_back(std::move(*occupant));
    }
  }
  return held;
}

bool is_meant(const PortUse& use, const std::vector<PortWanted>& ports) {
  return ports.empty() || std::any_of(ports.begin(), ports.end(), [&](const PortWanted& wanted) {
           return wanted.port == use.port && (!wanted.transport || *wanted.transport == use.transport);
         });
}

Result<std::vector<PortUse>> uses_of(const std::vector<PortWanted>& ports) {
  auto uses = port_uses(ports.size() == 1 ? std::optional{ports.front().port} : std::nullopt);
  if (uses) std::erase_if(*uses, [&](const PortUse& use) { return !is_meant(use, ports); });
  return uses;
}

std::string names_of(const std::vector<PortWanted>& ports) {
  std::string names;
  for (const PortWanted& wanted : ports) {
    names += (names.empty() ? "" : ", ") + std::to_string(wanted.port);
    if (wanted.transport) names += *wanted.transport == Transport::tcp ? "/tcp" : "/udp";
  }
  return names;
}

int free_ports(const Port& command, const StateDirectory& state, const Held& held) {
  const auto still_holds = [&](const Occupant& occupant) {
    const auto uses = uses_of(command.ports);
    return uses && std::any_of(uses->begin(), uses->end(),
                               [&](const PortUse& use) { return use.pid == occupant.program.id.pid; });
  };
  Ending ending = end_occupants(held.occupants, {command.signal, Milliseconds{10000}, command.which.quiet},
                                [&](const Occupant& occupant) { return !still_holds(occupant); });
  for (const PortUse& use : held.unseen)
    ending.failed.push_back(words_for(use) + " is held by a process of " + user_name(use.owner) +
                            " that cannot be seen from here");
  // A new holder, started by somebody who keeps it alive: said, not fought.
  const auto uses = uses_of(command.ports);
  const Held left = uses ? holders_of(view_apps(state, false), *uses) : Held{};
  if (ending.failed.empty()) {
    for (const Occupant& occupant : left.occupants)
      ending.failed.push_back("port " + names_of(command.ports) + " is held again, by " + words_for(occupant) +
                              "; somebody starts it anew");
    if (left.occupants.empty())
      ending.done.push_back("port " + names_of(command.ports) + (command.ports.size() == 1 ? " is free" : " are free"));
  }
  return answer_ending(ending, left, state, command.which);
}

}  // namespace

int port(const Port& command) {
  auto opened = open_state(false);
  if (const auto* failure = std::get_if<Failure>(&opened)) return fail(*failure, command.which.json);
  const StateDirectory& state = std::get<StateDirectory>(opened);
  const auto uses = uses_of(command.ports);
  if (!uses) return fail({ExitCode::failed, uses.error().message()}, command.which.json, state.path());
  const Held held = holders_of(view_apps(state, false), *uses);
  if (command.kill) return free_ports(command, state, held);
  const std::string whom = command.ports.empty() ? "no port" : "port " + names_of(command.ports);
  return show(held, "nobody that can be seen holds " + whom, state, command.which);
}

}  // namespace forever::cli
