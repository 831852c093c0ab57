// The stories that cross the table of states and events: back-off, stopping, adoption, and any order of events at all.
#include <random>

#include "test/support/catch.hpp"
#include "test/unit/supervisor/lifecycle_story.hpp"

using namespace forever;
using namespace forever::test;

TEST_CASE("BACK1 the first three restarts are immediate, the next wait longer and longer up to the cap") {
  Story story;
  story.online();
  for (int crash = 1; crash <= 3; ++crash) {
    CHECK(story(event::LeaderExited{kCrash, true}) == "record:crash spawn");
    story(event::Spawned{});
    story(event::ExecSucceeded{});
  }
  std::int64_t expected = 100;
  for (int crash = 4; crash <= 20; ++crash) {
    CHECK(story(event::LeaderExited{kCrash, true}) == "record:crash");
    REQUIRE(story.life.state() == InstanceState::backoff);
    const auto wait = std::chrono::duration_cast<Milliseconds>(*story.life.deadline() - story.now);
    CHECK(wait.count() == expected);
    CHECK(story.life.history().failures == static_cast<std::uint32_t>(crash));
    CHECK(story(event::Tick{}, wait - Milliseconds{1}).empty());
    CHECK(story(event::Tick{}, Milliseconds{1}) == "spawn");
    story(event::Spawned{});
    story(event::ExecSucceeded{});
    expected = std::min<std::int64_t>(expected * 2, 15000);
  }
  CHECK(story.life.history().restarts == 20);
  CHECK(story(event::LeaderExited{kCrash, true}, Milliseconds{60'000}) == "record:crash spawn");
  CHECK(story.life.history().failures == 0);
  CHECK(story.life.history().restarts == 21);
}

TEST_CASE("BACK1 a start by hand ends the wait and clears the counts, a restart by hand counts itself") {
  Story waiting = at(Place::backoff);
  CHECK(waiting(event::Start{}) == "spawn");
  CHECK(waiting.life.history() == RestartHistory{});
  waiting = at(Place::backoff);
  CHECK(waiting(event::Stop{Trigger::restart, true, false}) == "spawn");
  CHECK(waiting.life.history() == RestartHistory{1, 0});
}

TEST_CASE("BACK1 in any ten seconds an instance is spawned a bounded number of times, however it behaves") {
  std::mt19937 random(4711);
  for (int round = 0; round < 40; ++round) {
    RestartPolicy policy;
    policy.immediate = static_cast<unsigned>(random() % 5);
    policy.min_uptime = Milliseconds{200 + random() % 2000};
    policy.backoff_first = Milliseconds{50 + random() % 500};
    Lifecycle life(policy, {});
    Time now = kBegin;
    std::vector<Time> spawns;
    const auto feed = [&](const LifecycleEvent& event) {
      const double chance = static_cast<double>(random() % 1000) / 1000.0;
      for (const LifecycleAction& one : life.handle(event, now, chance)) {
        if (std::holds_alternative<action::Spawn>(one)) spawns.push_back(now);
      }
    };
    feed(event::Start{});
    while (spawns.size() < 400) {
      if (life.state() == InstanceState::backoff) {
        now = *life.deadline();
        feed(event::Tick{});
        continue;
      }
      feed(event::Spawned{});
      // Some exit at once, some just above the line at which the count is cleared.
      if (random() % 3 == 0)
        now += policy.min_uptime + Milliseconds{random() % 3};
      else
        now += Milliseconds{random() % 20};
      feed(random() % 5 == 0 ? LifecycleEvent{event::SpawnFailed{kNoMemory}}
                             : LifecycleEvent{event::LeaderExited{kCrash, true}});
    }
    const double window = 10'000;
    const double runs = window / static_cast<double>(policy.min_uptime.count()) + 2;
    const double waits = window / (0.75 * static_cast<double>(policy.backoff_first.count())) + 2;
    const double bound = runs * (policy.immediate + 1) + waits;
    for (std::size_t first = 0, last = 0; last < spawns.size(); ++last) {
      while (spawns[last] - spawns[first] > Milliseconds{10'000}) ++first;
      REQUIRE(static_cast<double>(last - first + 1) <= bound);
    }
  }
}

TEST_CASE("STOP8 a stop during back-off or before exec kills at once, and the instance never comes back") {
  for (const Place place : {Place::backoff, Place::unspawned, Place::starting}) {
    Story story = at(place);
    story(event::Stop{});
    if (place == Place::unspawned) CHECK(story(event::Spawned{}) == "leader:9 tree:9");
    if (place != Place::backoff)
      CHECK(story(event::LeaderExited{{ExitStatus::Kind::signalled, kKill, false}, true}) == "record:stop");
    CHECK(story.life.state() == InstanceState::stopped);
    CHECK_FALSE(story.life.deadline());
    CHECK(story(event::Tick{}, Milliseconds{3'600'000}).empty());
    CHECK(story.life.state() == InstanceState::stopped);
  }
}

TEST_CASE("STOP2 what outlives the leader gets KILL at the end of the same grace, until it is gone") {
  Story story = at(Place::online);
  CHECK(story(event::Stop{}) == "tree:15");
  CHECK(story.life.kill_time() == story.now + Milliseconds{10'000});
  CHECK(story(event::LeaderExited{kClean, false}, Milliseconds{100}) == "record:stop");
  CHECK(story(event::Tick{}, Milliseconds{9'899}).empty());
  CHECK(story(event::Tick{}, Milliseconds{1}) == "tree:9");
  CHECK_FALSE(story.life.kill_time());
  CHECK(story(event::Tick{}, kKillRepeat) == "tree:9");
  CHECK(story(event::TreeEmpty{}).empty());
  CHECK(story.life.state() == InstanceState::stopped);
}

TEST_CASE("STOP4 `process` does not wait for what the leader leaves, `group` waits one round of KILL at most") {
  Story process = at(Place::online, KillMode::process);
  CHECK(process(event::Stop{}) == "leader:15");
  CHECK(process(event::LeaderExited{kClean, false}) == "record:stop");
  CHECK(process.life.state() == InstanceState::stopped);
  Story crashed = at(Place::online, KillMode::process);
  CHECK(crashed(event::LeaderExited{kCrash, false}) == "record:crash spawn");

  Story group = at(Place::online, KillMode::group);
  CHECK(group(event::Stop{}) == "group:15");
  CHECK(group(event::LeaderExited{kClean, false}) == "record:stop");
  CHECK(group.life.state() == InstanceState::stopping);
  CHECK(group(event::Tick{}, Milliseconds{10'000}) == "group:9");
  CHECK(group(event::Tick{}, kKillRepeat).empty());
  CHECK(group.life.state() == InstanceState::stopped);
}

TEST_CASE("STOP6 a restart waits for the whole tree before it spawns") {
  Story story = at(Place::online);
  CHECK(story(event::Stop{Trigger::restart, true, false}) == "tree:15");
  CHECK(story.life.again());
  CHECK(story(event::LeaderExited{kClean, false}) == "record:restart");
  CHECK(story(event::TreeEmpty{}) == "spawn");
  CHECK(story.life.history() == RestartHistory{1, 0});
}

TEST_CASE("STOP6 a crash with survivors stops them before the restart, and a stop meanwhile is the last word") {
  Story story = at(Place::leftovers);
  CHECK(story.life.after() == AfterStop::policy);
  CHECK(story(event::TreeEmpty{}) == "spawn");
  story = at(Place::leftovers);
  story(event::Stop{});
  CHECK(story(event::TreeEmpty{}).empty());
  CHECK(story.life.state() == InstanceState::stopped);
}

TEST_CASE("LIFE3 what is asked for last while stopping is what comes after") {
  Story story = at(Place::stopping);
  story(event::Stop{Trigger::restart, true, false});
  CHECK(story.life.again());
  story(event::Stop{});
  CHECK_FALSE(story.life.again());
  story(event::Start{});
  CHECK(story.life.again());
  // An automatic restart changes nothing.
  story(event::Stop{});
  story(event::Stop{Trigger::cron, true, false});
  CHECK(story(event::LeaderExited{kClean, true}) == "record:stop");
  CHECK(story.life.state() == InstanceState::stopped);
}

TEST_CASE("LIFE4 policies end the life where configured") {
  Story once(
      {RestartOn::never, {}, Milliseconds{1000}, Milliseconds{0}, {}, 3, Milliseconds{100}, 2.0, Milliseconds{15000}});
  once.online();
  once(event::LeaderExited{kCrash, true});
  CHECK(once.life.state() == InstanceState::stopped);
  RestartPolicy limited;
  limited.max_restarts = 2;
  Story story(limited);
  story.online();
  for (int crash = 1; crash <= 2; ++crash) {
    CHECK(story(event::LeaderExited{kCrash, true}) == "record:crash spawn");
    story(event::Spawned{});
  }
  CHECK(story(event::LeaderExited{kCrash, true}) == "record:crash");
  CHECK(story.life.state() == InstanceState::errored);
}

TEST_CASE("SUP2 an adopter finishes what was under way") {
  Lifecycle life({}, {});
  life.adopt(InstanceState::backoff, {7, 5}, kBegin, kBegin + Milliseconds{300});
  CHECK(life.deadline() == kBegin + Milliseconds{300});
  CHECK(words(life.handle(event::Tick{}, kBegin + Milliseconds{300}, 0)) == "spawn");
  CHECK(life.history() == RestartHistory{8, 5});

  life.adopt(InstanceState::stopping, {}, kBegin, std::nullopt, AfterStop::restart);
  CHECK(words(life.handle(event::Tick{}, kBegin, 0)) == "tree:15");
  CHECK(words(life.handle(event::LeaderExited{kClean, true}, kBegin, 0)) == "record:restart spawn");

  life.adopt(InstanceState::stopping, {}, kBegin, std::nullopt, AfterStop::stay, true);
  CHECK(words(life.handle(event::TreeEmpty{}, kBegin, 0)).empty());
  CHECK(life.state() == InstanceState::stopped);

  life.adopt(InstanceState::starting, {2, 1}, kBegin, std::nullopt);
  CHECK(life.state() == InstanceState::online);
  const auto actions = life.handle(event::LeaderExited{kClean, true}, kBegin + kLong, 0);
  REQUIRE(words(actions) == "record:exit spawn");
  CHECK(std::get<action::RecordExit>(actions[0]).uptime == kLong);

  life.adopt(InstanceState::errored, {2, 9}, kBegin, std::nullopt);
  CHECK(words(life.handle(event::Tick{}, kBegin, 0)).empty());
  CHECK(words(life.handle(event::Start{}, kBegin, 0)) == "spawn");
}

TEST_CASE("WATCH a change of files undoes no stop, and starts what is ending by itself") {
  Lifecycle life({}, {kTerm, Milliseconds{1000}, KillMode::tree});
  life.adopt(InstanceState::online, {}, kBegin, std::nullopt);
  (void)life.handle(event::Stop{}, kBegin, 0);
  (void)life.handle(event::Stop{Trigger::watch, true, false}, kBegin, 0);
  CHECK(life.after() == AfterStop::stay);
  CHECK(words(life.handle(event::LeaderExited{kClean, true}, kBegin, 0)) == "record:stop");
  CHECK(life.state() == InstanceState::stopped);

  life.adopt(InstanceState::online, {}, kBegin, std::nullopt);
  (void)life.handle(event::LeaderExited{kClean, false}, kBegin, 0);
  (void)life.handle(event::Stop{Trigger::watch, true, false}, kBegin, 0);
  CHECK(life.after() == AfterStop::restart);
  CHECK(words(life.handle(event::TreeEmpty{}, kBegin, 0)) == "spawn");
}

TEST_CASE("LIFE5 no order of events makes two processes of one instance, or leaves it without a way on") {
  std::mt19937 random(99);
  const LifecycleEvent asked[] = {event::Start{},
                                  event::Stop{},
                                  event::Stop{Trigger::restart, true, false},
                                  event::Stop{Trigger::stop, false, true},
                                  event::Stop{Trigger::cron, true, false},
                                  event::Stop{Trigger::watch, true, false},
                                  event::Tick{}};
  for (const KillMode mode : {KillMode::process, KillMode::group, KillMode::tree}) {
    for (int round = 0; round < 300; ++round) {
      RestartPolicy policy;
      if (random() % 3 == 0) policy.max_restarts = 3;
      Lifecycle life(policy, {kTerm, Milliseconds{1000}, mode});
      Time now = kBegin;
      bool to_spawn = false, leader = false, rest = false;
      const auto feed = [&](const LifecycleEvent& event) {
        for (const LifecycleAction& one : life.handle(event, now, 0.5)) {
          if (!std::holds_alternative<action::Spawn>(one)) continue;
          REQUIRE_FALSE(to_spawn);
          REQUIRE_FALSE(leader);
          if (mode == KillMode::tree) REQUIRE_FALSE(rest);
          to_spawn = true;
          rest = false;
        }
      };
      for (int step = 0; step < 60; ++step) {
        now += Milliseconds{random() % 400};
        if (to_spawn && random() % 2 == 0) {
          to_spawn = false;
          if (random() % 4 == 0) {
            feed(event::SpawnFailed{random() % 2 == 0 ? kNoMemory : kNoProgram});
          } else {
            leader = true;
            feed(event::Spawned{});
          }
        } else if (leader && random() % 4 == 0) {
          leader = false;
          rest = random() % 2 == 0;
          feed(event::LeaderExited{random() % 2 == 0 ? kClean : kCrash, !rest});
        } else if (rest && !leader && random() % 3 == 0) {
          rest = false;
          feed(event::TreeEmpty{});
        } else if (leader && random() % 3 == 0) {
          feed(event::ExecSucceeded{});
        } else {
          feed(asked[random() % std::size(asked)]);
        }
        const bool waits = life.deadline() || to_spawn || leader;
        const bool rests = life.state() == InstanceState::stopped || life.state() == InstanceState::errored;
        REQUIRE((waits || rests));
      }
    }
  }
}
