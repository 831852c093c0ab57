// Automatic restarts: too much memory, a schedule, a change of watched files. decide/precedence.hpp decides what each does while
// another operation is in progress.
#pragma once

#include <optional>
#include <string>

#include "supervisor/control/answers.hpp"
#include "supervisor/control/reloading.hpp"
#include "supervisor/decide/due.hpp"
#include "supervisor/decide/triggers.hpp"
#include "supervisor/instance/carry_out.hpp"
#include "supervisor/instance/trees.hpp"
#include "supervisor/supervised_app.hpp"
#include "supervisor/watch/watching.hpp"

namespace forever {

class UnaskedRestarts : public Timed {
 public:
  UnaskedRestarts(SupervisedApp& app, Roster& roster, const Trees& trees, CarryOut& carry_out, const Reload& reload,
                  Reloading& reloading, Answers& answers, Watching& watching)
      : app_(app),
        roster_(roster),
        trees_(trees),
        carry_out_(carry_out),
        reload_(reload),
        reloading_(reloading),
        answers_(answers),
        watching_(watching) {}

  // By the spec of the app, from now on.
  void begin_watching();
  void use_triggers(Time now) { triggers_.use(app_.spec, now, wall_now()); }

  // Whether one may come that starts what rests.
  [[nodiscard]] bool expected() const { return triggers_.has_schedule() || watching_.on(); }
  // Whether a change of files waits for the end of something else.
  [[nodiscard]] bool waits() const noexcept { return watch_waits_.has_value(); }

  [[nodiscard]] std::optional<Time> due(Time now) const override;
  void tick(Time now) override;
  // What had to wait for the end of something else.
  void settle();

 private:
  void check_memory();
  void by_schedule();
  void by_watch(const std::string& why);

  SupervisedApp& app_;
  Roster& roster_;
  const Trees& trees_;
  CarryOut& carry_out_;
  const Reload& reload_;
  Reloading& reloading_;
  Answers& answers_;
  Watching& watching_;
  Triggers triggers_;
  std::optional<std::string> watch_waits_;  // files have changed while something ran that must end first
};

}  // namespace forever
