// The supervisor's first word to the command that waits for it, and the marker by which orphans are known.
#include "app/start_report.hpp"

#include "supervisor/instance/instance.hpp"
#include "test/support/catch.hpp"

using namespace forever;

TEST_CASE("STATE3 a start report survives the way") {
  for (const StartReport& report : {StartReport{true, {12, 0, 14}, "", 0, ""}, StartReport{true, {}, "", 0, ""},
                                    StartReport{false, {}, "exec: No such file or directory", 2, "exec"},
                                    StartReport{false, {}, "cannot open /x y: no", 13, ""}}) {
    CHECK(decode_start_report(encode_start_report(report)) == report);
  }
}

TEST_CASE("STATE3 a report cut at any byte is a failure with a reason") {
  const std::string whole = encode_start_report({false, {}, "exec: No such file or directory", 2, "exec"});
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const StartReport report = decode_start_report(whole.substr(0, length));
    CHECK_FALSE(report.started);
    CHECK_FALSE(report.reason.empty());
  }
}

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
