// Processes as a person asks for them, by a port or by a program's name, and which of them are ours.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/terminal/table.hpp"
#include "client/view.hpp"
#include "platform/ports.hpp"
#include "platform/program.hpp"

namespace forever::cli {

// The app that a process belongs to.
struct Owner {
  std::string app;
  std::optional<std::uint32_t> slot;  // nothing: its supervisor or keeper, or an orphan that is below these
  bool several = false;               // the app has more instances than that one
  Pid instance = 0;                   // the leading process of the slot
  std::string elsewhere;              // the app of another state directory: which one
};

struct Occupant {
  ProgramFacts program;
  std::string user;
  Milliseconds age{0};
  std::optional<Owner> owner;
  std::vector<PortUse> ports;  // what it holds, where a port was asked for
};

// Whose the process is, by the nearest of its ancestors that an app here knows by pid and start time.
[[nodiscard]] std::optional<Owner> owner_of(const std::vector<AppView>& views, Pid pid);

// Everything about one process; nothing if it has ended meanwhile.
[[nodiscard]] std::optional<Occupant> occupant_of(const std::vector<AppView>& views, Pid pid);

// "web", "web slot 1", "web (supervised)", "web (in /srv/.forever)", "-".
[[nodiscard]] std::string words_for(const std::optional<Owner>& owner);
// "pid 4711 (node, user www)" and for ours "app web (pid 4711, node)".
[[nodiscard]] std::string words_for(const Occupant& occupant);

// "tcp 127.0.0.1:8081", "udp [::]:53"
[[nodiscard]] std::string words_for(const PortUse& use);

// A row for each process, or for each of its ports where it has any; `unseen` are sockets whose holders cannot be seen.
[[nodiscard]] Table occupant_table(const std::vector<Occupant>& occupants, const std::vector<PortUse>& unseen);

struct OccupantAnswer {
  std::string state_directory;
  std::string error;
  std::vector<std::string> done;  // what was ended, in words
};
// {"version":1,"state_dir":"…","processes":[…]}
[[nodiscard]] std::string json_occupants(const std::vector<Occupant>& occupants, const std::vector<PortUse>& unseen,
                                         const OccupantAnswer& answer);

}  // namespace forever::cli
