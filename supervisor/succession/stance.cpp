// The lock's file may be deleted or exchanged below a living supervisor: it takes the lock again, or leaves the app to the
// supervisor that has it (decide/stance.hpp).
#include "supervisor/decide/stance.hpp"

#include "app/watchers.hpp"
#include "platform/local_socket.hpp"
#include "platform/lock.hpp"
#include "platform/signals.hpp"
#include "supervisor/supervision.hpp"

namespace forever {
namespace {

constexpr Milliseconds kUnreachableRetry{1000};

}  // namespace

// Those who watch over this app and are neither this supervisor nor its keeper.
std::vector<Watcher> Supervision::other_watchers() const {
  std::vector<Watcher> others = watchers_of(app_.state, app_.name);
  std::erase_if(others, [this](const Watcher& one) { return one.id == app_.self || one.id == app_.keeper; });
  return others;
}

LockFound Supervision::find_lock() {
  const std::string path = app_.state.lock_path(app_.name);
  if (lock_ && lock_is_at(lock_.get(), path)) return LockFound::ours;
  if (!app_.state.check()) return LockFound::unreachable;  // it is somebody else's now
  if (!app_.state.is_laid_out()) app_.state.note_loss();
  (void)app_.state.prepare().ok();
  auto lock = try_lock(path);
  if (!lock) return LockFound::unreachable;
  if (!*lock) return LockFound::others;
  (void)link_.hold("lock", lock->get()).ok();
  lock_ = std::move(*lock);
  write_files_again();
  app_.log_later(EventLevel::warning, "the lock file was deleted and has been created again");
  return LockFound::ours;
}

// Whether this supervisor may act. Otherwise it looks again at `lock_retry_`, or has stepped down.
bool Supervision::holds_lock() {
  const Time now = steady_now();
  if (stepped_down_) return false;
  if (lock_retry_ && now < *lock_retry_) return !waits_for_lock_;
  waits_for_lock_ = false;
  lock_retry_.reset();
  const LockFound found = find_lock();
  if (found == LockFound::ours) {
    lock_lost_.reset();
    return true;
  }
  if (!lock_lost_) lock_lost_ = now;
  const std::vector<Watcher> others = found == LockFound::others ? other_watchers() : std::vector<Watcher>{};
  switch (stance_of(found, !others.empty(), std::chrono::duration_cast<Milliseconds>(now - *lock_lost_))) {
    case Stance::goes_on: lock_retry_ = now + kUnreachableRetry; return true;
    case Stance::waits:
      waits_for_lock_ = true;
      lock_retry_ = now + kLockRetry;
      return false;
    case Stance::steps_down: step_down(others); return false;
  }
  return false;
}

// Nothing is signalled and no file is touched: the other one adopts what lives. What stands at its gate ends with this process.
void Supervision::step_down(const std::vector<Watcher>& others) {
  stepped_down_ = true;
  log_event(EventLevel::warning, "another supervisor holds the lock and supervises the app");
  (void)link_.finish().ok();
  call_others(others);
}

// So that each looks at its lock, and puts on record what it knows.
void Supervision::call_others(const std::vector<Watcher>& others) const {
  for (const Watcher& one : others) (void)send_signal(one.id, kHangUpSignal).ok();
}

// Before anything is read or done. Whether this supervisor is the one that does it.
bool Supervision::await_lock() {
  while (!holds_lock()) {
    if (stepped_down_) return false;
    (void)wait_readable({}, kLockRetry);
  }
  return true;
}

}  // namespace forever
