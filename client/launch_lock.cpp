#include "client/launch_lock.hpp"

#include "app/watchers.hpp"
#include "platform/local_socket.hpp"
#include "platform/lock.hpp"

namespace forever {
namespace {

constexpr Milliseconds kEndPatience{1000};
constexpr Milliseconds kEndLook{5};

}  // namespace

bool recorded_watchers_live(const StateDirectory& state, const std::string& name, const AppStatus& status,
                            const HostId& host) {
  return status.host == host && (may_watch(state, name, status.supervisor) || may_watch(state, name, status.keeper));
}

Result<Handle> lock_for_launch(const StateDirectory& state, const std::string& name, const HostId& host,
                               Traces* traces) {
  const std::string path = state.lock_path(name);
  const Time deadline = steady_now() + kEndPatience;
  for (;;) {
    auto lock = try_lock(path);
    if (!lock || !*lock) return lock;
    // Only now: from here on no process that respects the lock can change the record.
    const auto status = read_own_status(state, name, host);
    const auto watched = [&] {
      return (status && recorded_watchers_live(state, name, *status, host)) ||
             (traces != nullptr && traces->watcher_of(name).has_value());
    };
    if (!watched()) return lock;
    lock->reset();
    do {
      if (steady_now() >= deadline) return lock;
      (void)wait_readable({}, kEndLook);
      if (const auto probed = probe_lock(path); probed && *probed == LockState::held) return lock;
    } while (watched());
  }
}

}  // namespace forever
