#include "client/launch_lock.hpp"

#include "app/watchers.hpp"
#include "platform/lock.hpp"

namespace forever {

bool recorded_watchers_live(const StateDirectory& state, const std::string& name, const AppStatus& status,
                            const HostId& host) {
  return status.host == host && (may_watch(state, name, status.supervisor) || may_watch(state, name, status.keeper));
}

Result<Handle> lock_for_launch(const StateDirectory& state, const std::string& name, const HostId& host,
                               Traces* traces) {
  auto lock = try_lock(state.lock_path(name));
  if (!lock || !*lock) return lock;
  // Only now: what is on record by now nobody who respects the lock can change.
  const auto status = read_own_status(state, name, host);
  const bool watched = (status && recorded_watchers_live(state, name, *status, host)) ||
                       (traces != nullptr && traces->watcher_of(name).has_value());
  if (watched) lock->reset();
  return lock;
}

}  // namespace forever
