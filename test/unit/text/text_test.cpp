// Units, names and what a terminal may see.
#include <random>
#include <vector>

#include "app/name.hpp"
#include "test/support/catch.hpp"
#include "text/printable.hpp"
#include "text/units.hpp"
#include "text/utf8.hpp"

using namespace forever;

TEST_CASE("UNIT1 durations are read as people write them") {
  struct Row {
    const char* text;
    std::int64_t ms;  // -1: refused
  };
  const Row rows[] = {
      {"500ms", 500},
      {"10s", 10'000},
      {"5m", 300'000},
      {"2h", 7'200'000},
      {"1d", 86'400'000},
      {"2w", 1'209'600'000},
      {"1.5s", 1500},
      {"0.25h", 900'000},
      {"1m30s", 90'000},
      {"1h2m3s4ms", 3'723'004},
      {"0", 0},
      {"0s", 0},
      {"10", 10'000},
      {"1.5", 1500},
      {"0.0005s", 0},
      {"36525d", 3'155'760'000'000},
      {"00010s", 10'000},
      {"", -1},
      {"s", -1},
      {"-1s", -1},
      {"+1s", -1},
      {"1 s", -1},
      {" 1s", -1},
      {"1x", -1},
      {"1S", -1},
      {"1m30", -1},
      {"1.s", -1},
      {".5s", -1},
      {"1e3s", -1},
      {"1..5s", -1},
      {"36526d", -1},
      {"99999999999999999999s", -1},
      {"9223372036854775807", -1},
      {"36525d1ms", -1},
      {"1s\n", -1},
      {"0x10", -1},
      {"1msm", -1},
      {"ten", -1},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    const auto parsed = parse_duration(row.text);
    CHECK((parsed ? parsed->count() : -1) == row.ms);
  }
  CHECK_FALSE(parse_duration(std::string_view("1s\0", 3)));
  CHECK(parse_duration("10", Milliseconds{1})->count() == 10);
  CHECK(parse_duration("10s", Milliseconds{1})->count() == 10'000);
  CHECK(parse_duration("1.5", Milliseconds{60'000})->count() == 90'000);
}

TEST_CASE("UNIT2 sizes are read as people write them, in powers of 1024") {
  struct Row {
    const char* text;
    std::optional<std::uint64_t> bytes;
  };
  const Row rows[] = {
      {"0", 0},
      {"10", 10},
      {"10B", 10},
      {"10K", 10'240},
      {"10k", 10'240},
      {"10KB", 10'240},
      {"10KiB", 10'240},
      {"10kb", 10'240},
      {"200M", 209'715'200},
      {"1G", 1'073'741'824},
      {"1.5G", 1'610'612'736},
      {"0.5K", 512},
      {"1T", 1ULL << 40U},
      {"1P", 1ULL << 50U},
      {"15E", 15ULL << 60U},
      {"18446744073709551615", 18'446'744'073'709'551'615ULL},
      {"16E", {}},
      {"18446744073709551616", {}},
      {"", {}},
      {"K", {}},
      {"-1", {}},
      {"1Ki", {}},
      {"1Kx", {}},
      {"1 K", {}},
      {"1KK", {}},
      {"1Q", {}},
      {"1iB", {}},
      {"1.K", {}},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(parse_size(row.text) == row.bytes);
  }
}

TEST_CASE("UNIT3 a duration that was written is read back exactly") {
  const std::pair<std::int64_t, const char*> rows[] = {
      {0, "0s"},        {1, "1ms"},        {250, "250ms"},     {1000, "1s"},    {1500, "1.5s"},
      {1050, "1.05s"},  {1001, "1.001s"},  {60'000, "1m"},     {90'000, "90s"}, {90'500, "90.5s"},
      {600'000, "10m"}, {3'600'000, "1h"}, {86'400'000, "1d"}, {-5, "0s"}};
  for (const auto& [ms, text] : rows) CHECK(format_duration(Milliseconds{ms}) == text);
  std::mt19937_64 random(7);
  for (int round = 0; round < 20'000; ++round) {
    const Milliseconds duration{static_cast<std::int64_t>(random() % (1ULL << (random() % 41U + 1U)))};
    REQUIRE(parse_duration(format_duration(duration)) == duration);
  }
}

TEST_CASE("UNIT4 ages and sizes are short in a table") {
  const std::pair<std::int64_t, const char*> ages[] = {
      {0, "0s"},          {3250, "3.2s"},         {3000, "3s"},       {9999, "9.9s"},    {10'000, "10s"},
      {59'999, "59s"},    {60'000, "1m"},         {3'599'999, "59m"}, {3'600'000, "1h"}, {86'399'999, "23h"},
      {86'400'000, "1d"}, {1'036'800'000, "12d"}, {-1, "0s"}};
  for (const auto& [ms, text] : ages) CHECK(format_age(Milliseconds{ms}) == text);
  const std::pair<std::uint64_t, const char*> sizes[] = {{0, "0"},
                                                         {1023, "1023"},
                                                         {1024, "1K"},
                                                         {912ULL << 10U, "912K"},
                                                         {(1ULL << 20U) - 1, "1023K"},
                                                         {1ULL << 20U, "1M"},
                                                         {36'175'872, "34.5M"},
                                                         {1'288'490'189, "1.2G"},
                                                         {1ULL << 40U, "1T"},
                                                         {18'446'744'073'709'551'615ULL, "16E"}};
  for (const auto& [bytes, text] : sizes) CHECK(format_size(bytes) == text);
}

TEST_CASE("PERM1 a name cannot leave the directory, hide, or be read as something else") {
  for (const char* good : {"web", "web-1", "Web.2", "a b", "h\xc3\xa4user", "\xe6\x9c\x8d\xe5\x8a\xa1", "...",
                           ".hidden", "1a", "All", "~", "a_b@c", "$(x)"}) {
    INFO(good);
    CHECK_FALSE(fault_in_name(good));
  }
  const std::string longest(kLongestName, 'a');
  CHECK_FALSE(fault_in_name(longest));
  const std::vector<std::string> bad{"",
                                     ".",
                                     "..",
                                     "../x",
                                     "/",
                                     "a/b",
                                     "a\\b",
                                     "a\nb",
                                     std::string("a\0b", 3),
                                     "\x1b[31m",
                                     "a\x7f",
                                     "\xc2\x9b",
                                     "\xff",
                                     "\xc0\xaf",
                                     "-x",
                                     "--name",
                                     "0",
                                     "4711",
                                     "all",
                                     "id:3",
                                     "a:b",
                                     longest + "a",
                                     std::string(300, 'x'),
                                     " ",
                                     "   ",
                                     "\xed\xa0\x80",
                                     "\xc3"};
  for (const std::string& name : bad) {
    INFO(printable(name));
    CHECK(fault_in_name(name));
  }
}

TEST_CASE("START2 a program's default name is its base name without a known extension") {
  const std::pair<const char*, const char*> rows[] = {{"node", "node"},
                                                      {"/usr/bin/node", "node"},
                                                      {"./server.js", "server"},
                                                      {"/srv/app/server.mjs", "server"},
                                                      {"a.py", "a"},
                                                      {"a.tar.gz", "a.tar.gz"},
                                                      {"a.out", "a.out"},
                                                      {"C:\\app\\web.exe", "web"},
                                                      {"/srv/app/", "app"},
                                                      {"", "app"},
                                                      {"/", "app"},
                                                      {".", "app"},
                                                      {"..", "app"},
                                                      {".js", ".js"},
                                                      {"all", "app-all"},
                                                      {"8081", "app-8081"},
                                                      {"-x", "x"},
                                                      {"---", "app"},
                                                      {"a:b", "a-b"},
                                                      {"a\nb", "a-b"},
                                                      {"\xff\xfe", "app"},
                                                      {"x\xff", "x-"},
                                                      {"my app.rb", "my app"},
                                                      {"all.sh", "app-all"},
                                                      {"h\xc3\xa4user.pl", "h\xc3\xa4user"}};
  for (const auto& [program, name] : rows) {
    INFO(program);
    CHECK(default_name(program) == name);
  }
}

TEST_CASE("START2 no program makes a default name that is refused, and there is always a free one") {
  std::mt19937 random(3);
  for (int round = 0; round < 5000; ++round) {
    std::string program(random() % 300, ' ');
    for (char& c : program)
      c = static_cast<char>(random() % 4 == 0 ? "/.-:\\\n\xc3\xa4"[random() % 8] : static_cast<int>(random() % 256));
    const std::string name = default_name(program);
    INFO(printable(program));
    REQUIRE_FALSE(fault_in_name(name));
    int left = 12;
    REQUIRE_FALSE(fault_in_name(unique_name(name, [&](const std::string&) { return --left > 0; })));
  }
  CHECK(unique_name("web", [](const std::string&) { return false; }) == "web");
  CHECK(unique_name("web", [](const std::string& name) { return name == "web" || name == "web-1"; }) == "web-2");
  const std::string longest(kLongestName, 'a');
  CHECK(unique_name(longest, [&](const std::string& name) { return name == longest; }) ==
        std::string(kLongestName - 2, 'a') + "-1");
}

TEST_CASE("PERM1 control characters do not reach a terminal raw") {
  const std::pair<std::string, const char*> rows[] = {{"plain", "plain"},
                                                      {"h\xc3\xa4user", "h\xc3\xa4user"},
                                                      {"\x1b[31mred", "\\x1b[31mred"},
                                                      {"a\nb\tc\r", "a\\nb\\tc\\r"},
                                                      {"\x7f", "\\x7f"},
                                                      {"\xc2\x9b"
                                                       "31m",
                                                       "\\x9b31m"},
                                                      {"\xff\xc3", "\\xff\\xc3"},
                                                      {std::string("\0", 1), "\\x00"},
                                                      {"\xe2\x80\xae"
                                                       "gpj",
                                                       "\\u202egpj"}};
  for (const auto& [text, seen] : rows) CHECK(printable(text) == seen);
}

TEST_CASE("TEXT1 UTF-8 is what RFC 3629 says") {
  for (const char* good : {"", "a", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf", "\xee\x80\x80"})
    CHECK(is_utf8(good));
  for (const char* bad : {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
                          "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xfe"}) {
    CHECK_FALSE(is_utf8(bad));
  }
}

TEST_CASE("TEXT2 columns: wide characters take two, combining ones none") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("h\xc3\xa4user") == 6);
  CHECK(display_width("e\xcc\x81") == 1);
  CHECK(display_width("\xe6\x9c\x8d\xe5\x8a\xa1") == 4);
  CHECK(display_width("\xed\x95\x9c") == 2);
  CHECK(display_width("\xf0\x9f\x98\x80") == 2);
  CHECK(display_width("\xff") == 1);
  CHECK(display_width("") == 0);
}

TEST_CASE("CLI1 a mistyped verb finds its neighbour, nonsense finds none") {
  constexpr std::string_view kVerbs[] = {"start",  "run",      "list", "stop",  "stopall", "restart", "restartall",
                                         "delete", "describe", "logs", "flush", "pid",     "signal",  "completion"};
  const std::pair<const char*, const char*> rows[] = {
      {"strt", "start"},      {"satrt", "start"},    {"lst", "list"},       {"lits", "list"},    {"stpo", "stop"},
      {"restrat", "restart"}, {"log", "logs"},       {"desc", "describe"},  {"delte", "delete"}, {"START", "start"},
      {"singal", "signal"},   {"stopal", "stopall"}, {"comp", "completion"}};
  for (const auto& [typed, meant] : rows) {
    INFO(typed);
    CHECK(nearest(typed, kVerbs) == meant);
  }
  for (const char* nonsense : {"", "x", "xyzzy", "foo", "install", "qqqqqqqqqqqq"}) {
    INFO(nonsense);
    CHECK_FALSE(nearest(nonsense, kVerbs));
  }
  CHECK_FALSE(nearest("web", {}));
}
