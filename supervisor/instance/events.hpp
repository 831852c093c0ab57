// What happens to an instance's process, as events of its lifecycle: the same for an app below a keeper and in the foreground.
#pragma once

#include <optional>

#include "platform/event_loop.hpp"
#include "supervisor/instance/instance.hpp"

namespace forever {

// Forks the next generation, held at its gate, and watches what it hands over there under `token`: Spawned, or SpawnFailed.
[[nodiscard]] LifecycleEvent spawn_event(EventLoop& loop, Instance& instance, const AppSpec& spec,
                                         const SpawnContext& context, std::uint64_t token);
// For a caller that cannot wait until its end reports a failure.
void watch_report(EventLoop& loop, const Instance& instance, std::uint64_t token);
// The same where what the program needs is not there: SpawnFailed.
[[nodiscard]] LifecycleEvent not_spawned(Instance& instance, const SpawnFailure& failure);
// The listener of a port filter, once, as soon as the process at the gate has sent it.
[[nodiscard]] Handle calls_of(EventLoop& loop, Instance& instance);
// Exec's report, if it is there by now and a success: ExecSucceeded. A failure is noted: the process ends by itself, and its
// end completes the story.
[[nodiscard]] std::optional<LifecycleEvent> report_event(EventLoop& loop, Instance& instance);
// The process has ended, and its report was looked at before: LeaderExited, or SpawnFailed where it never was the program.
[[nodiscard]] LifecycleEvent end_event(EventLoop& loop, Instance& instance, const ExitStatus& status, bool tree_empty);

}  // namespace forever
