#include "supervisor/succession/app_lock.hpp"

#include "platform/lock.hpp"
#include "platform/signals.hpp"

namespace forever {
namespace {

constexpr Milliseconds kUnreachableRetry{1000};

}  // namespace

// Those who watch over this app and are neither this supervisor nor its keeper.
std::vector<Watcher> AppLock::others() const {
  std::vector<Watcher> others = watchers_of(app_.state, app_.name);
  std::erase_if(others, [this](const Watcher& one) { return one.id == app_.self || one.id == app_.keeper; });
  return others;
}

LockFound AppLock::find() {
  const std::string path = app_.state.lock_path(app_.name);
  if (lock_ && lock_is_at(lock_.get(), path)) return LockFound::ours;
  if (!app_.state.check()) return LockFound::unreachable;  // it now belongs to another user
  if (!app_.state.is_laid_out()) app_.state.note_loss();
  (void)app_.state.prepare().ok();
  auto lock = try_lock(path);
  if (!lock) return LockFound::unreachable;
  if (!*lock) return LockFound::others;
  (void)link_.hold("lock", lock->get()).ok();
  lock_ = std::move(*lock);
  made_again_ = true;
  app_.log_later(EventLevel::warning, "the lock file was deleted and has been created again");
  return LockFound::ours;
}

bool AppLock::holds(Time now) {
  if (stepped_down_) return false;
  if (retry_ && now < *retry_) return !waits_;
  waits_ = false;
  retry_.reset();
  const LockFound found = find();
  if (found == LockFound::ours) {
    lost_.reset();
    return true;
  }
  if (!lost_) lost_ = now;
  const std::vector<Watcher> others = found == LockFound::others ? this->others() : std::vector<Watcher>{};
  switch (stance_of(found, !others.empty(), std::chrono::duration_cast<Milliseconds>(now - *lost_))) {
    case Stance::goes_on: retry_ = now + kUnreachableRetry; return true;
    case Stance::waits:
      waits_ = true;
      retry_ = now + kLockRetry;
      return false;
    case Stance::steps_down: step_down(others); return false;
  }
  return false;
}

// Nothing is signalled and no file is touched: the other one adopts running instances. A process that waits at its gate ends with this process.
void AppLock::step_down(const std::vector<Watcher>& others) {
  stepped_down_ = true;
  log_event(EventLevel::warning, "another supervisor holds the lock and supervises the app");
  (void)link_.finish().ok();
  call(others);
}

// So that each looks at its lock, and puts on record what it knows.
void AppLock::call(const std::vector<Watcher>& others) const {
  for (const Watcher& one : others) (void)send_signal(one.id, kHangUpSignal).ok();
}

bool AppLock::is_in_place() const { return lock_ && lock_is_at(lock_.get(), app_.state.lock_path(app_.name)); }

void AppLock::unlock() noexcept { forever::unlock(lock_.get()); }

}  // namespace forever
