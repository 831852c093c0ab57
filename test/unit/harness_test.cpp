// The harness itself: what every other test relies on.
#include <string>

#include "test/support/catch.hpp"

TEST_CASE("HARNESS a part of a text is found") {
  REQUIRE_THAT(std::string("one two"), forever::test::contains("two"));
  REQUIRE_FALSE(forever::test::case_has_failed());
}
