// YAML as JSON: the scalars of version 1.2, anchors and merge keys, and what is refused.
#include "text/yaml.hpp"

#include "test/support/catch.hpp"

using namespace forever;

namespace {

std::string json(std::string_view yaml) {
  const auto made = json_of_yaml(yaml);
  return made ? *made : made.error().message();
}

}  // namespace

TEST_CASE("YAML scalars mean what version 1.2 says") {
  if (!reads_yaml()) SKIP_CASE("this build has no libyaml");
  struct Case {
    const char *yaml, *json;
  };
  const Case cases[] = {
      {"", "null"},
      {"# nothing", "null"},
      {"~", "null"},
      {"NULL", "null"},
      {"'null'", "\"null\""},
      {"True", "true"},
      {"tRUE", "\"tRUE\""},
      {"yes", "\"yes\""},
      {"off", "\"off\""},
      {"0", "0"},
      {"-0", "0"},
      {"+12", "12"},
      {"-12", "-12"},
      {"010", "\"010\""},
      {"0x1F", "\"0x1F\""},
      {"0o17", "\"0o17\""},
      {"1_000", "\"1_000\""},
      {"12:30", "\"12:30\""},
      {"18446744073709551615", "18446744073709551615"},
      {"1.5", "1.5"},
      {"-.5", "-0.5"},
      {"+1.", "1.0"},
      {"1.5e3", "1500.0"},
      {"1e3", "\"1e3\""},
      {".", "\".\""},
      {"-", "[null]"},
      {"-.e3", "\"-.e3\""},
      {"1.5.2", "\"1.5.2\""},
      {".inf", "\".inf\""},
      {".nan", "\".nan\""},
      {"2024-01-31", "\"2024-01-31\""},
      {"!!str 12", "\"12\""},
      {"! 12", "\"12\""},
      {"!!int '12'", "12"},
      {"!!float 1", "1"},
      {"!!null ''", "null"},
      {"\"a\\tb\\u00e4\"", "\"a\\tb\xc3\xa4\""},
      {"|\n  a\n  b\n", "\"a\\nb\\n\""},
      {">-\n  a\n  b\n", "\"a b\""},
      {"\xef\xbb\xbfx", "\"x\""},
  };
  for (const Case& one : cases) {
    INFO(one.yaml);
    CHECK(json(one.yaml) == one.json);
  }
}

TEST_CASE("YAML lists and objects keep their order, and the last of equal keys") {
  if (!reads_yaml()) SKIP_CASE("this build has no libyaml");
  CHECK(json("b: 1\na: [x, {y: 2}]\n010: z\nb: 3\n") == R"({"b":3,"a":["x",{"y":2}],"010":"z"})");
  CHECK(json("- a\n-\n- - b\n") == R"(["a",null,["b"]])");
  CHECK(json("%YAML 1.1\n---\na: 1\n...\n") == R"({"a":1})");
  CHECK(json("{true: 1, ~: 2}") == R"({"true":1,"~":2})");
}

TEST_CASE("YAML aliases copy what was anchored, and << lies under an object's own keys") {
  if (!reads_yaml()) SKIP_CASE("this build has no libyaml");
  CHECK(json("[&a x, *a, &b {k: *a}, *b]") == R"(["x","x",{"k":"x"},{"k":"x"}])");
  CHECK(json("{&k key: 1, v: *k}") == R"({"key":1,"v":"key"})");
  CHECK(json("[&a 1, *a, &a 2, *a]") == "[1,1,2,2]");
  CHECK(json("- &a {x: 1, y: 2}\n- &b {y: 3, z: 4}\n- {z: 5, <<: [*a, *b]}\n- {<<: *a, x: 6}\n- {<<: *a, <<: *b}\n") ==
        R"([{"x":1,"y":2},{"y":3,"z":4},{"x":1,"y":2,"z":5},{"x":6,"y":2},{"x":1,"y":2,"z":4}])");
  CHECK(json("{'<<': 1}") == R"({"<<":1})");
  CHECK(json("<<: 1") == "line 1, column 5: << takes an object, or a list of objects");
  CHECK(json("<<: [{}, 1]") == "line 1, column 5: << takes only objects");
}

TEST_CASE("YAML that is wrong is refused with its place") {
  if (!reads_yaml()) SKIP_CASE("this build has no libyaml");
  CHECK(json("a: [b") == "line 2, column 1: did not find expected ',' or ']'");
  CHECK(json("a: b\n c: d\n") == "line 2, column 3: mapping values are not allowed in this context");
  CHECK(json("a:\n\t- b") == "line 2, column 1: found character that cannot start any token");
  CHECK(json("a: *b") == "line 1, column 4: *b is used, but there is no &b before it");
  CHECK(json("&a [*a]") == "line 1, column 5: *a is inside of &a");
  CHECK(json("[a]: b") == "line 1, column 1: a key must be a text");
  CHECK(json("--- a\n--- b\n") == "line 2, column 1: it contains a second document; only one is read");
  CHECK(json("!!int x") == "line 1, column 1: its tag is unknown, or requires another kind of value");
  CHECK(json("!app {}") == "line 1, column 1: its tag is unknown, or requires another kind of value");
  CHECK(json("\xff") == "byte 0: invalid leading UTF-8 octet");
  CHECK(json(std::string_view{"a\0b", 3}) == "byte 1: control characters are not allowed");
  CHECK(json(std::string(101, '[') + std::string(101, ']')) == "line 1, column 101: nested more than 100 levels deep");
  CHECK(json(std::string(100, '[') + std::string(100, ']')) == std::string(100, '[') + std::string(100, ']'));
  const std::string deep = std::string(60, '[') + "1" + std::string(60, ']');
  CHECK(json("- &a " + deep + "\n- " + std::string(40, '[') + "*a" + std::string(40, ']')) ==
        "line 2, column 43: nested more than 100 levels deep");
}

TEST_CASE("YAML whose aliases multiply is refused before it fills the memory") {
  if (!reads_yaml()) SKIP_CASE("this build has no libyaml");
  std::string laughs = "- &a0 ha\n";
  for (int i = 1; i < 40; ++i) {
    const std::string before = " *a" + std::to_string(i - 1);
    laughs += "- &a" + std::to_string(i) + " [" + before;
    for (int copy = 1; copy < 9; ++copy) laughs += "," + before;
    laughs += "]\n";
  }
  CHECK_THAT(json(laughs), test::contains("aliases make it larger than 16 MiB"));
  // A long text that is meant often counts as well as many short ones.
  std::string copies = "[&a " + std::string(1U << 20U, 'x');
  for (int i = 0; i < 20; ++i) copies += ", *a";
  CHECK_THAT(json(copies + "]"), test::contains("aliases make it larger than 16 MiB"));
}
