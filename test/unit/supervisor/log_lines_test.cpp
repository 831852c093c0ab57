// Lines with a time and lines as JSON.
#include "supervisor/log/log_lines.hpp"

#include <nlohmann/json.hpp>

#include "test/support/catch.hpp"

using namespace forever;

namespace {

std::string formatted(LogFormat format, std::string_view piece, bool begins = true, bool ends = true) {
  LineFormatter formatter(format, "w\"eb", "out");
  formatter.set_time(wall_from_ms(1'769'859'296'789));
  std::string text;
  formatter.append(text, piece, begins, ends);
  return text;
}

}  // namespace

TEST_CASE("LOG2 a line is stamped once, with milliseconds and the offset of the time zone", "[LOG2]") {
  const std::string stamp = rfc3339_local(wall_from_ms(1'769'859'296'789));
  CHECK(stamp.substr(19, 4) == ".789");
  CHECK(formatted(LogFormat::time, "hello") == stamp + " hello\n");
  CHECK(formatted(LogFormat::time, "") == stamp + " \n");
  CHECK(formatted(LogFormat::time, "a\0\xff\r", true, false) == stamp + " a");
  CHECK(formatted(LogFormat::time, std::string_view("a\0\xff\r", 4)) == stamp + std::string(" a\0\xff\r\n", 6));
  CHECK(formatted(LogFormat::time, "more", false, false) == "more");
  CHECK(formatted(LogFormat::time, "end", false, true) == "end\n");
}

TEST_CASE("LOG2 the stamp follows the clock within a second, over its end and back", "[LOG2]") {
  LineFormatter formatter(LogFormat::time, "web", "out");
  for (const std::int64_t ms : {1'769'859'296'789, 1'769'859'296'790, 1'769'859'297'000, 1'769'859'296'001}) {
    formatter.set_time(wall_from_ms(ms));
    std::string text;
    formatter.append(text, "x", true, true);
    CHECK(text == rfc3339_local(wall_from_ms(ms)) + " x\n");
  }
}

TEST_CASE("LOG2 a line as JSON is valid whatever its bytes, and says them all", "[LOG2]") {
  std::string every_byte;
  for (int c = 0; c < 256; ++c)
    if (c != '\n') every_byte += static_cast<char>(c);
  for (const std::string& line :
       {std::string("plain"), std::string("\"\\\t\b\x01\x7f"), std::string("żółć \xf0\x9f\x98\x80"),
        std::string("\xc0\x80"), std::string("\xed\xa0\x80"), std::string("cut \xe2\x82"), every_byte}) {
    const std::string text = formatted(LogFormat::json, line);
    REQUIRE(text.find('\n') == text.size() - 1);
    const auto object = nlohmann::json::parse(text);
    CHECK(object["app"] == "w\"eb");
    CHECK(object["stream"] == "out");
    CHECK(object["slot"] == 0);
    CHECK(object["time"] == rfc3339_local(wall_from_ms(1'769'859'296'789)));
    CHECK_FALSE(object.contains("partial"));
    if (!object.contains("hex")) {
      CHECK(object["line"] == line);
    } else {
      std::string bytes;
      const std::string hex = object["hex"];
      for (std::size_t i = 0; i < hex.size(); i += 2)
        bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
      CHECK(bytes == line);
    }
  }
}

TEST_CASE("LOG2 the pieces of a line that comes in several objects are marked, but for the last", "[LOG2]") {
  CHECK(nlohmann::json::parse(formatted(LogFormat::json, "a", true, false))["partial"] == true);
  CHECK(nlohmann::json::parse(formatted(LogFormat::json, "b", false, false))["partial"] == true);
  CHECK_FALSE(nlohmann::json::parse(formatted(LogFormat::json, "c", false, true)).contains("partial"));
}

TEST_CASE("REAL4 a line as JSON names the slot that wrote it", "[REAL4]") {
  LineFormatter formatter(LogFormat::json, "web", "out", 3);
  formatter.set_time(wall_from_ms(1'769'859'296'789));
  std::string text;
  formatter.append(text, "x", true, true);
  CHECK(nlohmann::json::parse(text)["slot"] == 3);
}
