#include "supervisor/decide/closed_ports.hpp"

#include <algorithm>

namespace forever {

SeatVerdict judge_seats(std::span<SeatSeen> seats, std::optional<Time> listens_since, Time now) {
  SeatVerdict verdict;
  const auto wait_for = [&](Time until) {
    if (until <= now) return false;
    verdict.next_look = std::min(verdict.next_look.value_or(until), until);
    return true;
  };
  const bool has_one = std::ranges::any_of(seats, [](const SeatSeen& seat) { return seat.claimed && seat.held; });
  std::vector<std::size_t> closed;  // and in their time of grace
  for (std::size_t index = 0; index < seats.size(); ++index) {
    SeatSeen& seat = seats[index];
    if (seat.held) {
      seat.closed_since.reset();
    } else if (!seat.claimed) {
      if (listens_since && !wait_for(*listens_since + kUnclaimedGrace)) verdict.given_up.push_back(index);
    } else {
      if (!seat.closed_since) seat.closed_since = now;
      if (wait_for(*seat.closed_since + (has_one ? kClosedGrace : kAllClosedGrace))) {
        closed.push_back(index);
      } else {
        verdict.given_up.push_back(index);
      }
    }
  }
  if (closed.size() > kFewSeats) {
    std::ranges::stable_sort(closed, {}, [&](std::size_t index) { return *seats[index].closed_since; });
    verdict.given_up.insert(verdict.given_up.end(), closed.begin(), closed.end() - kFewSeats);
    std::ranges::sort(verdict.given_up);
  }
  return verdict;
}

}  // namespace forever
