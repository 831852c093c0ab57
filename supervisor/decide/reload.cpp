// The state x event table of a reload; reload.hpp explains the states.
#include "supervisor/decide/reload.hpp"

#include <algorithm>
#include <utility>

#include "text/units.hpp"

namespace forever {

Reload::Actions Reload::handle(const ReloadEvent& event, Time now) {
  return std::visit([&](const auto& what) { return on(what, now); }, event);
}

std::optional<Time> Reload::deadline() const noexcept {
  switch (step_) {
    case Step::raising:
    case Step::restarting: return deadline_;
    case Step::idle:
    case Step::leaving:
    case Step::ending: return std::nullopt;
  }
  return std::nullopt;
}

bool Reload::replaces(std::uint32_t slot) const noexcept {
  const bool now = step_ == Step::raising && slot == slot_;
  return now || (step_ != Step::idle && std::ranges::find(left_, slot) != left_.end());
}

Reload::Actions Reload::on(const reload_event::Begin& begin, Time now) {
  if (step_ != Step::idle) return {};
  left_ = begin.slots;
  overlap_ = begin.overlap;
  trigger_ = begin.trigger;
  times_ = begin.times;
  return next(now);
}

Reload::Actions Reload::on(const reload_event::Missing&, Time now) {
  switch (step_) {
    case Step::raising:
    case Step::restarting: return next(now);
    case Step::idle:
    case Step::leaving:
    case Step::ending: return {};
  }
  return {};
}

Reload::Actions Reload::on(const reload_event::Ready&, Time now) {
  switch (step_) {
    case Step::raising: step_ = Step::leaving; return {reload_action::Promote{}};
    case Step::restarting: return next(now);
    case Step::idle:
    case Step::leaving:
    case Step::ending: return {};
  }
  return {};
}

Reload::Actions Reload::on(const reload_event::Ended& ended, Time) {
  std::string words = "slot " + std::to_string(slot_) + ": the new process " + ended.how;
  switch (step_) {
    case Step::raising: return finish(std::move(words) + "; the old one keeps serving");
    case Step::restarting: return finish(std::move(words));
    case Step::idle:
    case Step::leaving:
    case Step::ending: return {};
  }
  return {};
}

Reload::Actions Reload::on(const reload_event::Gone&, Time now) {
  switch (step_) {
    case Step::leaving: return next(now);
    case Step::ending: return finish(std::move(trouble_));
    case Step::idle:
    case Step::raising:
    case Step::restarting: return {};
  }
  return {};
}

Reload::Actions Reload::on(const reload_event::GiveUp& give_up, Time) {
  switch (step_) {
    case Step::raising: return withdraw(give_up.why);
    case Step::leaving:
    case Step::restarting: return finish(give_up.why);
    case Step::ending:
    case Step::idle: return {};
  }
  return {};
}

Reload::Actions Reload::on(const reload_event::Tick&, Time now) {
  if (const auto due = deadline(); !due || now < *due) return {};
  std::string words =
      "slot " + std::to_string(slot_) + ": the new process is not ready after " + format_duration(times_.ready);
  if (step_ == Step::raising) return withdraw(std::move(words) + "; the old one keeps serving");
  return finish(std::move(words));
}

Reload::Actions Reload::next(Time now) {
  if (left_.empty()) return finish({});
  slot_ = left_.front();
  left_.erase(left_.begin());
  deadline_ = now + times_.ready;
  step_ = overlap_ ? Step::raising : Step::restarting;
  if (overlap_) return {reload_action::Raise{}};
  return {reload_action::Restart{}};
}

Reload::Actions Reload::withdraw(std::string why) {
  step_ = Step::ending;
  left_.clear();
  trouble_ = std::move(why);
  return {reload_action::Withdraw{}};
}

Reload::Actions Reload::finish(std::string trouble) {
  step_ = Step::idle;
  left_.clear();
  return {reload_action::Finish{std::move(trouble)}};
}

}  // namespace forever
