// What several instances write to one log.
#include <set>

#include "test/e2e/apps.hpp"

using namespace forever::test;

namespace {

constexpr int kLines = 300;

// Writes kLines lines of its own, each by two write(2)s, on both streams.
const char* const kHalves =
    "i=0; while [ $i -lt 300 ]; do printf \"$FOREVER_INSTANCE begin \"; printf \"$i end $FOREVER_INSTANCE\\n\"; "
    "printf \"$FOREVER_INSTANCE begin \" >&2; printf \"$i end $FOREVER_INSTANCE\\n\" >&2; i=$((i+1)); done; exec sleep "
    "1000";

Words workers(const Words& options) {
  return Words{"start", "--name", "web", "-i", "4"} + options + Words{"--", "/bin/sh", "-c", kHalves};
}

// The lines of each slot, in their order; requires that each is whole.
void require_whole(const std::vector<std::string>& lines) {
  std::map<std::string, int> next;
  for (const std::string& line : lines) {
    const std::string slot = line.substr(0, line.find(' '));
    REQUIRE(line == slot + " begin " + std::to_string(next[slot]++) + " end " + slot);
  }
  REQUIRE(next.size() == 4);
  for (const auto& [slot, count] : next) REQUIRE(count == kLines);
}

bool all_written(const TemporaryHome& home, const char* stream) {
  return wait_until([&] { return count_of(log_of(home, "web", stream), " end ") >= 4 * kLines; }, 30s);
}

}  // namespace

TEST_CASE("REAL4 lines of several instances are whole, in every format and on both streams", "[REAL4]") {
  for (const char* format : {"raw", "time", "json"}) {
    INFO(format);
    const TemporaryHome home;
    done(home, workers({"--log-format", format}));
    for (const char* stream : {"out", "err"}) {
      REQUIRE(all_written(home, stream));
      std::vector<std::string> lines;
      std::set<int> slots;
      for (const std::string& line : lines_of(log_of(home, "web", stream))) {
        if (format == std::string("raw")) lines.push_back(line);
        if (format == std::string("time")) lines.push_back(line.substr(30));
        if (format != std::string("json")) continue;
        const Json object = parse_json(line);
        lines.push_back(object.at("line"));
        REQUIRE(std::to_string(object.at("slot").get<int>()) == lines.back().substr(0, 1));
      }
      require_whole(lines);
    }
  }
}

TEST_CASE("REAL4 lines stay whole when the app is scaled, reloaded and loses its supervisor", "[REAL4]") {
  const TemporaryHome home;
  const std::string go = home.scratch() / "go";
  done(home, {"start", "--name", "web", "-i", "2", "--", "/bin/sh", "-c",
              "while [ ! -e '" + go + "' ]; do sleep 0.05; done; " + std::string{kHalves}});
  done(home, {"scale", "web", "4"});
  kill_hard(supervisor_of(home, "web"));
  write_file(go, "");
  REQUIRE(all_written(home, "out"));
  require_whole(lines_of(log_of(home, "web")));
  done(home, {"flush", "web"});
  kill_watchers(home, "web");
  done(home, {"restart", "web"});
  REQUIRE(all_written(home, "out"));
  require_whole(lines_of(log_of(home, "web")));
  done(home, {"scale", "web", "1"});
  REQUIRE_FALSE(std::filesystem::exists(home.app("web") / "out-1.fifo"));
  REQUIRE(std::filesystem::exists(home.app("web") / "out.fifo"));
}

TEST_CASE("REAL4 a line without an end is shown in time, and the next one begins behind it", "[REAL4]") {
  const TemporaryHome home;
  done(home, {"start", "--name", "web", "-i", "2", "--", "/bin/sh", "-c",
              "printf \"ask $FOREVER_INSTANCE: \"; sleep 3; printf \"answer $FOREVER_INSTANCE\\n\"; exec sleep 1000"});
  REQUIRE(wait_until([&] { return count_of(log_of(home, "web"), "answer") == 2; }));
  for (const std::string& line : lines_of(log_of(home, "web"))) REQUIRE(line.size() <= std::string{"answer 0"}.size());
}

TEST_CASE("REAL4 logs names the slot of each line of an app with several", "[REAL4]") {
  const TemporaryHome home;
  done(home, workers({"--log-format", "json"}));
  REQUIRE(all_written(home, "out"));
  const std::string shown = done(home, {"logs", "web", "--out", "-n", "2000"}).out;
  for (const char* prefix : {"web/0 | {", "web/1 | {", "web/3 | {"}) REQUIRE(count_of(shown, prefix) == kLines);
}
