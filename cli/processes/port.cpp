// port: who holds a port, and how to be rid of it.
#include "cli/processes/port.hpp"

#include "cli/grammar/verb.hpp"

#include <algorithm>
#include <charconv>

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
                            " that is not visible here");
  // A new holder, started by another supervisor: reported, not signalled.
  const auto uses = uses_of(command.ports);
  const Held left = uses ? holders_of(view_apps(state, false), *uses) : Held{};
  if (ending.failed.empty()) {
    for (const Occupant& occupant : left.occupants)
      ending.failed.push_back("port " + names_of(command.ports) + " is held again, by " + words_for(occupant) +
                              "; another program restarts it");
    if (left.occupants.empty())
      ending.done.push_back("port " + names_of(command.ports) + (command.ports.size() == 1 ? " is free" : " are free"));
  }
  return answer_ending(ending, left, state, command.which);
}

// "8081", "8081/tcp", "53/udp"
std::optional<PortWanted> port_from(std::string_view word) {
  PortWanted wanted;
  const std::size_t slash = word.find('/');
  if (slash != std::string_view::npos) {
    const std::string_view transport = word.substr(slash + 1);
    if (transport != "tcp" && transport != "udp") return std::nullopt;
    wanted.transport = transport == "tcp" ? Transport::tcp : Transport::udp;
    word = word.substr(0, slash);
  }
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), wanted.port);
  if (error != std::errc{} || end != word.data() + word.size() || wanted.port == 0) return std::nullopt;
  return wanted;
}

}  // namespace

constinit const Verb kPortVerb{
    .name = "port",
    .family = family::kLooking,
    .operands = "[PORT[/tcp|/udp]]... [OPTION]...",
    .summary = "show which process holds a port; --kill frees it",
    .text =
        "Shows which processes listen on PORT, and the app they belong to. Without PORT: shows all ports in "
        "use. Exit code 1 if no process listens.\n"
        "With --kill the port is free when the command returns: an app is stopped through its "
        "supervisor, so that it is not restarted; another program gets a signal.",
    .examples =
        "forever port 8081\n"
        "forever port 8081 --kill\tfree it\n"
        "forever port 53/udp --kill KILL\tat once",
    .groups = kReachGroups,
    .begin = begin<Port>,
};

std::optional<UsageError> Port::take(Operands& operands) {
  join(operands);
  for (const std::string& word : operands.words) {
    const auto wanted = port_from(word);
    if (!wanted) {
      return UsageError{"'" + word + "' is " + (kill ? "neither a signal (TERM, INT, KILL or a number) nor" : "not") +
                        " a port; write 8081, 8081/tcp or 53/udp"};
    }
    ports.push_back(*wanted);
  }
  if (kill && ports.empty()) return missing("port", "the port to be freed before --kill: forever port 8081 --kill");
  return std::nullopt;
}

int Port::carry_out() const {
  auto opened = open_state(false);
  if (const auto* failure = std::get_if<Failure>(&opened)) return fail(*failure, which.json);
  const StateDirectory& state = std::get<StateDirectory>(opened);
  const auto uses = uses_of(ports);
  if (!uses) return fail({ExitCode::failed, uses.error().message()}, which.json, state.path());
  const Held held = holders_of(view_apps(state, false), *uses);
  if (kill) return free_ports(*this, state, held);
  const std::string whom = ports.empty() ? "no port" : "port " + names_of(ports);
  return show(held, "no visible process holds " + whom, state, which);
}

}  // namespace forever::cli
