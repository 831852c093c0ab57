// What restarts an app that did not end: too much memory, a schedule. Pure over clocks and a reading of memory.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "app/spec.hpp"
#include "platform/clock.hpp"
#include "text/cron.hpp"

namespace forever {

class Triggers {
 public:
  // Both are looked at from `now` on; a schedule that cannot be read (it was checked when it was typed) never fires.
  void use(const AppSpec& spec, Time now, WallTime date);

  // When to look again. A schedule is looked at once a minute at least, since the date may be set meanwhile.
  [[nodiscard]] std::optional<Time> deadline(Time now, WallTime date) const;

  // Whether the memory is to be looked at now (every 2 s); the caller compares with the limit.
  [[nodiscard]] bool memory_due(Time now);
  // Whether the schedule's time has come; each occurrence once. A date that was set back by more than three hours since the last
  // look makes a new plan; one that was set back by less serves no occurrence twice (cron(8)).
  [[nodiscard]] bool schedule_due(Time now, WallTime date);
  [[nodiscard]] bool has_schedule() const noexcept { return scheduled_.has_value(); }

 private:
  std::optional<CronSchedule> schedule_;
  std::string zone_;
  std::optional<WallTime> scheduled_;
  std::chrono::nanoseconds date_less_now_{0};  // at the last check
  std::optional<Time> memory_check_;
};

}  // namespace forever
