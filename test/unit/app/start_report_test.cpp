// The supervisor's first word to the command that waits for it.
#include "app/start_report.hpp"

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
