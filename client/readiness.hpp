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

// Polls until every instance (`pids`, slot by slot) is recorded as ready, one of them has ended, or `patience` has passed.
//
// By uptime: until the app has settled. This requires that every instance has run for twice `uptime`, so that a program that takes somewhat
// longer to start and then fails is not reported as ready; and that the instances hardly use the processor: a busy
// program may still be loading its modules. One that is busy for five times `uptime` counts as settled, and one that is alive but
// not settled when `patience` has passed counts as ready if it has run for `uptime`.
[[nodiscard]] Readiness await_ready(const StateDirectory& state, const std::string& name, const std::vector<Pid>& pids,
                                    Milliseconds uptime, Milliseconds patience, ReadyWhen when = ReadyWhen::uptime);

}  // namespace forever
