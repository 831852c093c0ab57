// The apps as a command sees them; and adoption of those whose supervisor is gone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/state_directory.hpp"
#include "client/traces.hpp"

namespace forever {

// The state of one app, derived from its files, its lock and the kernel at each call.
struct AppView {
  std::string name;
  AppStatus status;         // rebuilt as far as possible if the file is lost
  bool supervised = false;  // the lock is held
  bool foreign =
      false;  // kept by another machine or container: its lock is held, or its control socket answers, from there
  bool rebooted =
      false;  // the record is of another boot, container or machine, and no process keeps it: nothing of it is alive here
  bool adopted = false;  // it had lost its supervisor, and this look has given it a new one
  bool deleted = false;  // by another command, while this one looked
  std::string trouble;   // unreadable files, in one line; empty if none
  // The state to show: the recorded one, `unsupervised` if instances live without a supervisor, `stopped` after a reboot.
  [[nodiscard]] std::string state_word() const;
};
// Of such a word: it runs or is about to (online, starting, crashing); it is kept at all (these, backoff and stopping).
[[nodiscard]] bool is_up(std::string_view word) noexcept;
[[nodiscard]] bool is_kept(std::string_view word) noexcept;
// Adopts on the way: an app that wants to be online (or was being stopped) and has lost its supervisor gets a new one.
// `adopt` false only looks. Costs a file, a lock probe and a few lines of /proc for each app.
[[nodiscard]] std::vector<AppView> view_apps(const StateDirectory& state, bool adopt);
[[nodiscard]] AppView view_app(const StateDirectory& state, const std::string& name, bool adopt);
// If the whole state directory is missing: makes the supervisors of running apps write it again, and starts new
// supervisors for apps without one. Otherwise it does nothing. Without a directory it reads the process table once.
void bring_back(const StateDirectory& state);

// Asks the supervisor of `name` (by SIGHUP) to write its files again; finds it by its record (its own or its keeper's), else by its traces. false: there is none.
bool wake_supervisor(const StateDirectory& state, const std::string& name, const AppStatus* recorded, Traces& traces);

}  // namespace forever
