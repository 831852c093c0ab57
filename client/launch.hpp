// From the command line to a supervisor that runs, and adoption of apps whose supervisor is gone.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/control_protocol.hpp"
#include "app/start_report.hpp"
#include "app/state_directory.hpp"
#include "platform/process.hpp"
#include "platform/result.hpp"

namespace forever {

// Writes the spec, takes the lock, launches keeper and supervisor, and waits for the report (milliseconds).
// An Error: nothing was started and nothing is left half-started. `already`: somebody supervises this name.
struct LaunchOutcome {
  bool already = false;
  StartReport report;
};
[[nodiscard]] Result<LaunchOutcome> launch_app(const StateDirectory& state, const AppSpec& spec);
// The same for many that do not wait for one another, a few side by side; the outcomes are in their order.
[[nodiscard]] std::vector<Result<LaunchOutcome>> launch_apps(const StateDirectory& state,
                                                             const std::vector<const AppSpec*>& specs);

// What is known of one app, put together from its files, its lock and the kernel. Derived at each look.
struct AppView {
  std::string name;
  AppStatus status;         // rebuilt as far as possible if the file is lost
  bool supervised = false;  // the lock is held
  bool foreign = false;     // recorded in another boot's, pid namespace's or machine's terms: not ours to touch
  bool rebooted = false;    // same machine, another boot: nothing of it can be alive
  bool adopted = false;     // it had lost its supervisor, and this look has given it a new one
  std::string trouble;      // unreadable files, in one line; empty if none
  // The state to show: the recorded one, `unsupervised` if instances live without a supervisor, `stopped` after a reboot.
  [[nodiscard]] std::string state_word() const;
};
// Adopts on the way: an app that wants to be online (or was being stopped) and has lost its supervisor gets a new one.
// `adopt` false only looks. Costs a file, a lock probe and a few lines of /proc for each app.
[[nodiscard]] std::vector<AppView> view_apps(const StateDirectory& state, bool adopt);
[[nodiscard]] AppView view_app(const StateDirectory& state, const std::string& name, bool adopt);
// Where the whole state directory is missing: has the supervisors of apps that live without it write it anew, and gives new
// ones to apps that have none. Else it does nothing. Without a directory it costs a walk of the process table.
void bring_back(const StateDirectory& state);

// Sends requests to many supervisors at once and waits for all replies; `on_progress` gets (name, text) as they come.
// Asks again where a supervisor died under way. The result is in the order of `names`.
struct ControlTarget {
  std::string name;
  ControlRequest request;
};
[[nodiscard]] std::vector<Result<ControlReply>> ask_supervisors(
    const StateDirectory& state, const std::vector<ControlTarget>& targets,
    const std::function<void(const std::string&, const std::string&)>& on_progress);

}  // namespace forever
