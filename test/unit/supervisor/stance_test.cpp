#include "supervisor/decide/stance.hpp"

#include "test/support/catch.hpp"

namespace forever {
namespace {

TEST_CASE("SUP5 the supervisor that holds the lock under its name stays, and no app is left without one") {
  for (const bool another : {false, true}) {
    for (const Milliseconds waited : {Milliseconds{0}, kLockPatience - Milliseconds{1}, kLockPatience}) {
      CAPTURE(another, waited.count());
      CHECK(stance_of(LockFound::ours, another, waited) == Stance::goes_on);
      CHECK(stance_of(LockFound::unreachable, another, waited) == Stance::goes_on);
      const Stance others = another ? Stance::steps_down : waited < kLockPatience ? Stance::waits : Stance::goes_on;
      CHECK(stance_of(LockFound::others, another, waited) == others);
    }
  }
}

}  // namespace
}  // namespace forever
