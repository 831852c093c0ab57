#include "supervisor/instance/events.hpp"

#include "supervisor/log/event_log.hpp"

namespace forever {
namespace {

LifecycleEvent failure_event(Instance& instance, const SpawnFailure& failure) {
  instance.set_start_known();
  return event::SpawnFailed{{ExitStatus::Kind::not_started, failure.code, false}};
}

// If it cannot be watched, its exit shows the same later.
void watch(EventLoop& loop, NativeHandle handle, std::uint64_t token) {
  if (handle == kNoHandle) return;
  if (const auto watched = loop.watch_readable(handle, token); !watched)
    log_event(EventLevel::error, watched.error().message());
}

void close_report(EventLoop& loop, Instance& instance) {
  if (instance.report() != kNoHandle) loop.unwatch(instance.report());
  if (instance.calls() != kNoHandle) loop.unwatch(instance.calls());
  instance.close_report();
}

}  // namespace

LifecycleEvent not_spawned(Instance& instance, const SpawnFailure& failure) {
  instance.note_failure(failure);
  (void)instance.take_failure();
  return failure_event(instance, failure);
}

LifecycleEvent spawn_event(EventLoop& loop, Instance& instance, const AppSpec& spec, const SpawnContext& context,
                           std::uint64_t token) {
  if (const auto failure = instance.spawn(spec, context)) return not_spawned(instance, *failure);
  watch(loop, instance.calls(), token);
  return event::Spawned{};
}

void watch_report(EventLoop& loop, const Instance& instance, std::uint64_t token) {
  watch(loop, instance.report(), token);
}

Handle calls_of(EventLoop& loop, Instance& instance) {
  const NativeHandle channel = instance.calls();
  if (channel == kNoHandle) return {};
  Handle calls = instance.take_port_calls();
  if (instance.calls() == kNoHandle) loop.unwatch(channel);
  return calls;
}

std::optional<LifecycleEvent> report_event(EventLoop& loop, Instance& instance) {
  const ExecReport report = instance.peek_report();
  if (!report.known) return std::nullopt;
  close_report(loop, instance);
  if (report.failure) {
    instance.note_failure(*report.failure);
    return std::nullopt;
  }
  instance.set_start_known();
  return event::ExecSucceeded{};
}

LifecycleEvent end_event(EventLoop& loop, Instance& instance, const ExitStatus& status, bool tree_empty) {
  close_report(loop, instance);
  if (const auto failure = instance.take_failure()) return failure_event(instance, *failure);
  return event::LeaderExited{status, tree_empty};
}

}  // namespace forever
