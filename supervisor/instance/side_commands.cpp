#include "supervisor/instance/side_commands.hpp"

#include <algorithm>

#include "app/environment.hpp"
#include "app/other_apps.hpp"
#include "platform/side_process.hpp"
#include "platform/signals.hpp"
#include "supervisor/instance/instance.hpp"
#include "text/units.hpp"

namespace forever {
namespace {

constexpr std::ptrdiff_t kMostHooks = 4;  // a program that dies repeatedly must not fill the machine with them

Result<SpawnRequest> request_for(const AppSpec& spec, const std::string& command) {
  SpawnRequest request;
  if (!spec.user.empty() || !spec.group.empty()) {
    auto user = find_credentials(spec.user.empty() ? std::to_string(effective_uid()) : spec.user, spec.group);
    if (!user) return user.error();
    request.user = std::move(*user);
  }
  request.environment = spec.environment;
  if (request.user) set_user(request.environment, *request.user, spec.given_environment);
  request.argv = shell_command(command);
  request.program = request.argv.front();
  request.directory = spec.directory;
  request.umask = spec.umask;
  request.limits = spec.limits;
  return request;
}

}  // namespace

Status SideCommands::tell_exit(const AppSpec& spec, const ExitStory& story, NativeHandle err) {
  const auto hooks = std::ranges::count_if(running_, [](const Running& running) { return !running.look; });
  if (hooks >= kMostHooks)
    return Error{"the on-exit command was skipped: " + std::to_string(hooks) + " of them are still running", {}};
  auto request = request_for(spec, spec.on_exit.command);
  if (!request) return request.error();
  add_exit_story(request->environment, story);
  request->out = request->err = err;
  const auto guard = start_guarded(*request, spec.on_exit.timeout, other_app_begins);
  if (!guard) return guard.error();
  running_.push_back({*guard, std::nullopt, spec.on_exit.timeout});
  return Done{};
}

Status SideCommands::look(const AppSpec& spec, const Look& at, NativeHandle through) {
  const HealthSettings& health = spec.health;
  Result<ProcessId> guard{ProcessId{}};
  if (health.command.empty()) {
    guard = start_probe({at.port, health.path, through, at.from}, health.timeout);
  } else {
    auto request = request_for(spec, health.command);
    if (!request) return request.error();
    (void)set_environment(request->environment, "FOREVER_APP=" + spec.name);
    (void)set_environment(request->environment, "FOREVER_INSTANCE=" + std::to_string(at.slot));
    (void)set_environment(request->environment, "FOREVER_PID=" + std::to_string(at.pid));
    guard = start_guarded(*request, health.timeout, other_app_begins);
  }
  if (!guard) return guard.error();
  running_.push_back({*guard, at, health.timeout});
  return Done{};
}

bool SideCommands::runs(Pid pid) const noexcept {
  return std::ranges::any_of(running_, [&](const Running& running) { return running.guard.pid == pid; });
}

std::optional<SideCommands::Answer> SideCommands::ended(Pid pid, const ExitStatus& status) {
  const auto found = std::ranges::find_if(running_, [&](const Running& running) { return running.guard.pid == pid; });
  if (found == running_.end()) return std::nullopt;
  Answer answer{found->look, status.success(), describe_exit(status)};
  if (found->look && found->look->port != 0)
    answer.words = "no valid answer at port " + std::to_string(found->look->port);
  else if (found->look && found->look->from != 0)
    answer.words = "it does not listen there";
  if (status.kind == ExitStatus::Kind::signalled && status.code == kTimeOverSignal)
    answer.words = "took longer than " + format_duration(found->limit);
  running_.erase(found);
  return answer;
}

bool SideCommands::hooks_run() const noexcept {
  return std::ranges::any_of(running_, [](const Running& running) { return !running.look; });
}

void SideCommands::end_looks() noexcept {
  for (const Running& running : running_) {
    if (running.look) (void)send_signal(running.guard, kTermSignal).ok();
  }
}

}  // namespace forever
