// How lines of logs are shown.
#include "cli/logs/log_view.hpp"

#include <nlohmann/json.hpp>

#include "test/support/catch.hpp"

using namespace forever;
using namespace forever::cli;

TEST_CASE("PERM1 control characters of a log do not reach a terminal, colours and tabs do", "[PERM1][logs]") {
  struct Line {
    std::string_view text, with_colours, without;
  };
  for (const Line& line : {
           Line{"plain", "plain", "plain"},
           Line{"a\tb\r", "a\tb", "a\tb"},
           Line{"bell\x07", "bell\\x07", "bell\\x07"},
           Line{"10%\r20%", "10%\\r20%", "10%\\r20%"},
           Line{"\x1b[31mred\x1b[0m", "\x1b[31mred\x1b[0m\x1b[0m", "red"},
           Line{"\x1b[38;5;12mx", "\x1b[38;5;12mx\x1b[0m", "x"},
           Line{"\x1b[2Jgone", "\\x1b[2Jgone", "\\x1b[2Jgone"},
           Line{"\x1b]0;title\x07", "\\x1b]0;title\\x07", "\\x1b]0;title\\x07"},
           Line{"\x1b[3", "\\x1b[3", "\\x1b[3"},
           Line{"\xff", "\\xff", "\\xff"},
       }) {
    CHECK(shown_on_terminal(line.text, true) == line.with_colours);
    CHECK(shown_on_terminal(line.text, false) == line.without);
  }
}

TEST_CASE("Names in front of lines are aligned, and errors have a red bar", "[logs]") {
  CHECK(prefix_of("web", 5, Colour::cyan, false, false) == "web   | ");
  CHECK(prefix_of("a\x1b", 0, Colour::cyan, false, false) == "a\\x1b | ");
  CHECK(prefix_of("web", 3, Colour::cyan, true, true) ==
        coloured("web", Colour::cyan, true) + " " + coloured("|", Colour::red, true) + " ");
}

TEST_CASE("The stamp of a line is found in both formats and nowhere else", "[logs]") {
  constexpr std::string_view kStamp = "2026-01-31T12:34:56.789-01:00";
  CHECK(stamp_of(std::string(kStamp) + " text") == kStamp);
  CHECK(stamp_of("{\"time\":\"" + std::string(kStamp) + "\",\"app\":\"web\"}") == kStamp);
  for (const char* other : {"", "text", "2026-01-31", "2026-01-31 12:34:56.789+01:00 text", "{\"time\":\"x\"}"})
    CHECK(stamp_of(other).empty());
}

TEST_CASE("STATE5 every line as JSON is valid JSON", "[STATE5][logs]") {
  using Json = nlohmann::json;
  CHECK(json_line("web", "err", "a \"b\"\x01\xff") ==
        "{\"app\":\"web\",\"stream\":\"err\",\"line\":\"a \\\"b\\\"\\u0001\xef\xbf\xbd\"}\n");
  const auto stamped = Json::parse(json_line("web", "out", "2026-01-31T12:34:56.789-01:00 text"));
  CHECK(stamped["time"] == "2026-01-31T12:34:56.789-01:00");
  CHECK(stamped["line"] == "text");
  const std::string object = R"({"time":"2026-01-31T12:34:56.789-01:00","app":"web","stream":"out","line":"x"})";
  CHECK(json_line("web", "out", object) == object + "\n");
}

TEST_CASE("REAL4 the slot of a line is found where the log says it, and not in the line's own text", "[REAL4]") {
  const std::string head = R"({"time":"2026-01-31T12:34:56.789-01:00","app":"web","stream":"out",)";
  CHECK(slot_of(head + R"("slot":12,"line":"x"})") == 12U);
  CHECK_FALSE(slot_of(head + R"("line":"\",\"slot\":3,"})"));
  CHECK_FALSE(slot_of(R"(","slot":3,)"));
}
