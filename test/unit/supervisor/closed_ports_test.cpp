// Which of an instance's sockets are released, and when: those that no process of it holds any more.
#include "supervisor/decide/closed_ports.hpp"

#include <algorithm>
#include <random>

#include "test/support/catch.hpp"

using namespace forever;

namespace {

const Time kMoment = steady_from_ms(50'000);
using SeatList = std::vector<std::size_t>;

}  // namespace

TEST_CASE("SUP9 a port that a process of the instance holds is never released") {
  std::vector<SeatSeen> seats(3);
  for (const int later : {0, 1000, 1000000}) {
    const SeatVerdict verdict = judge_seats(seats, kMoment, kMoment + Milliseconds{later});
    CHECK(verdict.given_up.empty());
    CHECK_FALSE(verdict.next_look);
  }
}

TEST_CASE("SUP9 a closed port is released by the second check, if it is still closed then") {
  std::vector<SeatSeen> seats{{true, true, {}}, {true, false, {}}};
  const SeatVerdict first = judge_seats(seats, kMoment, kMoment);
  CHECK(first.given_up.empty());
  REQUIRE(first.next_look == kMoment + kClosedGrace);

  SECTION("it is") { CHECK(judge_seats(seats, kMoment, *first.next_look).given_up == SeatList{1}); }
  SECTION("one process had sent it to another") {
    seats[1].held = true;
    const SeatVerdict second = judge_seats(seats, kMoment, *first.next_look);
    CHECK(second.given_up.empty());
    CHECK_FALSE(second.next_look);
    // And from then on its time begins again.
    seats[1].held = false;
    CHECK(judge_seats(seats, kMoment, kMoment + Milliseconds{90'000}).given_up.empty());
  }
}

TEST_CASE("SUP9 a program that has closed all its ports is given time to end: the next finds them") {
  std::vector<SeatSeen> seats{{true, false, {}}, {true, false, {}}};
  const SeatVerdict first = judge_seats(seats, kMoment, kMoment);
  CHECK(first.given_up.empty());
  REQUIRE(first.next_look == kMoment + kAllClosedGrace);
  CHECK(judge_seats(seats, kMoment, kMoment + kClosedGrace).given_up.empty());
  CHECK(judge_seats(seats, kMoment, *first.next_look).given_up == SeatList{0, 1});
}

TEST_CASE("SUP9 no more than a few closed ports are held, the oldest go first") {
  std::vector<SeatSeen> seats(kFewSeats + 3, SeatSeen{true, false, kMoment});
  seats[1].closed_since = kMoment - Milliseconds{10};
  seats[4].closed_since = kMoment - Milliseconds{20};
  seats.push_back({true, true, {}});
  CHECK(judge_seats(seats, kMoment, kMoment + Milliseconds{1}).given_up == SeatList{0, 1, 4});
}

TEST_CASE("SUP9 ports that the next process does not use are released a while after it listens on something") {
  std::vector<SeatSeen> seats{{true, true, {}}, {false, false, {}}};
  // It does not listen yet: clients wait for it.
  SeatVerdict verdict = judge_seats(seats, {}, kMoment + Milliseconds{1'000'000});
  CHECK(verdict.given_up.empty());
  CHECK_FALSE(verdict.next_look);
  verdict = judge_seats(seats, kMoment, kMoment + Milliseconds{1'000});
  CHECK(verdict.given_up.empty());
  REQUIRE(verdict.next_look == kMoment + kUnclaimedGrace);
  CHECK(judge_seats(seats, kMoment, *verdict.next_look).given_up == SeatList{1});
}

TEST_CASE("SUP9 in all cases: no held port is released, few closed ones stay, and checks come to an end") {
  std::mt19937 random(9);
  for (int round = 0; round < 300; ++round) {
    std::vector<SeatSeen> seats(random() % 60);
    for (SeatSeen& seat : seats) seat = {random() % 4 != 0, random() % 2 == 0, {}};
    const auto listens = random() % 2 == 0 ? std::optional{kMoment} : std::nullopt;
    Time now = kMoment;
    int looks = 0;
    for (std::optional<Time> next = now; next; ++looks) {
      REQUIRE(looks < 10);
      now = *next;
      const SeatVerdict verdict = judge_seats(seats, listens, now);
      if (verdict.next_look) REQUIRE(*verdict.next_look > now);
      REQUIRE(std::ranges::is_sorted(verdict.given_up));
      for (auto index = verdict.given_up.rbegin(); index != verdict.given_up.rend(); ++index) {
        REQUIRE_FALSE(seats[*index].held);
        seats.erase(seats.begin() + static_cast<std::ptrdiff_t>(*index));
      }
      const auto closed = std::ranges::count_if(seats, [](const SeatSeen& one) { return one.claimed && !one.held; });
      REQUIRE(closed <= static_cast<std::ptrdiff_t>(kFewSeats));
      next = verdict.next_look;
    }
    for (const SeatSeen& seat : seats) REQUIRE((seat.held || (!seat.claimed && !listens)));
  }
}
