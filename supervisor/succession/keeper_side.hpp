// What a supervisor has to do with its keeper: take what that has reaped, and take its place when it is gone.
#pragma once

#include <optional>
#include <vector>

#include "platform/event_loop.hpp"
#include "platform/keeper.hpp"
#include "supervisor/control/server.hpp"
#include "supervisor/decide/due.hpp"
#include "supervisor/holdings.hpp"
#include "supervisor/succession/app_files.hpp"
#include "supervisor/succession/start_reporting.hpp"
#include "supervisor/supervised_app.hpp"

namespace forever {

class KeeperSide : public Timed {
 public:
  KeeperSide(EventLoop& loop, SupervisedApp& app, Holdings& holdings, const KeeperFace& face, ControlServer& control,
             AppFiles& files, StartReporting& report)
      : loop_(loop),
        app_(app),
        holdings_(holdings),
        link_(holdings.link),
        face_(face),
        control_(control),
        files_(files),
        report_(report) {}

  struct News {
    std::vector<ExitRecord> ended;
    bool gone = false;  // the keeper
  };
  // Without waiting.
  [[nodiscard]] News read();
  // This end has been dealt with; once it is on record the keeper may forget it.
  void note(const ProcessId& ended) { unacknowledged_.push_back(ended); }
  void acknowledge();

  // Becomes the keeper, with all that this supervisor holds. Returns only on failure, and then it is tried again. What is at a gate must
  // have been let go: its gate closes with this image.
  void replace();
  // Whether that is to be tried again now.
  [[nodiscard]] bool replacement_due(Time now);

  [[nodiscard]] std::optional<Time> due(Time now) const override;
  void tick(Time now) override { link_.tick(now); }

 private:
  EventLoop& loop_;
  SupervisedApp& app_;
  Holdings& holdings_;
  KeeperLink& link_;
  const KeeperFace& face_;
  ControlServer& control_;
  AppFiles& files_;
  StartReporting& report_;
  std::vector<ProcessId> unacknowledged_;  // whose ends are not on record yet
  std::optional<Time> retry_;
};

}  // namespace forever
