// The app's own files below the state directory: lock, spec, status, pid files and control socket. They are written here, and written again
// after they were deleted.
#pragma once

#include <optional>

#include "platform/handle.hpp"
#include "supervisor/control/server.hpp"
#include "supervisor/decide/due.hpp"
#include "supervisor/holdings.hpp"
#include "supervisor/instance/roster.hpp"
#include "supervisor/present_status.hpp"
#include "supervisor/succession/app_lock.hpp"
#include "supervisor/supervised_app.hpp"

namespace forever {

class AppFiles : public Timed {
 public:
  AppFiles(SupervisedApp& app, const Roster& roster, Holdings& holdings, const PresentStatus& present,
           ControlServer& control)
      : app_(app),
        roster_(roster),
        holdings_(holdings),
        link_(holdings.link),
        present_(present),
        control_(control),
        lock_(app, holdings.link) {}

  [[nodiscard]] AppLock& lock() noexcept { return lock_; }
  // Whether this supervisor may act, by its lock. Where that had to be made again, so are the other files.
  [[nodiscard]] bool may_act(Time now);
  // Before anything is read or done: waits until that is decided. False: another supervisor has the app.
  [[nodiscard]] bool await_lock();

  void write_status();
  void write_pid_files();
  // The status could not be written, and is tried again.
  [[nodiscard]] bool status_overdue() const noexcept { return status_retry_.has_value(); }

  // From now on what is deleted is noticed.
  void watch();
  // Something was deleted, perhaps one of these.
  void look_for_deleted(Time now);
  // All of them again, by the caller's wish or since they were deleted.
  void refresh(Time now);
  [[nodiscard]] bool are_there() const;

  // Writes another spec. The keeper has the file open: whatever becomes of its name, the next supervisor knows how the app was asked for.
  [[nodiscard]] Status record_spec(const AppSpec& spec);
  void hold_spec();
  [[nodiscard]] Result<AppSpec> held_spec();
  static constexpr const char* kSpecCopy = "spec";  // what the keeper calls it

  // Without the control socket no client can send a request, so its creation is tried again until it succeeds.
  void open_control();

  [[nodiscard]] std::optional<Time> due(Time now) const override;
  void tick(Time now) override;

 private:
  void write_again();

  SupervisedApp& app_;
  const Roster& roster_;
  Holdings& holdings_;
  KeeperLink& link_;
  const PresentStatus& present_;
  ControlServer& control_;
  AppLock lock_;
  Handle files_watch_, locks_watch_;
  std::optional<Time> files_due_;  // when what was deleted is looked for
  std::optional<Time> status_retry_;
  std::optional<Time> control_retry_;
};

}  // namespace forever
