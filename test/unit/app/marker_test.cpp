// The marker by which orphans are known.
#include "app/marker.hpp"

#include "test/support/catch.hpp"

using namespace forever;

TEST_CASE("STOP3 an instance's marker survives the environment, names with slashes in the prefix included") {
  const InstanceMarker marker{"fe01-1a2b/web", 3, 77};
  CHECK(marker_text(marker) == "fe01-1a2b/web/3/77");
  const auto back = marker_from(marker_text(marker));
  REQUIRE(back);
  CHECK(back->prefix == marker.prefix);
  CHECK(back->slot == 3);
  CHECK(back->generation == 77);
}

TEST_CASE("STOP3 what is no marker is none") {
  for (const char* text : {"", "/", "a/b", "a/b/c", "a/1/", "a//1", "a/1/2x", "a/-1/2", "a/1/99999999999999999999999"})
    CHECK_FALSE(marker_from(text));
}
