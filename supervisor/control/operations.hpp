// What changes the course of an app when it is asked for: start, stop, restart, scale, other settings. Carried out at once; whether it may
// be is the caller's affair (requests.hpp).
#pragma once

#include <optional>
#include <string>

#include "app/control_protocol.hpp"
#include "supervisor/control/draining.hpp"
#include "supervisor/control/unasked_restarts.hpp"
#include "supervisor/holdings.hpp"
#include "supervisor/instance/carry_out.hpp"
#include "supervisor/succession/app_files.hpp"
#include "supervisor/supervised_app.hpp"

namespace forever {

class Operations {
 public:
  Operations(SupervisedApp& app, Roster& roster, const Trees& trees, CarryOut& carry_out, Draining& draining,
             UnaskedRestarts& unasked, AppFiles& files, Holdings& holdings)
      : app_(app),
        roster_(roster),
        trees_(trees),
        carry_out_(carry_out),
        draining_(draining),
        unasked_(unasked),
        files_(files),
        link_(holdings.link),
        held_(holdings.held),
        outputs_(holdings.outputs),
        passed_(holdings.passed) {}

  // What comes back by itself is let be.
  void start(const ControlRequest& request, UnderWay running);
  void stop(std::optional<std::uint32_t> slot, bool force);
  void restart(const ControlRequest& request);
  // Several instances are restarted as one: no new one begins before the last old one has ended.
  void go_on_restarting();
  // The first slot that is new.
  [[nodiscard]] Result<std::uint32_t> scale(const ControlRequest& request);
  [[nodiscard]] Status use_new_spec(const std::string& text);
  // An instance that has waited for a change of files that are no longer watched follows its restart policy for its last end. Returns
  // the result in words; nothing if none waited.
  [[nodiscard]] std::string go_on_unwatched();

 private:
  [[nodiscard]] std::string words_for_restart() const;

  SupervisedApp& app_;
  Roster& roster_;
  const Trees& trees_;
  CarryOut& carry_out_;
  Draining& draining_;
  UnaskedRestarts& unasked_;
  AppFiles& files_;
  KeeperLink& link_;
  HeldHandles& held_;
  Outputs& outputs_;
  PassedSockets& passed_;
  bool watched_until_now_ = false;  // a new spec has taken the watch away
};

}  // namespace forever
