#include "supervisor/instance/health_and_hooks.hpp"

#include <algorithm>

#include "app/log_paths.hpp"

namespace forever {

namespace {

Status begin_look(SideCommands& side, const AppSpec& spec, const Instance& instance, SharedPorts* ports) {
  SideCommands::Look at{instance.key(), instance.slot(), instance.generation(), instance.process().pid};
  if (!spec.health.command.empty()) return side.look(spec, at);
  at.port = spec.health_port_of(instance.slot());
  if (ports == nullptr || !ports->serve_side_by_side(at.port)) return side.look(spec, at);
  const auto calling = open_calling_socket();
  if (!calling) return calling.error();
  at.from = calling->port;
  const auto listens = ports->aim(at.key, at.port, at.from);
  if (!listens) return listens.error();
  if (!*listens) at.port = 0;
  Status begun = side.look(spec, at, calling->socket.get());
  if (!begun) ports->end_aim(at.from);
  return begun;
}

}  // namespace

std::string look_if_due(Health& health, SideCommands& side, const AppSpec& spec, const Instance& instance, Time now,
                        SharedPorts* ports) {
  const bool online = instance.life().state() == InstanceState::online;
  health.follow(spec.health, online ? std::optional{instance.generation()} : std::nullopt, now);
  if (!health.due(now)) return {};
  const Status begun = begin_look(side, spec, instance, ports);
  health.begin();
  if (begun) return {};
  // No process to be had says nothing about the instance.
  (void)health.end(true, instance.generation(), spec.health, now);
  return "health is not probed: " + begun.error().message();
}

Judgement judge(Health& health, const SideCommands::Answer& answer, const AppSpec& spec, const Instance& instance,
                Time now) {
  Judgement judgement;
  judgement.hung = health.end(answer.well, answer.look->generation, spec.health, now);
  if (answer.well || instance.generation() != answer.look->generation) return judgement;
  const unsigned count = judgement.hung ? spec.health.threshold : health.failures();
  judgement.words = "unhealthy (" + std::to_string(count) + " of " + std::to_string(spec.health.threshold) +
                    "): " + answer.words + (judgement.hung ? "; restarting" : "");
  return judgement;
}

LastExit last_exit(const Instance& instance, const ProcessId& process, const std::string& stage,
                   const action::RecordExit& exit) {
  LastExit last;
  last.slot = instance.slot();
  last.pid = process.pid;
  last.at_ms = to_ms(wall_now());
  last.uptime = exit.uptime;
  last.status = exit.status;
  last.stage = exit.status.kind == ExitStatus::Kind::not_started ? stage : std::string{};
  last.trigger = to_string(exit.trigger);
  return last;
}

ExitStory story_of(const AppSpec& spec, const Instance& instance, const LastExit& last, std::string out,
                   std::string err) {
  return {spec.name,      spec.app_namespace, last, instance.life().history().restarts, instance.life().state(),
          std::move(out), std::move(err)};
}

std::optional<Time> HealthAndHooks::due(Time) const {
  std::optional<Time> soonest;
  for (const auto& [key, health] : health_) sooner(soonest, health.deadline());
  return soonest;
}

void HealthAndHooks::tick(Time now) {
  if (!app_.spec.health.wanted()) {
    health_.clear();
    return;
  }
  std::erase_if(health_, [this](const auto& each) {
    return std::ranges::none_of(roster_, [&](const Instance& instance) { return instance.key() == each.first; });
  });
  for (const Instance& instance : roster_) {
    if (std::string trouble = look_if_due(health_[instance.key()], side_, app_.spec, instance, now, ports_);
        !trouble.empty())
      app_.log_later(EventLevel::warning, std::move(trouble));
  }
}

HealthAndHooks::End HealthAndHooks::process_ended(Pid pid, const ExitStatus& status, Time now) {
  const auto answer = side_.ended(pid, status);
  if (!answer) return {};
  if (!answer->look) {
    if (!answer->well) app_.log_later(EventLevel::warning, "the on-exit command failed: " + answer->words);
    return {true, nullptr};
  }
  if (answer->look->from != 0 && ports_ != nullptr) ports_->end_aim(answer->look->from);
  Instance* const instance = roster_.with_key(answer->look->key);
  const auto health = health_.find(answer->look->key);
  if (instance == nullptr || health == health_.end()) return {true, nullptr};
  Judgement judgement = judge(health->second, *answer, app_.spec, *instance, now);
  if (!judgement.words.empty()) app_.log_later(EventLevel::warning, std::move(judgement.words));
  return {true, judgement.hung && instance->role() == Role::serving ? instance : nullptr};
}

void HealthAndHooks::tell_exit(const Instance& instance, const LastExit& last, NativeHandle err) {
  if (app_.spec.on_exit.command.empty()) return;
  const auto [out_log, err_log] = log_paths(app_.state, app_.spec);
  const ExitStory story = story_of(app_.spec, instance, last, out_log, err_log.empty() ? out_log : err_log);
  if (const Status told = side_.tell_exit(app_.spec, story, err); !told)
    app_.log_later(EventLevel::warning, told.error().message());
}

}  // namespace forever
