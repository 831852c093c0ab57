// When the copy of a port that a program has closed is released. Pure.
//
// The supervisor holds a copy of every socket on which an instance listens (supervisor/ports/shared_ports.hpp), so that a crash closes
// none. What the program closes itself would stay open for ever, and connections to it would wait for ever. So the supervisor checks
// which sockets a process of the instance still holds.
//
// A socket that no process holds is not released at once. A socket that one process sends to another is in no table for a moment. And a
// program that has closed all its ports usually ends soon: its next process must find them, with the connections in their
// queues. A program that opens many ports, one after the other, does not get that time for more than a few of them.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "platform/clock.hpp"

namespace forever {

inline constexpr Milliseconds kNewPortLook{1000};      // after the program began to listen on one more
inline constexpr Milliseconds kClosedGrace{500};       // from the look that found it closed; it has others
inline constexpr Milliseconds kAllClosedGrace{3000};   // the same where it has closed all that it had
inline constexpr Milliseconds kUnclaimedGrace{30000};  // from the moment at which the next process listens on something
inline constexpr Milliseconds kLookedLately{60000};    // no more often where nothing but other work wakes us
inline constexpr std::size_t kFewSeats = 16;           // that may be closed and held at the same time

// One socket of an instance.
struct SeatSeen {
  bool claimed = true;               // by its present process; else its predecessor listened there
  bool held = true;                  // a process of the instance holds it
  std::optional<Time> closed_since;  // by an earlier look
};

struct SeatVerdict {
  std::vector<std::size_t> given_up;  // indices of what was seen, ascending
  std::optional<Time> next_look;
};

// Brings `closed_since` up to date. `listens_since`: since when the present process listens on anything; nothing: it does not.
[[nodiscard]] SeatVerdict judge_seats(std::span<SeatSeen> seats, std::optional<Time> listens_since, Time now);

}  // namespace forever
