// What the states of instances make of an app; see status.hpp.
#include "app/status.hpp"

#include <algorithm>
#include <array>

#include "app/spec.hpp"

namespace forever {

std::string id_text(const AppStatus& status) { return status.id == kNoId ? "-" : std::to_string(status.id); }

InstanceState overall_state(const AppStatus& status) {
  // `online` comes before `starting`: an app with one instance online is online.
  constexpr std::array kWorstFirst{InstanceState::errored, InstanceState::backoff,  InstanceState::stopping,
                                   InstanceState::online,  InstanceState::starting, InstanceState::stopped};
  for (const InstanceState state : kWorstFirst) {
    for (const InstanceStatus& instance : status.instances) {
      if (instance.state == state) return state;
    }
  }
  return InstanceState::stopped;
}

std::string words_for_lost_spec(const std::string& name) {
  return "its spec.json is lost: its instances can be stopped but not restarted; `forever start PROGRAM --name " +
         name + "` with its command records a new one";
}

const char* shown_state(const InstanceStatus& instance, Time now) {
  const bool crashing = instance.state == InstanceState::online && instance.settles_ms > to_ms(now);
  return crashing ? kCrashing : to_string(instance.state);
}

const char* shown_state(const AppStatus& status, Time now) {
  const InstanceState state = overall_state(status);
  const bool crashing =
      state == InstanceState::online && std::ranges::any_of(status.instances, [&](const InstanceStatus& instance) {
        return instance.role == Role::serving && shown_state(instance, now) == kCrashing;
      });
  return crashing ? kCrashing : to_string(state);
}

bool is_failure(const LastExit& exit) {
  const auto why = from_word<Trigger>(exit.trigger);
  return why == Trigger::crash || why == Trigger::cgroup_memory || why == Trigger::health || why == Trigger::max_memory;
}

const LastExit* last_failure(const AppStatus& status, std::optional<std::uint32_t> slot) {
  const auto failed = [&](const LastExit& exit) { return (!slot || exit.slot == *slot) && is_failure(exit); };
  const auto found = std::find_if(status.last_exits.rbegin(), status.last_exits.rend(), failed);
  return found == status.last_exits.rend() ? nullptr : &*found;
}

std::string reason_of(const LastExit& exit) {
  return describe_exit(exit.status, exit.stage.empty() ? "exec" : exit.stage);
}

bool at_rest(const AppStatus& status) {
  return std::ranges::all_of(status.instances, [](const InstanceStatus& instance) { return at_rest(instance.state); });
}

AppStatus status_of(const AppSpec& spec) {
  AppStatus status;
  status.name = spec.name;
  status.id = spec.id;
  status.app_namespace = spec.app_namespace;
  status.user = spec.user;
  status.command = command_of(spec, true);
  status.directory = spec.directory;
  for (std::uint32_t slot = 0; slot < spec.instances; ++slot) status.instances.emplace_back().slot = slot;
  return status;
}

}  // namespace forever
