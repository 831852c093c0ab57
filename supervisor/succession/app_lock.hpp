// The lock of the app as its supervisor holds it. Its file may be deleted or exchanged below a living supervisor: it takes the lock again,
// or leaves the app to the supervisor that has it (decide/stance.hpp).
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "app/watchers.hpp"
#include "platform/handle.hpp"
#include "platform/keeper.hpp"
#include "supervisor/decide/stance.hpp"
#include "supervisor/supervised_app.hpp"

namespace forever {

class AppLock {
 public:
  AppLock(SupervisedApp& app, KeeperLink& link) : app_(app), link_(link) {}

  // As the keeper held it; for a keeper that this process is to become it is released, and taken back if that failed.
  void take(Handle lock) noexcept { lock_ = std::move(lock); }
  [[nodiscard]] Handle release() noexcept { return std::move(lock_); }
  void unlock() noexcept;

  // Whether this supervisor may act. Otherwise it looks again at retry(), or has stepped down.
  [[nodiscard]] bool holds(Time now);
  // Whether the lock's file is the one that is held. Asked without doing anything about it.
  [[nodiscard]] bool is_in_place() const;
  // When the lock is not held under its name: when it is tried again.
  [[nodiscard]] const std::optional<Time>& retry() const noexcept { return retry_; }
  void try_at(Time when) noexcept { retry_ = when; }
  [[nodiscard]] bool stepped_down() const noexcept { return stepped_down_; }
  // Whether the lock's file had to be made again since this was asked last.
  [[nodiscard]] bool take_made_again() noexcept { return std::exchange(made_again_, false); }

  // Other keepers and supervisors of this app look at their lock, and put on record what they know.
  void call_others() const { call(others()); }

 private:
  [[nodiscard]] LockFound find();
  [[nodiscard]] std::vector<Watcher> others() const;
  void step_down(const std::vector<Watcher>& others);
  void call(const std::vector<Watcher>& others) const;

  SupervisedApp& app_;
  KeeperLink& link_;
  Handle lock_;
  std::optional<Time> retry_;
  std::optional<Time> lost_;  // since when
  bool waits_ = false;        // and nothing is begun meanwhile
  bool stepped_down_ = false;
  bool made_again_ = false;
};

}  // namespace forever
