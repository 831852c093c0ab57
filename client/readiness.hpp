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

// Looks until every instance (`pids`, slot by slot) has lived for `uptime`, one of them has ended, or `patience` is over.
// `when`: other than by the time, until every instance is on record as ready.
[[nodiscard]] Readiness await_ready(const StateDirectory& state, const std::string& name, const std::vector<Pid>& pids,
                                    Milliseconds uptime, Milliseconds patience, ReadyWhen when = ReadyWhen::uptime);

}  // namespace forever
