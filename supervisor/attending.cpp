// What stands beside supervision: looks whether instances are well, and commands that are told of their ends.
#include <algorithm>

#include "supervisor/supervision.hpp"

namespace forever {

void Supervision::look_after_health(Time now) {
  if (!spec_.health.wanted()) {
    health_.clear();
    return;
  }
  std::erase_if(health_, [this](const auto& each) {
    return std::ranges::none_of(instances_, [&](const Instance& instance) { return instance.key() == each.first; });
  });
  for (const Instance& instance : instances_) {
    Health& health = health_[instance.key()];
    const bool online = instance.life().state() == InstanceState::online;
    health.follow(spec_.health, online ? std::optional{instance.generation()} : std::nullopt, now);
    if (!health.due(now)) continue;
    const Status begun = side_.look(spec_, {instance.slot(), instance.generation(), instance.process().pid});
    health.begin();
    if (begun) continue;
    // No process to be had says nothing about the instance.
    log_later(EventLevel::warning, "health is not looked at: " + begun.error().message());
    (void)health.end(true, instance.generation(), spec_.health, now);
  }
}

void Supervision::side_command_ended(const SideCommands::Answer& answer) {
  if (!answer.look) {
    if (!answer.well) log_later(EventLevel::warning, "the on-exit command failed: " + answer.words);
    return;
  }
  for (Instance& instance : instances_) {
    if (instance.slot() != answer.look->slot || !health_.contains(instance.key())) continue;
    Health& health = health_[instance.key()];
    const bool hung = health.end(answer.well, answer.look->generation, spec_.health, steady_now());
    // While a slot is reloaded it has two.
    if (answer.well || instance.generation() != answer.look->generation) continue;
    const unsigned count = hung ? spec_.health.threshold : health.failures();
    log_later(EventLevel::warning, "unwell (" + std::to_string(count) + " of " +
                                       std::to_string(spec_.health.threshold) + "): " + answer.words +
                                       (hung ? "; restarting" : ""));
    if (hung) advance(instance, event::Stop{Trigger::health, true, false});
    return;
  }
}

void Supervision::tell_exit(const Instance& instance, const LastExit& last) {
  if (spec_.on_exit.command.empty()) return;
  const auto [out, err] = log_paths(state_, spec_);
  const ExitStory story{
      spec_.name, spec_.app_namespace,    last, instance.life().history().restarts, instance.life().state(),
      out,        err.empty() ? out : err};
  if (const Status told = side_.tell_exit(spec_, story, spawn_context().err); !told)
    log_later(EventLevel::warning, told.error().message());
}

}  // namespace forever
