// What the states of instances make of an app; see status.hpp.
#include "app/status.hpp"

#include <algorithm>
#include <array>

namespace forever {

std::string id_text(const AppStatus& status) { return status.id == kNoId ? "-" : std::to_string(status.id); }

InstanceState overall_state(const AppStatus& status) {
  // `online` stands before `starting`: an app with one instance online is online.
  constexpr std::array kWorstFirst{InstanceState::errored, InstanceState::backoff,  InstanceState::stopping,
                                   InstanceState::online,  InstanceState::starting, InstanceState::stopped};
  for (const InstanceState state : kWorstFirst) {
    for (const InstanceStatus& instance : status.instances) {
      if (instance.state == state) return state;
    }
  }
  return InstanceState::stopped;
}

bool at_rest(const AppStatus& status) {
  return std::ranges::all_of(status.instances, [](const InstanceStatus& instance) { return at_rest(instance.state); });
}

const char* to_string(ExitStatus::Kind kind) noexcept {
  switch (kind) {
    case ExitStatus::Kind::exited: return "exited";
    case ExitStatus::Kind::signalled: return "signalled";
    case ExitStatus::Kind::unknown: return "unknown";
    case ExitStatus::Kind::not_started: return "not_started";
  }
  return "unknown";
}

const char* to_string(Role role) noexcept {
  switch (role) {
    case Role::serving: return "serving";
    case Role::rising: return "rising";
    case Role::retiring: return "retiring";
  }
  return "serving";
}

const char* to_string(Desired desired) noexcept {
  switch (desired) {
    case Desired::online: return "online";
    case Desired::stopped: return "stopped";
  }
  return "online";
}

const char* to_string(PlanStep plan) noexcept {
  switch (plan) {
    case PlanStep::none: return "none";
    case PlanStep::stopping: return "stopping";
    case PlanStep::restarting: return "restarting";
  }
  return "none";
}

}  // namespace forever
