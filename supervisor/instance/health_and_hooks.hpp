// Looking after an instance, below a keeper as in the foreground: whether it is well, and what is told of its end.
#pragma once

#include <string>

#include "app/status.hpp"
#include "supervisor/decide/health.hpp"
#include "supervisor/instance/instance.hpp"
#include "supervisor/instance/side_commands.hpp"
#include "supervisor/ports/shared_ports.hpp"

namespace forever {

// Begins the look that is due, if one is. What prevented it, for the event log; empty: nothing did. `ports`: those that the
// instance may share with others, so that a look at one of them is answered by the instance that is meant.
[[nodiscard]] std::string look_if_due(Health& health, SideCommands& side, const AppSpec& spec, const Instance& instance,
                                      Time now, SharedPorts* ports = nullptr);

// What the end of a look comes to.
struct Judgement {
  std::string words;  // for the event log; empty: it is well, or the look was at a run that is over
  bool hung = false;  // it is to be restarted
};
[[nodiscard]] Judgement judge(Health& health, const SideCommands::Answer& answer, const AppSpec& spec,
                              const Instance& instance, Time now);

// The end of a run, without last lines. `stage`: where a start failed.
[[nodiscard]] LastExit last_exit(const Instance& instance, const ProcessId& process, const std::string& stage,
                                 const action::RecordExit& exit);
// What a command is told of it; `out` and `err` are the paths of the logs.
[[nodiscard]] ExitStory story_of(const AppSpec& spec, const Instance& instance, const LastExit& last, std::string out,
                                 std::string err);

}  // namespace forever
