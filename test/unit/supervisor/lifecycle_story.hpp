// An instance's life told with a clock of its own: its actions as words, and the shortest way to every state.
#pragma once

#include <string>

#include "supervisor/decide/lifecycle.hpp"

namespace forever::test {

inline constexpr int kTerm = 15, kKill = 9;
inline constexpr Milliseconds kLong{5000};
inline const Time kBegin = steady_from_ms(1'000'000);

inline constexpr ExitStatus kCrash{ExitStatus::Kind::signalled, 11, false};
inline constexpr ExitStatus kClean{ExitStatus::Kind::exited, 0, false};
inline constexpr ExitStatus kNoProgram{ExitStatus::Kind::not_started, 2, false};  // ENOENT
inline constexpr ExitStatus kNoMemory{ExitStatus::Kind::not_started, 12, false};  // ENOMEM

// "spawn", "tree:15", "exit:crash" …, joined by blanks.
inline std::string words(const Lifecycle::Actions& actions) {
  std::string text;
  const auto add = [&](const std::string& word) { text += (text.empty() ? "" : " ") + word; };
  for (const LifecycleAction& one : actions) {
    if (std::holds_alternative<action::Spawn>(one)) add("spawn");
    if (const auto* signal = std::get_if<action::Signal>(&one)) {
      const char* target = signal->target == StopTarget::leader  ? "leader"
                           : signal->target == StopTarget::group ? "group"
                                                                 : "tree";
      add(std::string(target) + ":" + std::to_string(signal->signal));
    }
    if (const auto* exit = std::get_if<action::RecordExit>(&one))
      add(std::string("record:") + to_string(exit->trigger));
  }
  return text;
}

// A lifecycle with a clock.
struct Story {
  explicit Story(RestartPolicy restart = {}, StopSettings stop = {}) : life(restart, stop) {}
  std::string operator()(const LifecycleEvent& event, Milliseconds later = Milliseconds{0}) {
    now += later;
    return words(life.handle(event, now, 0.999999));
  }
  // Brings an instance online that has nothing on its record yet.
  Story& online() {
    (*this)(event::Start{});
    (*this)(event::Spawned{});
    (*this)(event::ExecSucceeded{});
    return *this;
  }
  Lifecycle life;
  Time now = kBegin;
};

// Every state there is, `stopping` and `starting` in each of their phases.
enum class Place { stopped, unspawned, starting, online, stop_unspawned, stopping, rest, leftovers, backoff, errored };
inline constexpr Place kPlaces[] = {Place::stopped,        Place::unspawned, Place::starting, Place::online,
                                    Place::stop_unspawned, Place::stopping,  Place::rest,     Place::leftovers,
                                    Place::backoff,        Place::errored};

inline Story at(Place place, KillMode mode = KillMode::tree) {
  RestartPolicy policy;
  if (place == Place::errored) policy.max_restarts = 0;
  if (place == Place::backoff) policy.immediate = 0;
  Story story(policy, {kTerm, Milliseconds{10000}, mode});
  switch (place) {
    case Place::stopped: break;
    case Place::unspawned: story(event::Start{}); break;
    case Place::starting:
      story(event::Start{});
      story(event::Spawned{});
      break;
    case Place::online: story.online(); break;
    case Place::stop_unspawned:
      story(event::Start{});
      story(event::Stop{});
      break;
    case Place::stopping:
      story.online();
      story(event::Stop{});
      break;
    case Place::rest:
      story.online();
      story(event::Stop{});
      story(event::LeaderExited{kCrash, false});
      break;
    case Place::leftovers:
      story.online();
      story(event::LeaderExited{kCrash, false}, kLong);
      break;
    case Place::backoff:
    case Place::errored:
      story.online();
      story(event::LeaderExited{kCrash, true});
      break;
  }
  return story;
}

}  // namespace forever::test
