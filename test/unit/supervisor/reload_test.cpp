// The story of a reload, told with a clock of its own: every event in every state.
#include "supervisor/decide/reload.hpp"

#include <string>

#include "test/support/catch.hpp"

namespace forever {
namespace {

namespace on = reload_event;
const Time kBegin = steady_from_ms(1'000'000);
constexpr Milliseconds kReady{5000};

std::string words(const Reload::Actions& actions) {
  std::string text;
  for (const ReloadAction& action : actions) {
    text += text.empty() ? "" : " ";
    if (std::holds_alternative<reload_action::Raise>(action)) text += "raise";
    if (std::holds_alternative<reload_action::Restart>(action)) text += "restart";
    if (std::holds_alternative<reload_action::Promote>(action)) text += "promote";
    if (std::holds_alternative<reload_action::Withdraw>(action)) text += "withdraw";
    if (const auto* const finish = std::get_if<reload_action::Finish>(&action))
      text += finish->trouble.empty() ? "finish" : "fail: " + finish->trouble;
  }
  return text;
}

struct Story {
  std::string operator()(const ReloadEvent& event, Milliseconds later = Milliseconds{0}) {
    now += later;
    return words(reload.handle(event, now));
  }
  Reload reload;
  Time now = kBegin;
};

on::Begin of(std::vector<std::uint32_t> slots, bool overlap = true) {
  return {std::move(slots), overlap, Trigger::reload, {kReady, Milliseconds{1000}}};
}

// The shortest way to each state, with slot 2 still to come.
Story at(Reload::Step step) {
  Story story;
  switch (step) {
    case Reload::Step::idle: break;
    case Reload::Step::raising: (void)story(of({1, 2})); break;
    case Reload::Step::leaving:
      (void)story(of({1, 2}));
      (void)story(on::Ready{});
      break;
    case Reload::Step::restarting: (void)story(of({1, 2}, false)); break;
    case Reload::Step::ending:
      (void)story(of({1, 2}));
      (void)story(on::GiveUp{"enough"});
      break;
  }
  REQUIRE(story.reload.step() == step);
  return story;
}

using enum Reload::Step;
constexpr Reload::Step kSteps[] = {idle, raising, leaving, restarting, ending};

TEST_CASE("CLU2 a reload goes from slot to slot, each old process after its new one") {
  Story story;
  CHECK(story(of({0, 2})) == "raise");
  CHECK(story.reload.slot() == 0);
  CHECK(story.reload.replaces(0));
  CHECK(story.reload.replaces(2));
  CHECK_FALSE(story.reload.replaces(1));
  CHECK(story(on::Ready{}) == "promote");
  CHECK_FALSE(story.reload.replaces(0));
  CHECK(story(on::Gone{}) == "raise");
  CHECK(story.reload.slot() == 2);
  CHECK(story(on::Ready{}) == "promote");
  CHECK(story(on::Gone{}) == "finish");
  CHECK_FALSE(story.reload.under_way());
  CHECK(story(of({})) == "finish");
}

TEST_CASE("CLU4 a new process that ends or is late leaves the old one in its place") {
  const std::string serves_on = "; the old one keeps serving";
  {
    Story story = at(raising);
    CHECK(story(on::Ended{"has ended: exit 1"}) == "fail: slot 1: the new process has ended: exit 1" + serves_on);
    CHECK_FALSE(story.reload.replaces(2));
  }
  Story story = at(raising);
  CHECK(story(on::Tick{}, kReady - Milliseconds{1}).empty());
  CHECK(story(on::Tick{}, Milliseconds{1}) == "withdraw");
  CHECK(story.reload.under_way());
  CHECK(story(on::Gone{}) == "fail: slot 1: the new process is not ready after 5s" + serves_on);
  CHECK_FALSE(story.reload.under_way());
}

TEST_CASE("SUP8 an abandoned reload withdraws its new process, and is over when that is gone") {
  Story story = at(raising);
  CHECK(story(on::GiveUp{"stopped"}) == "withdraw");
  CHECK(story(on::GiveUp{"and again"}).empty());
  CHECK(story(of({7})).empty());
  CHECK(story(on::Gone{}) == "fail: stopped");
  CHECK(story(of({7})) == "raise");
}

TEST_CASE("SUP8 every event in every state of a reload") {
  const auto ways = [](const ReloadEvent& event, Milliseconds later = Milliseconds{0}) {
    std::string text;
    for (const Reload::Step step : kSteps) text += (step == idle ? "" : " | ") + at(step)(event, later);
    return text;
  };
  //                                idle | raising | leaving | restarting | ending
  CHECK(ways(of({5})) == "raise |  |  |  | ");
  CHECK(ways(on::Missing{}) == " | raise |  | restart | ");
  CHECK(ways(on::Ready{}) == " | promote |  | restart | ");
  CHECK(ways(on::Ended{"has ended"}) ==
        " | fail: slot 1: the new process has ended; the old one keeps serving |  | "
        "fail: slot 1: the new process has ended | ");
  CHECK(ways(on::Gone{}) == " |  | raise |  | fail: enough");
  CHECK(ways(on::GiveUp{"why"}) == " | withdraw | fail: why | fail: why | ");
  CHECK(ways(on::Tick{}).find_first_not_of(" |") == std::string::npos);
  CHECK(ways(on::Tick{}, kReady) == " | withdraw |  | fail: slot 1: the new process is not ready after 5s | ");
}

TEST_CASE("SUP8 only a process that is waited for has a deadline") {
  for (const Reload::Step step : kSteps)
    CHECK(at(step).reload.deadline().has_value() == (step == raising || step == restarting));
}

}  // namespace
}  // namespace forever
