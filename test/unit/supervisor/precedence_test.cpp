// The whole table of pairs, written a second time, as it is to be read.
#include "supervisor/decide/precedence.hpp"

#include <array>
#include <sstream>
#include <string>

#include "test/support/catch.hpp"

namespace forever {
namespace {

using enum Incoming;
constexpr std::array kIncoming = {start,   stop, restart, reload, scale,  configure, signal,
                                  upgrade, cron, watch,   memory, health, crash};
constexpr std::array kUnderWay = {UnderWay::nothing,   UnderWay::starting, UnderWay::stopping, UnderWay::restarting,
                                  UnderWay::reloading, UnderWay::scaling,  UnderWay::upgrading};

const char* word_of(Ruling ruling) {
  switch (ruling) {
    case Ruling::act: return "act";
    case Ruling::join: return "join";
    case Ruling::overtake: return "over";
    case Ruling::wait: return "wait";
    case Ruling::refuse: return "refuse";
    case Ruling::pass: return "pass";
  }
  return "";
}

std::string row(UnderWay running) {
  std::string words;
  for (const Incoming incoming : kIncoming)
    words += (words.empty() ? "" : " ") + std::string{word_of(ruling_on(running, incoming))};
  return words;
}

bool asked_for(Incoming incoming) {
  switch (incoming) {
    case start:
    case stop:
    case restart:
    case reload:
    case scale:
    case configure:
    case signal:
    case upgrade: return true;
    case cron:
    case watch:
    case memory:
    case health:
    case crash: return false;
  }
  return false;
}

TEST_CASE("SUP8 each pair of what runs and what comes is decided") {
  //                                 start stop restart reload scale conf. sig. upgr. cron watch mem. health crash
  CHECK(row(UnderWay::nothing) == "act act act act act act act act act act act act act");
  CHECK(row(UnderWay::starting) == "join over over act act act act act pass over pass pass act");
  CHECK(row(UnderWay::stopping) == "over join over refuse act act act act pass pass pass pass act");
  CHECK(row(UnderWay::restarting) == "join over join wait wait act act act pass join pass pass act");
  CHECK(row(UnderWay::reloading) == "join over over over wait act act refuse pass over pass pass act");
  CHECK(row(UnderWay::scaling) == "join over act act act act act act act act act act act");
  CHECK(row(UnderWay::upgrading) == "act act act wait act act act join act act act act act");
}

TEST_CASE("SUP8 a user's request is never ignored, and an automatic event neither waits nor is refused") {
  for (const UnderWay running : kUnderWay) {
    CHECK(std::string{describe(running)}.starts_with("it is "));
    for (const Incoming incoming : kIncoming) {
      const Ruling ruling = ruling_on(running, incoming);
      CAPTURE(describe(running), static_cast<int>(incoming));
      if (asked_for(incoming)) CHECK(ruling != Ruling::pass);
      if (!asked_for(incoming)) CHECK((ruling != Ruling::refuse && ruling != Ruling::wait));
    }
    // A stop always comes through, and nothing but a start or a restart ends one.
    CHECK((ruling_on(running, stop) == Ruling::overtake || ruling_on(running, stop) == Ruling::join ||
           ruling_on(running, stop) == Ruling::act));
  }
  for (const Incoming incoming : kIncoming)
    CHECK((ruling_on(UnderWay::stopping, incoming) == Ruling::overtake) == (incoming == start || incoming == restart));
}

TEST_CASE("SUP8 a client that waits for an impossible result is answered, and no other") {
  std::ostringstream pairs;
  for (const Incoming newer : kIncoming) {
    for (const Incoming older : kIncoming) {
      if (is_overtaken(older, newer)) pairs << static_cast<int>(older) << '<' << static_cast<int>(newer) << ' ';
    }
  }
  std::ostringstream expected;
  for (const auto& [older, newer] : {std::pair{stop, start},
                                     {start, stop},
                                     {restart, stop},
                                     {reload, stop},
                                     {scale, stop},
                                     {stop, restart},
                                     {reload, restart},
                                     {reload, reload},
                                     {reload, watch}})
    expected << static_cast<int>(older) << '<' << static_cast<int>(newer) << ' ';
  CHECK(pairs.str() == expected.str());
}

}  // namespace
}  // namespace forever
