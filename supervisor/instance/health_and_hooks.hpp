// Health and hooks of an instance, both below a keeper and in the foreground: its probes, and the command for its exit.
#pragma once

#include <map>
#include <string>

#include "app/status.hpp"
#include "supervisor/decide/due.hpp"
#include "supervisor/decide/health.hpp"
#include "supervisor/instance/roster.hpp"
#include "supervisor/instance/side_commands.hpp"
#include "supervisor/ports/shared_ports.hpp"
#include "supervisor/supervised_app.hpp"

namespace forever {

// Begins the probe that is due, if any. Returns what prevented it, for the event log; empty: nothing. `ports`: those that the
// instance may share with others, so that the right instance answers a probe of one of them.
[[nodiscard]] std::string look_if_due(Health& health, SideCommands& side, const AppSpec& spec, const Instance& instance,
                                      Time now, SharedPorts* ports = nullptr);

// The result of a probe.
struct Judgement {
  std::string words;  // for the event log; empty: it is well, or the look was at a run that is over
  bool hung = false;  // it is to be restarted
};
[[nodiscard]] Judgement judge(Health& health, const SideCommands::Answer& answer, const AppSpec& spec,
                              const Instance& instance, Time now);

// The end of a run, without last lines. `stage`: where a start failed.
[[nodiscard]] LastExit last_exit(const Instance& instance, const ProcessId& process, const std::string& stage,
                                 const action::RecordExit& exit);
// The description of the exit for a command; `out` and `err` are the paths of the logs.
[[nodiscard]] ExitStory story_of(const AppSpec& spec, const Instance& instance, const LastExit& last, std::string out,
                                 std::string err);

class HealthAndHooks : public Timed {
 public:
  // `ports`: as of look_if_due().
  HealthAndHooks(SupervisedApp& app, Roster& roster, SharedPorts* ports) : app_(app), roster_(roster), ports_(ports) {}

  [[nodiscard]] std::optional<Time> due(Time now) const override;
  void tick(Time now) override;

  struct End {
    bool known = false;        // it was a command of ours
    Instance* hung = nullptr;  // this instance is to be restarted
  };
  [[nodiscard]] End process_ended(Pid pid, const ExitStatus& status, Time now);
  // Runs the on-exit command, if there is one; what that writes goes to `err`.
  void tell_exit(const Instance& instance, const LastExit& last, NativeHandle err);

  [[nodiscard]] const SideCommands& commands() const noexcept { return side_; }
  void end_looks() noexcept { side_.end_looks(); }

 private:
  SupervisedApp& app_;
  Roster& roster_;
  SharedPorts* ports_;
  SideCommands side_;
  std::map<std::uint32_t, Health> health_;  // by the key of the instance
};

}  // namespace forever
