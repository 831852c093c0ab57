// When changes lead to a restart.
#include "supervisor/decide/quiet_period.hpp"

#include "test/support/catch.hpp"

using namespace forever;
using Change = QuietPeriod::Kind;

namespace {

Time at(int ms) { return Time{Milliseconds{1'000'000 + ms}}; }

QuietPeriod with(int period) {
  QuietPeriod quiet;
  quiet.set_period(Milliseconds{period});
  return quiet;
}

}  // namespace

TEST_CASE("WATCH1 a burst of changes is acted on once, a quiet period after the last", "[watch]") {
  QuietPeriod quiet = with(200);
  CHECK_FALSE(quiet.deadline());
  int fired = 0;
  for (int i = 0; i < 1000; ++i) {  // within 2 s
    const Time now = at(2 * i);
    if (quiet.due(now)) ++fired;
    quiet.note("f" + std::to_string(i), Change::writing, now);
    quiet.note("f" + std::to_string(i), Change::closed, now);
  }
  CHECK(fired == 0);
  CHECK(quiet.deadline() == at(1998 + 200));
  CHECK_FALSE(quiet.due(at(2197)));
  CHECK(quiet.due(at(2198)));
  CHECK_FALSE(quiet.deadline());
  CHECK_FALSE(quiet.due(at(9999)));
}

TEST_CASE("WATCH2 without a quiet period a save is acted on as soon as its writer is done", "[watch]") {
  QuietPeriod quiet = with(0);
  quiet.note("a", Change::writing, at(0));
  CHECK_FALSE(quiet.due(at(1)));
  CHECK(quiet.deadline() == at(100));
  quiet.note("b", Change::writing, at(2));
  quiet.note("a", Change::closed, at(3));
  CHECK_FALSE(quiet.due(at(4)));  // b is being written still
  quiet.note("b", Change::closed, at(5));
  CHECK(quiet.due(at(5)));
  // An editor moves the old file away, writes a new one, and removes the old.
  quiet.note("a", Change::removed, at(10));
  CHECK_FALSE(quiet.due(at(10)));
  quiet.note("a", Change::writing, at(11));
  quiet.note("a", Change::closed, at(12));
  CHECK(quiet.due(at(12)));
  // Written beside, and moved into place.
  quiet.note("a", Change::changed, at(20));
  CHECK(quiet.due(at(20)));
}

TEST_CASE("WATCH2 a new file is waited for, whether it is on its way into another's place", "[watch]") {
  QuietPeriod quiet = with(0);
  const auto write_new = [&](int ms) {
    quiet.note("sedX", Change::writing, at(ms), true);
    quiet.note("sedX", Change::writing, at(ms));
    quiet.note("sedX", Change::closed, at(ms));
  };
  write_new(0);
  CHECK_FALSE(quiet.due(at(50)));
  quiet.note("sedX", Change::removed, at(50));
  quiet.note("a", Change::changed, at(50));
  CHECK(quiet.due(at(50)));  // at once
  write_new(200);
  CHECK_FALSE(quiet.due(at(299)));
  CHECK(quiet.due(at(300)));  // it has come to stay
  // What was moved away before is not new.
  quiet.note("a", Change::removed, at(400));
  quiet.note("a", Change::writing, at(401), true);
  quiet.note("a", Change::closed, at(401));
  CHECK(quiet.due(at(401)));
}

TEST_CASE("A file that is never closed, or stays away, is waited for no longer than 100 ms", "[watch]") {
  QuietPeriod quiet = with(0);
  quiet.note("a", Change::removed, at(0));
  CHECK(quiet.due(at(100)));
  quiet.note("a", Change::writing, at(200));
  quiet.note("a", Change::writing, at(250));
  CHECK_FALSE(quiet.due(at(349)));
  CHECK(quiet.due(at(350)));
}

TEST_CASE("A file that was opened for writing and not written is no change", "[watch]") {
  QuietPeriod quiet = with(0);
  quiet.note("a", Change::closed, at(0));
  CHECK_FALSE(quiet.deadline());
}

TEST_CASE("Changes without end are acted on all the same", "[watch]") {
  QuietPeriod quiet = with(200);
  int fired = 0;
  for (int ms = 0; ms < 30'000; ms += 50) {
    quiet.note("log", Change::writing, at(ms));
    if (quiet.due(at(ms))) ++fired;
  }
  CHECK(fired == 2);
}
