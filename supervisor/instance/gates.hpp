// Processes that have been forked wait at their gates until all is on record. After a crash only the next program itself
// waits, possibly for the only processor: what else is to be done then is put off for a moment.
#pragma once

#include <optional>

#include "platform/event_loop.hpp"
#include "supervisor/decide/due.hpp"
#include "supervisor/instance/roster.hpp"

namespace forever {

class Gates : public Timed {
 public:
  Gates(EventLoop& loop, Roster& roster) : loop_(loop), roster_(roster) {}

  [[nodiscard]] bool any() const;
  // `awaited`: a client waits for news of what begins, so that nothing is put off.
  void open(bool awaited, Time now);
  // Exec's report, pid files and the event log are put off, while a program begins that no client waits for.
  [[nodiscard]] bool resting() const noexcept { return rest_ends_.has_value(); }
  void end_rest();
  // Whether a rest has ended since this was asked last.
  [[nodiscard]] bool take_rested() noexcept { return std::exchange(rested_, false); }

  [[nodiscard]] std::optional<Time> due(Time) const override { return rest_ends_; }
  void tick(Time now) override {
    if (is_due(rest_ends_, now)) end_rest();
  }

 private:
  EventLoop& loop_;
  Roster& roster_;
  std::optional<Time> rest_ends_;
  bool rested_ = false;
};

}  // namespace forever
