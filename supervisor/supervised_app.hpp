// What the parts of a supervisor know of its app alike: who is who, what was asked for, what is wanted, and what is to go on record.
// Data, and nothing that acts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/ours.hpp"
#include "app/spec.hpp"
#include "app/state_directory.hpp"
#include "app/status.hpp"
#include "platform/process.hpp"
#include "supervisor/log/event_log.hpp"

namespace forever {

struct SupervisedApp {
  SupervisedApp(StateDirectory directory, std::string called) : state(std::move(directory)), name(std::move(called)) {}

  StateDirectory state;
  std::string name;
  AppSpec spec;
  bool spec_lost = false;  // what lives is adopted without it, and not started again

  unsigned generation = 0;  // of this supervisor below its keeper; 0: the first
  bool fresh = false;       // launched by `start`, not to adopt
  bool lost = false;        // keeper or both have died since: orphans may hang below init, known by their markers alone
  std::optional<Ours> ours;  // once it has begun: who is believed
  HostId host;
  ProcessId self;
  ProcessId keeper;

  Desired desired = Desired::online;
  PlanStep plan = PlanStep::none;
  bool hooks_left = false;  // at the end of all, on-exit commands that still run are not waited for: the app is deleted
  bool leaving = false;     // for another binary: the next supervisor is made in it

  std::vector<std::string> command;  // of the process that was started last
  std::string changed;               // the watched files for which it is being restarted, one on each line
  std::vector<LastExit> last_exits;

  bool dirty = true;       // the status is not what is on record
  bool pids_dirty = true;  // nor are the pid files
  // For the event log, written when no client waits any more.
  void log_later(EventLevel level, std::string text) { lines.emplace_back(level, std::move(text)); }
  std::vector<std::pair<EventLevel, std::string>> lines;

  // How the last run of a slot has ended.
  [[nodiscard]] const LastExit* last_exit_of(std::uint32_t slot) const {
    for (auto exit = last_exits.rbegin(); exit != last_exits.rend(); ++exit) {
      if (exit->slot == slot) return &*exit;
    }
    return nullptr;
  }
};

// As which user its programs run.
[[nodiscard]] std::uint32_t program_uid(const AppSpec& spec);

}  // namespace forever
