#include "supervisor/decide/quiet_period.hpp"

#include <algorithm>

namespace forever {

void QuietPeriod::note(std::string_view path, Kind kind, Time now, bool fresh) {
  const auto known = unfinished_.find(path);
  const bool waited_for = known != unfinished_.end();
  const bool has_come = waited_for && known->second;
  switch (kind) {
    case Kind::writing: unfinished_.emplace(path, fresh); break;  // what had gone before is only back
    case Kind::removed:
      if (has_come)
        unfinished_.erase(known);
      else
        unfinished_.emplace(path, false);
      break;
    case Kind::closed:
      if (!waited_for) return;  // it was opened for writing, and nothing was written
      if (!has_come) unfinished_.erase(known);
      break;
    case Kind::changed:
      if (waited_for) unfinished_.erase(known);
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
