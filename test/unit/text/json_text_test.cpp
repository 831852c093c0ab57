// JSON without a tree of values: what is written is what nlohmann-json reads back.
#include "text/json_text.hpp"

#include <limits>
#include <random>

#include <nlohmann/json.hpp>

#include "test/support/catch.hpp"
#include "text/utf8.hpp"

using namespace forever;

TEST_CASE("JSON text separates neighbours, and nothing else") {
  JsonText json;
  json.open('{');
  json.member("number", -7);
  json.member("largest", std::numeric_limits<std::uint64_t>::max());
  json.member("flag", true);
  json.member_if_set("zero", 0);
  json.member_if_set("empty", std::string{});
  json.member_if_set("text", std::string{"a\"b"});
  json.key("list");
  json.open('[');
  json.open('{');
  json.close('}');
  json.value(std::vector<std::string>{});
  json.value(std::vector<std::string>{"x", "y"});
  json.close(']');
  json.close('}');
  CHECK(json.take() ==
        R"({"number":-7,"largest":18446744073709551615,"flag":true,"text":"a\"b","list":[{},[],["x","y"]]})");
}

TEST_CASE("any bytes come back from JSON text: UTF-8 as a string, others in hex") {
  std::mt19937 random{20261125};  // NOLINT: the same bytes in each run
  for (int round = 0; round < 3000; ++round) {
    std::string bytes(random() % 12, '\0');
    // Half of them of few values, so that whole characters and broken ones both come up.
    constexpr std::string_view kParts = "a\"\\\n\x01\xc3\xa4\xe2\x82\xac\xff\0";
    for (char& byte : bytes) byte = round % 2 == 0 ? static_cast<char>(random()) : kParts[random() % kParts.size()];
    JsonText json;
    json.value(bytes);
    const auto read = nlohmann::json::parse(json.take());
    if (is_utf8(bytes)) {
      CHECK(read == bytes);
    } else {
      std::string hex;
      append_hex(hex, bytes);
      CHECK(read == nlohmann::json{{"hex", hex}});
    }
  }
}
