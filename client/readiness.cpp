// Whether a started app comes up: looks at its processes, and at its status once one of them is gone.
#include "client/readiness.hpp"

#include <algorithm>

#include "client/view.hpp"
#include "platform/local_socket.hpp"
#include "text/units.hpp"

namespace forever {
namespace {

constexpr Milliseconds kLook{10};
constexpr Milliseconds kRecordPatience{1000};  // until a supervisor has written down an end that we have seen

// The newest end of that process; of any, if `pid` is 0.
const LastExit* exit_of(const AppStatus& status, Pid pid) {
  const auto found = std::find_if(status.last_exits.rbegin(), status.last_exits.rend(),
                                  [&](const LastExit& exit) { return pid == 0 || exit.pid == pid; });
  return found == status.last_exits.rend() ? nullptr : &*found;
}

// The first instance that is no longer the process that was started; 0 if all are.
Pid first_ended(const AppStatus& status, const std::vector<Pid>& pids) {
  for (const Pid pid : pids) {
    if (pid <= 0) continue;
    const bool lives =
        std::any_of(status.instances.begin(), status.instances.end(), [&](const InstanceStatus& instance) {
          return instance.process.pid == pid && presence(instance.process) == Presence::alive;
        });
    if (!lives) return pid;
  }
  return 0;
}

bool all_ready(const AppStatus& status) {
  return std::all_of(status.instances.begin(), status.instances.end(),
                     [](const InstanceStatus& instance) { return instance.ready || instance.role != Role::serving; });
}

Milliseconds youngest(const AppStatus& status, Time now) {
  Milliseconds least = Milliseconds::max();
  for (const InstanceStatus& instance : status.instances)
    least = std::min(least, Milliseconds{to_ms(now) - instance.started_ms});
  return least;
}

Readiness describe_end(const StateDirectory& state, const std::string& name, Pid pid) {
  const Time deadline = steady_now() + kRecordPatience;
  for (;;) {
    const AppView view = view_app(state, name, false);
    if (const LastExit* exit = exit_of(view.status, pid)) {
      return {Readiness::Kind::ended, exit->status.success(),
              "ended after " + format_duration(exit->uptime) + ": " +
                  describe_exit(exit->status, exit->stage.empty() ? "exec" : exit->stage),
              exit->last_lines};
    }
    if (steady_now() >= deadline) return {Readiness::Kind::ended, false, "ended: " + view.state_word(), {}};
    (void)wait_readable({}, kLook);
  }
}

}  // namespace

Readiness await_ready(const StateDirectory& state, const std::string& name, const std::vector<Pid>& pids,
                      Milliseconds uptime, Milliseconds patience, ReadyWhen when) {
  const Time deadline = steady_now() + patience;
  // It was so short-lived that its supervisor had none to tell of.
  if (std::none_of(pids.begin(), pids.end(), [](Pid pid) { return pid > 0; })) return describe_end(state, name, 0);
  for (;;) {
    const Time now = steady_now();
    const AppView view = view_app(state, name, false);
    if (const Pid ended = first_ended(view.status, pids)) return describe_end(state, name, ended);
    const Milliseconds lived = youngest(view.status, now);
    const bool by_time = when == ReadyWhen::uptime;
    if (by_time ? lived >= uptime : all_ready(view.status)) return {};
    if (now >= deadline) {
      const char* const what = when == ReadyWhen::listen   ? "does not listen on a port after "
                               : when == ReadyWhen::notify ? "has not said READY=1 after "
                                                           : "is not ready after ";
      return {Readiness::Kind::late, false, what + format_duration(patience), {}};
    }
    (void)wait_readable({}, !by_time ? kLook : std::min(kLook, uptime - lived));
  }
}

}  // namespace forever
