#include "supervisor/quiet_period.hpp"

#include <algorithm>

namespace forever {

void QuietPeriod::note(std::string_view path, Kind kind, Time now) {
  switch (kind) {
    case Kind::writing:
    case Kind::removed: unfinished_.emplace(path); break;
    case Kind::closed:
      if (const auto found = unfinished_.find(path); found != unfinished_.end())
        unfinished_.erase(found);
      else
        return;  // it was opened for writing, and nothing was written
      break;
    case Kind::changed:
      if (const auto found = unfinished_.find(path); found != unfinished_.end()) unfinished_.erase(found);
      break;
  }
  if (!first_) first_ = now;
  const Milliseconds wait = unfinished_.empty() ? period_ : std::max(period_, kUnfinished);
  due_ = std::min(now + wait, *first_ + std::max(kPatience, 20 * period_));
}

bool QuietPeriod::due(Time now) {
  if (!due_ || now < *due_) return false;
  clear();
  return true;
}

void QuietPeriod::clear() {
  unfinished_.clear();
  first_.reset();
  due_.reset();
}

}  // namespace forever
