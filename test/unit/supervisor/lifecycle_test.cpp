// The life of an instance: the whole table of states and events.
#include "test/support/catch.hpp"
#include "test/unit/supervisor/lifecycle_story.hpp"

using namespace forever;
using namespace forever::test;

namespace {

struct Row {
  const char* event;
  LifecycleEvent what;
  // For each of kPlaces: "actions -> state".
  const char* expected[std::size(kPlaces)];
};

const Row kTable[] = {
    {"start",
     event::Start{},
     {"spawn -> starting", "-> starting", "-> starting", "-> online", "-> stopping", "-> stopping", "-> stopping",
      "-> stopping", "spawn -> starting", "spawn -> starting"}},
    {"spawned",
     event::Spawned{},
     {"-> stopped", "-> starting", "-> starting", "-> online", "leader:9 tree:9 -> stopping", "-> stopping",
      "-> stopping", "-> stopping", "-> backoff", "-> errored"}},
    {"spawn failed for now",
     event::SpawnFailed{kNoMemory},
     {"-> stopped", "record:crash spawn -> starting", "record:crash spawn -> starting",
      "record:crash spawn -> starting", "record:stop -> stopped", "record:stop -> stopped", "-> stopping",
      "-> stopping", "-> backoff", "-> errored"}},
    {"spawn failed for good",
     event::SpawnFailed{kNoProgram},
     {"-> stopped", "record:crash -> backoff", "record:crash -> backoff", "record:crash -> backoff",
      "record:stop -> stopped", "record:stop -> stopped", "-> stopping", "-> stopping", "-> backoff", "-> errored"}},
    {"exec succeeded",
     event::ExecSucceeded{},
     {"-> stopped", "-> starting", "-> online", "-> online", "-> stopping", "-> stopping", "-> stopping", "-> stopping",
      "-> backoff", "-> errored"}},
    {"leader exited alone",
     event::LeaderExited{kCrash, true},
     {"-> stopped", "-> starting", "record:crash spawn -> starting", "record:crash spawn -> starting", "-> stopping",
      "record:stop -> stopped", "-> stopping", "-> stopping", "-> backoff", "-> errored"}},
    {"leader exited, others live",
     event::LeaderExited{kClean, false},
     {"-> stopped", "-> starting", "record:exit tree:15 -> stopping", "record:exit tree:15 -> stopping", "-> stopping",
      "record:stop -> stopping", "-> stopping", "-> stopping", "-> backoff", "-> errored"}},
    {"tree empty",
     event::TreeEmpty{},
     {"-> stopped", "-> starting", "-> starting", "-> online", "-> stopping", "-> stopping", "-> stopped",
      "spawn -> starting", "-> backoff", "-> errored"}},
    {"stop",
     event::Stop{},
     {"-> stopped", "-> stopping", "leader:9 tree:9 -> stopping", "tree:15 -> stopping", "-> stopping", "-> stopping",
      "-> stopping", "-> stopping", "-> stopped", "-> stopped"}},
    {"stop by force",
     event::Stop{Trigger::stop, false, true},
     {"-> stopped", "-> stopping", "leader:9 tree:9 -> stopping", "tree:9 -> stopping", "-> stopping",
      "tree:9 -> stopping", "tree:9 -> stopping", "tree:9 -> stopping", "-> stopped", "-> stopped"}},
    {"restart",
     event::Stop{Trigger::restart, true, false},
     {"spawn -> starting", "-> stopping", "leader:9 tree:9 -> stopping", "tree:15 -> stopping", "-> stopping",
      "-> stopping", "-> stopping", "-> stopping", "spawn -> starting", "spawn -> starting"}},
    {"restart by a change of files",
     event::Stop{Trigger::watch, true, false},
     {"spawn -> starting", "-> stopping", "leader:9 tree:9 -> stopping", "tree:15 -> stopping", "-> stopping",
      "-> stopping", "-> stopping", "-> stopping", "spawn -> starting", "spawn -> starting"}},
    {"restart for memory",
     event::Stop{Trigger::max_memory, true, false},
     {"-> stopped", "-> starting", "-> starting", "tree:15 -> stopping", "-> stopping", "-> stopping", "-> stopping",
      "-> stopping", "-> backoff", "-> errored"}},
    {"restart by cron",
     event::Stop{Trigger::cron, true, false},
     {"-> stopped", "-> starting", "-> starting", "tree:15 -> stopping", "-> stopping", "-> stopping", "-> stopping",
      "-> stopping", "-> backoff", "-> errored"}},
    {"tick",
     event::Tick{},
     {"-> stopped", "-> starting", "-> starting", "-> online", "-> stopping", "-> stopping", "-> stopping",
      "-> stopping", "-> backoff", "-> errored"}},
};

}  // namespace

TEST_CASE("LIFE1 every event in every state does what the table says") {
  for (const Row& row : kTable) {
    for (std::size_t place = 0; place < std::size(kPlaces); ++place) {
      Story story = at(kPlaces[place]);
      INFO(row.event << " in place " << place << " (" << to_string(story.life.state()) << ")");
      std::string seen = story(row.what);
      seen += (seen.empty() ? "-> " : " -> ") + std::string(to_string(story.life.state()));
      CHECK(seen == row.expected[place]);
    }
  }
}

TEST_CASE("LIFE2 a deadline exists in backoff and stopping only, and a tick at it acts") {
  for (const Place place : kPlaces) {
    Story story = at(place);
    INFO(to_string(story.life.state()));
    const bool due =
        place == Place::backoff || place == Place::stopping || place == Place::rest || place == Place::leftovers;
    REQUIRE(story.life.deadline().has_value() == due);
    if (!due) continue;
    CHECK(*story.life.deadline() > story.now);
    story.now = *story.life.deadline();
    CHECK_FALSE(story(event::Tick{}).empty());
  }
}
