#include "supervisor/supervisor.hpp"

#include <array>
#include <exception>

#include "app/start_report.hpp"
#include "platform/deletion_watch.hpp"
#include "platform/event_loop.hpp"
#include "platform/lock.hpp"
#include "platform/pipe.hpp"
#include "platform/signals.hpp"
#include "supervisor/decide/restart_policy.hpp"
#include "supervisor/log/event_log.hpp"
#include "supervisor/supervision.hpp"

namespace forever {
namespace {

// Between two supervisors. Their deaths cost little, and an app without one is not restarted when it ends.
constexpr Milliseconds kLongestWithout{5000};

// Nothing has been started yet, and nothing will be: the client that waits for the start report gets it, and the keeper ends.
void tell_failure(Inheritance& inheritance, const Error& error) {
  const auto report = inheritance.held.find("report");
  if (report == inheritance.held.end()) return;
  StartReport failed;
  failed.reason = error.message();
  failed.code = error.code.value();
  (void)inheritance.link.finish().ok();
  if (const auto lock = inheritance.held.find("lock"); lock != inheritance.held.end()) unlock(lock->second.get());
  write_message(report->second.get(), encode_start_report(failed));
}

int supervise_or_throw(Inheritance&& inheritance, const KeeperFace& face) {
  // TERM, INT and QUIT run the stop plan, HUP writes all files again, a signal reports deletions of files; the user signals
  // are taken only so that they do not kill.
  const std::array<int, 7> signals = {kTermSignal,
                                      kInterruptSignal,
                                      kQuitSignal,
                                      kHangUpSignal,
                                      kDeletionSignal,
                                      *signal_from_name("USR1"),
                                      *signal_from_name("USR2")};
  auto loop = EventLoop::create(signals);
  if (!loop) {
    log_event(EventLevel::error, loop.error().message());
    if (inheritance.generation == 0) tell_failure(inheritance, loop.error());
    return 1;
  }
  become_subreaper();
  Supervision supervision{std::move(*loop), std::move(inheritance), face};
  const auto begun = supervision.begin();
  if (!begun) {
    log_event(EventLevel::error, begun.error().message());
    supervision.give_up(begun.error());
    return 1;
  }
  return supervision.run();
}

}  // namespace

// A supervisor that ends without having finished is replaced by the keeper, with back-off; its successor adopts.
int supervise(Inheritance&& inheritance, const KeeperFace& face) {
  if (face.arguments.size() != 3) return 1;
  open_event_log(StateDirectory{face.arguments[0]}.event_log_path(face.arguments[1]));
  try {
    return supervise_or_throw(std::move(inheritance), face);
  } catch (const std::exception& failure) {
    log_event(EventLevel::error, std::string{"cannot continue: "} + failure.what());
    return 1;
  }
}

Respawn respawn() {
  RestartPolicy policy;
  policy.backoff_cap = kLongestWithout;
  return {policy.min_uptime, [policy](std::uint32_t failures) { return backoff_after(policy, failures); }};
}

}  // namespace forever
