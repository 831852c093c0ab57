// Whether a started app comes up: looks at its processes, and at its status once one of them is gone.
#include "client/readiness.hpp"

#include <algorithm>

#include "client/view.hpp"
#include "platform/local_socket.hpp"
#include "text/units.hpp"

namespace forever {
namespace {

constexpr Milliseconds kLook{10};
constexpr int kSettled = 2;                    // times the least uptime
constexpr int kSettledThoughBusy = 5;          // the same
constexpr Milliseconds kBusyLook{200};         // over which the use of the processor is measured
constexpr double kBusy = 0.05;                 // of one processor, for each instance
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
      const char* const then = view.supervised && !at_rest(view.status) ? "; it is being restarted" : "";
      return {Readiness::Kind::ended, exit->status.success(),
              "ended after " + format_duration(exit->uptime) + ": " + reason_of(*exit) + then, exit->last_lines};
    }
    if (steady_now() >= deadline) return {Readiness::Kind::ended, false, "ended: " + view.state_word(), {}};
    (void)wait_readable({}, kLook);
  }
}

// Whether the instances hardly use the processor, measured repeatedly. Until the first measurement ends they count as busy.
class Idleness {
 public:
  bool now(const std::vector<Pid>& pids, Time now) {
    if (now < next_) return idle_;
    const Usage usage = usage_of_trees(pids);
    const Milliseconds used = usage.cpu_time;
    const std::chrono::duration<double, std::milli> passed = now - last_;
    // On a busy machine a program gets little of the processor although it wants all of it.
    if (next_ != Time{})
      idle_ = !usage.runnable &&
              static_cast<double>((used - used_).count()) < kBusy * passed.count() * static_cast<double>(pids.size());
    used_ = used;
    last_ = now;
    next_ = now + kBusyLook;
    return idle_;
  }

 private:
  bool idle_ = false;
  Milliseconds used_{0};
  Time last_{}, next_{};
};

bool any_crashing(const AppStatus& status, Time now) { return shown_state(status, now) == kCrashing; }

}  // namespace

Readiness await_ready(const StateDirectory& state, const std::string& name, const std::vector<Pid>& pids,
                      Milliseconds uptime, Milliseconds patience, ReadyWhen when) {
  const Time deadline = steady_now() + patience;
  // It was so short-lived that its supervisor recorded no pid.
  if (std::none_of(pids.begin(), pids.end(), [](Pid pid) { return pid > 0; })) return describe_end(state, name, 0);
  const bool by_time = when == ReadyWhen::uptime;
  Idleness idleness;
  for (;;) {
    const Time now = steady_now();
    const AppView view = view_app(state, name, false);
    if (const Pid ended = first_ended(view.status, pids)) return describe_end(state, name, ended);
    const Milliseconds lived = youngest(view.status, now);
    const bool over = now >= deadline;
    if (by_time) {
      const bool idle = lived + kBusyLook >= kSettled * uptime && idleness.now(pids, now);
      const bool settled = (lived >= kSettled * uptime && idle) || lived >= kSettledThoughBusy * uptime;
      if (!any_crashing(view.status, now) && (settled || (over && lived >= uptime))) return {};
    } else if (all_ready(view.status)) {
      return {};
    }
    if (over) {
      const char* const what = when == ReadyWhen::listen   ? "does not listen on a port after "
                               : when == ReadyWhen::notify ? "has not sent READY=1 after "
                                                           : "is not ready after ";
      return {Readiness::Kind::late, false, what + format_duration(patience), {}};
    }
    (void)wait_readable({}, kLook);
  }
}

}  // namespace forever
