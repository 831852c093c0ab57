#include "supervisor/decide/triggers.hpp"

#include <algorithm>
#include <utility>

namespace forever {
namespace {

constexpr Milliseconds kMemoryInterval{2000};
constexpr Milliseconds kLongestWait{60000};
constexpr std::chrono::hours kCorrection{3};  // more than summer time or a bad clock's drift

}  // namespace

void Triggers::use(const AppSpec& spec, Time now, WallTime date) {
  *this = {};
  if (spec.max_memory != 0) memory_check_ = now + kMemoryInterval;
  if (spec.cron_restart.empty()) return;
  const auto parsed = CronSchedule::parse(spec.cron_restart);
  if (!parsed) return;
  schedule_ = *parsed;
  zone_ = zone_of_schedule(spec);
  scheduled_ = schedule_->next(date, zone_);
  date_less_now_ = date.time_since_epoch() - now.time_since_epoch();
}

std::optional<Time> Triggers::deadline(Time now, WallTime date) const {
  std::optional<Time> due = memory_check_;
  if (scheduled_) {
    // Rounded up: woken a moment too early the schedule would not be due yet.
    const auto wait = std::clamp(std::chrono::ceil<Milliseconds>(*scheduled_ - date), Milliseconds{0}, kLongestWait);
    due = due ? std::min(*due, now + wait) : now + wait;
  }
  return due;
}

bool Triggers::memory_due(Time now) {
  if (!memory_check_ || *memory_check_ > now) return false;
  memory_check_ = now + kMemoryInterval;
  return true;
}

bool Triggers::schedule_due(Time now, WallTime date) {
  if (!scheduled_) return false;
  const auto before = std::exchange(date_less_now_, date.time_since_epoch() - now.time_since_epoch());
  if (before - date_less_now_ > kCorrection) scheduled_ = schedule_->next(date, zone_);
  if (!scheduled_ || *scheduled_ > date) return false;
  scheduled_ = schedule_->next(date, zone_);
  return true;
}

}  // namespace forever
