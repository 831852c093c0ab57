#include "supervisor/instance/gates.hpp"

#include <algorithm>

#include "supervisor/instance/events.hpp"
#include "supervisor/tokens.hpp"

namespace forever {
namespace {

constexpr Milliseconds kRest{5};

}  // namespace

bool Gates::any() const { return std::ranges::any_of(roster_, &Instance::at_gate); }

void Gates::open(bool awaited, Time now) {
  if (awaited && resting()) end_rest();
  for (Instance& instance : roster_) {
    if (!instance.at_gate() || instance.calls() != kNoHandle) continue;
    if (awaited) {
      watch_report(loop_, instance, kReportToken + instance.key());
    } else if (!resting()) {
      rest_ends_ = now + kRest;
    }
    instance.open_gate();
  }
}

void Gates::end_rest() {
  rest_ends_.reset();
  rested_ = true;
  for (const Instance& instance : roster_) {
    if (!instance.at_gate()) watch_report(loop_, instance, kReportToken + instance.key());
  }
}

}  // namespace forever
