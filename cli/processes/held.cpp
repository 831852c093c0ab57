#include "cli/processes/held.hpp"

#include "cli/terminal/print.hpp"
#include "platform/console.hpp"
#include "platform/signals.hpp"
#include "platform/users.hpp"
#include "text/printable.hpp"

namespace forever::cli {
namespace {

constexpr Option kReachOptions[] = {
    {{.names = "-k,--kill",
      .kind = ValueKind::signal,
      .value = "SIGNAL",
      .help = "Ends the processes found: an app by its own stop plan (at once if SIGNAL is KILL), any other process by "
              "SIGNAL. "
              "Default TERM, and KILL after 10 s.",
      .value_optional = true},
     by<Reach>([](Reach& reach, const std::string& value) -> Fault {
       reach.kill = true;
       if (value.empty()) return {};
       reach.signal = signal_from_name(value);
       return reach.signal ? Fault{} : "is not a signal; try TERM, INT, KILL or a number";
     })},
    {{"-q,--quiet", ValueKind::none, "", "Prints only the pids, one per line; with --kill nothing but errors."},
     set_quiet},
    kJson,
};

std::size_t table_width() { return is_terminal(Stream::out) ? static_cast<std::size_t>(terminal_width(80)) : 0; }

}  // namespace

constinit const OptionGroup kReachGroups[1] = {{"Options", kReachOptions}};

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : "; ") + part;
  return text;
}

int show(const Held& held, const std::string& none, const StateDirectory& state, const SelectorOptions& options) {
  const bool found = !held.occupants.empty() || !held.unseen.empty();
  const int code = to_int(found ? ExitCode::ok : ExitCode::failed);
  if (options.json)
    return print(json_occupants(held.occupants, held.unseen, {state.path(), found ? "" : none, {}}), code);
  if (!found) return fail({ExitCode::failed, none}, false);
  if (!held.unseen.empty())
    tell(effective_uid() == 0 ? "a process that is not shown runs outside this container"
                              : "a process that is not shown belongs to another user; root can see it");
  if (options.quiet) {
    std::string pids;
    for (const Occupant& occupant : held.occupants) pids += std::to_string(occupant.program.id.pid) + "\n";
    return print(pids, code);
  }
  return print(render(occupant_table(held.occupants, held.unseen), table_width(), colours_wanted(Stream::out)), code);
}

int answer_ending(const Ending& ending, const Held& left, const StateDirectory& state, const SelectorOptions& options) {
  for (const std::string& failure : ending.failed) complain(failure);
  const int code = to_int(ending.failed.empty() ? ExitCode::ok : ExitCode::failed);
  if (options.json)
    return print(json_occupants(left.occupants, left.unseen, {state.path(), joined(ending.failed), ending.done}), code);
  std::string done;
  for (const std::string& line : ending.done) done += printable(line) + "\n";
  return options.quiet ? code : print(done, code);
}

}  // namespace forever::cli
