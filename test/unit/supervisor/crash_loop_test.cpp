// Crash loops that are slower than the least uptime: seen, backed off, and left again; and what must never be called one.
#include <map>
#include <random>

#include "supervisor/decide/restart_policy.hpp"
#include "test/support/catch.hpp"
#include "test/unit/supervisor/lifecycle_story.hpp"

using namespace forever;
using namespace forever::test;

namespace {

constexpr ExitStatus kExitOne{ExitStatus::Kind::exited, 1, false};

// An app that does the same repeatedly.
struct Loop {
  explicit Loop(const RestartPolicy& policy = {}) : story(policy) { story.online(); }

  // One run of that length, and the wait until the next one is online.
  Milliseconds run(Milliseconds length, ExitStatus status = kExitOne) {
    story(event::LeaderExited{status, true}, length);
    const Time ended = story.now;
    if (const auto due = story.life.deadline()) story(event::Tick{}, ceil(*due - story.now));
    come_online();
    return ceil(story.now - ended);
  }
  // It is ended on purpose, and started again.
  void end(Trigger trigger, Milliseconds length) {
    story(event::Stop{trigger, true, false}, length);
    story(event::LeaderExited{kClean, true});
    if (const auto due = story.life.deadline()) story(event::Tick{}, ceil(*due - story.now));
    come_online();
  }
  void come_online() {
    story(event::Spawned{});
    story(event::ExecSucceeded{});
  }
  [[nodiscard]] bool crashing() const { return story.life.settles() && *story.life.settles() > story.now; }
  static Milliseconds ceil(Time::duration time) { return std::chrono::ceil<Milliseconds>(time); }

  Story story;
};

}  // namespace

