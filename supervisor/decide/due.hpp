// What has to be done at a certain time. Each part of a supervisor says when; its loop waits for the soonest, and then asks each to do
// what is due. Pure.
#pragma once

#include <optional>

#include "platform/clock.hpp"

namespace forever {

class Timed {
 public:
  virtual ~Timed() = default;
  // When tick() is to be called next; nothing while this waits for events alone.
  [[nodiscard]] virtual std::optional<Time> due(Time now) const = 0;
  // Does what is due. It may be called at any other time as well.
  virtual void tick(Time now) = 0;

 protected:
  Timed() = default;
  Timed(const Timed&) = default;
  Timed& operator=(const Timed&) = default;
};

inline void sooner(std::optional<Time>& soonest, const std::optional<Time>& candidate) {
  if (candidate && (!soonest || *candidate < *soonest)) soonest = candidate;
}
[[nodiscard]] inline bool is_due(const std::optional<Time>& time, Time now) { return time && *time <= now; }

}  // namespace forever
