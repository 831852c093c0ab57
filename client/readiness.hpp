// Whether a started app comes up: what `start --wait` waits for, and the short look that a person at a terminal gets.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/state_directory.hpp"
#include "platform/clock.hpp"

namespace forever {

struct Readiness {
  enum class Kind : std::uint8_t { ready, ended, late };
  Kind kind = Kind::ready;
  bool well = false;       // ended: it was no failure
  std::string reason;      // "ended after 12ms: exit 3"
  std::string last_lines;  // what it wrote before it ended; may be empty
};

// Looks until every instance (`pids`, slot by slot) is on record as ready, one of them has ended, or `patience` is over.
//
// By the uptime: until the app has settled. That is when every instance has run for twice `uptime`, so that a program that takes somewhat
// more than it to start and then fails is not called ready; and when, besides, they hardly use the processor: a program that is
// busy may still be loading its modules. One that is busy for five times `uptime` is taken for one that works, and one that lives and
// is not settled when `patience` is over for ready as soon as it has run for `uptime`.
[[nodiscard]] Readiness await_ready(const StateDirectory& state, const std::string& name, const std::vector<Pid>& pids,
                                    Milliseconds uptime, Milliseconds patience, ReadyWhen when = ReadyWhen::uptime);

}  // namespace forever