TEST_CASE("SUP10 five failures within a minute are a crash loop, which waits longer and longer") {
  for (const int length : {1200, 3000, 11'000}) {
    INFO(length << " ms");
    Loop loop;
    for (int run = 1; run <= 4; ++run) {
      CHECK(loop.run(Milliseconds{length}).count() == 0);
      CHECK_FALSE(loop.crashing());
    }
    CHECK(loop.run(Milliseconds{length}).count() > 0);
    CHECK(loop.crashing());
    CHECK(loop.story.life.history().failures == 5);
    Milliseconds wait{0};
    for (int run = 6; run < 30; ++run) {
      const Milliseconds next = loop.run(Milliseconds{length});
      CHECK(next >= wait);
      CHECK(loop.crashing());
      wait = next;
    }
    CHECK(wait == RestartPolicy{}.backoff_cap);  // the loop is not over because it has become slow
  }
}

TEST_CASE("SUP10 a program that fails after fifty seconds, for ever, restarts at once and is not called crashing") {
  Loop loop;
  for (int run = 0; run < 50; ++run) {
    CHECK(loop.run(Milliseconds{50'000}).count() == 0);
    CHECK_FALSE(loop.crashing());
    CHECK(loop.story.life.history().failures == 0);
  }
}

TEST_CASE("SUP10 an exit with code 0 is no failure, however often it comes") {
  Loop loop;
  for (int run = 0; run < 50; ++run) {
    CHECK(loop.run(Milliseconds{1200}, kClean).count() == 0);
    CHECK_FALSE(loop.crashing());
  }
  // One that ends at once still waits: it would take the machine.
  for (int run = 0; run < 8; ++run) (void)loop.run(Milliseconds{10}, kClean);
  CHECK(loop.run(Milliseconds{10}, kClean).count() > 0);
  CHECK_FALSE(loop.crashing());
  // And it ends a row of failures.
  Loop mixed;
  for (int run = 0; run < 50; ++run) {
    (void)mixed.run(Milliseconds{1200}, run % 5 == 4 ? kClean : kExitOne);
    CHECK_FALSE(mixed.crashing());
  }
}

TEST_CASE("SUP10 what is restarted on purpose is never called crashing, and one that was is forgiven") {
  for (const Trigger trigger : {Trigger::restart, Trigger::watch, Trigger::reload, Trigger::cron}) {
    INFO(to_string(trigger));
    Loop loop;
    for (int run = 0; run < 50; ++run) {
      loop.end(trigger, Milliseconds{10});
      CHECK_FALSE(loop.crashing());
      CHECK(loop.story.life.history().failures == 0);
    }
    for (int run = 0; run < 6; ++run) (void)loop.run(Milliseconds{1200});
    REQUIRE(loop.crashing());
    loop.end(trigger, Milliseconds{1200});
    // A schedule does not matter; another restart has changed something, or the failure will be seen again.
    CHECK(loop.crashing() == (trigger == Trigger::cron));
  }
  Loop loop;
  for (int run = 0; run < 6; ++run) (void)loop.run(Milliseconds{1200});
  loop.story(event::Stop{});
  loop.story(event::LeaderExited{kClean, true});
  loop.story(event::Start{});
  loop.come_online();
  CHECK_FALSE(loop.crashing());
}

TEST_CASE("SUP10 an app that is restarted for its health or its memory repeatedly is in a crash loop") {
  for (const Trigger trigger : {Trigger::health, Trigger::max_memory}) {
    Loop loop;
    for (int run = 0; run < 4; ++run) loop.end(trigger, Milliseconds{3000});
    CHECK_FALSE(loop.crashing());
    loop.end(trigger, Milliseconds{3000});
    CHECK(loop.crashing());
    Loop seldom;
    for (int run = 0; run < 50; ++run) seldom.end(trigger, Milliseconds{30'000});
    CHECK_FALSE(seldom.crashing());
    CHECK(seldom.story.life.history().failures == 0);
  }
  // It is restarted even where what ends by itself is not.
  RestartPolicy never;
  never.on = RestartOn::never;
  Loop loop(never);
  loop.end(Trigger::health, Milliseconds{3000});
  CHECK(loop.story.life.state() == InstanceState::online);
}

TEST_CASE("SUP10 an app is out of the loop once it has run for long enough") {
  Loop loop;
  for (int run = 0; run < 6; ++run) (void)loop.run(Milliseconds{1200});
  REQUIRE(loop.crashing());
  const auto left = Loop::ceil(*loop.story.life.settles() - loop.story.now);
  CHECK(left > Milliseconds{50'000});
  CHECK(left < Milliseconds{60'000});
  CHECK(loop.run(left).count() == 0);
  CHECK_FALSE(loop.crashing());
  CHECK(loop.story.life.history().failures == 0);
}

TEST_CASE("SUP10 the time until an app is ready is of no use, where it tells when it is") {
  RestartPolicy policy;
  policy.ready_within = Milliseconds{60'000};
  Loop slow(policy);  // it takes 25 s, and fails before it is ready
  for (int run = 0; run < 5; ++run) (void)slow.run(Milliseconds{25'000});
  CHECK(slow.crashing());
  Loop ready(policy);  // it was ready after 1 s
  for (int run = 0; run < 20; ++run) {
    ready.story.life.note_ready(ready.story.now + Milliseconds{1000});
    (void)ready.run(Milliseconds{25'000});
    CHECK_FALSE(ready.crashing());
  }
  Loop barely(policy);  // it was ready after 20 s, and failed 5 s later
  for (int run = 0; run < 5; ++run) {
    barely.story.life.note_ready(barely.story.now + Milliseconds{20'000});
    (void)barely.run(Milliseconds{25'000});
  }
  CHECK(barely.crashing());
  // An app that never reports readiness counts as ready after its time.
  Loop silent(policy);
  for (int run = 0; run < 20; ++run) (void)silent.run(Milliseconds{90'000});
  CHECK_FALSE(silent.crashing());
}

TEST_CASE("SUP10 --min-uptime scales the loop's time, and zero has none") {
  RestartPolicy quick;
  quick.min_uptime = Milliseconds{100};
  Loop loop(quick);
  for (int run = 0; run < 20; ++run) (void)loop.run(Milliseconds{1300});
  CHECK_FALSE(loop.crashing());
  quick.min_uptime = Milliseconds{0};
  Loop none(quick);
  for (int run = 0; run < 20; ++run) CHECK(none.run(Milliseconds{1}).count() == 0);
  CHECK_FALSE(none.crashing());
}

TEST_CASE("SUP10 --max-restarts gives a slow crash loop up, too") {
  RestartPolicy policy;
  policy.max_restarts = 6;
  Loop loop(policy);
  for (int run = 0; run < 6; ++run) (void)loop.run(Milliseconds{1200});
  CHECK(loop.story.life.state() == InstanceState::online);
  loop.story(event::LeaderExited{kExitOne, true}, Milliseconds{1200});
  CHECK(loop.story.life.state() == InstanceState::errored);
}

TEST_CASE("SUP10 what could not be started is no crash of the program") {
  Loop loop;
  for (int run = 0; run < 10; ++run) {
    loop.story(event::LeaderExited{kClean, true}, Milliseconds{2000});
    loop.story(event::SpawnFailed{kNoMemory});
    if (const auto due = loop.story.life.deadline()) loop.story(event::Tick{}, Loop::ceil(*due - loop.story.now));
    loop.come_online();
    CHECK_FALSE(loop.crashing());
  }
}

TEST_CASE(
    "SUP10 whatever its runs are like, an app that fails within ten seconds is seldom started, a good one at once") {
  std::mt19937 random(10);
  for (int round = 0; round < 100; ++round) {
    Loop bad;
    const Time begin = bad.story.now;
    std::map<std::int64_t, int> starts;  // by the minute
    while (bad.story.now - begin < std::chrono::minutes{30}) {
      (void)bad.run(Milliseconds{random() % 10'000});
      ++starts[std::chrono::floor<std::chrono::minutes>(bad.story.now - begin).count()];
    }
    for (const auto& [minute, count] : starts) REQUIRE(count <= (minute < 2 ? 20 : 6));
    REQUIRE(bad.crashing());

    Loop good;
    for (int run = 0; run < 40; ++run) {
      const bool fails = random() % 2 == 0;
      REQUIRE(good.run(Milliseconds{15'000 + random() % 100'000}, fails ? kExitOne : kClean).count() == 0);
      REQUIRE_FALSE(good.crashing());
    }
  }
}

TEST_CASE("SUP10 no history, however absurd, makes an endless wait or a count that runs over") {
  std::mt19937_64 random(3);
  for (int round = 0; round < 2000; ++round) {
    RestartPolicy policy;
    policy.min_uptime = Milliseconds{static_cast<std::int64_t>(random() >> (1 + random() % 60))};
    const RestartHistory history{static_cast<std::uint32_t>(random()), static_cast<std::uint32_t>(random()),
                                 static_cast<std::uint32_t>(random()),
                                 Milliseconds{static_cast<std::int64_t>(random() >> 20)}};
    const Milliseconds length{static_cast<std::int64_t>(random() >> (1 + random() % 60))};
    const Decision decision = decide_restart(policy, history, {kExitOne, length, length}, 0.5);
    REQUIRE(decision.history.crashes <= kCrashesInLoop);
    REQUIRE(decision.history.crash_time.count() >= 0);
    REQUIRE(decision.delay <= policy.backoff_cap);
    const auto settles = settles_after(policy, decision.history);
    if (settles) REQUIRE(settles->count() > 0);
  }
}
