// The state of an instance, and why it left the state before. Pure values; what leads from one to the next is decided in
// supervisor/decide/lifecycle.hpp.
#pragma once

#include <cstdint>

#include "platform/clock.hpp"
#include "text/words.hpp"

namespace forever {

enum class InstanceState : std::uint8_t { starting, online, stopping, stopped, backoff, errored };
template <>
struct WordsOf<InstanceState> {
  using enum InstanceState;
  static constexpr Word<InstanceState> table[] = {{starting, "starting"}, {online, "online"},   {stopping, "stopping"},
                                                  {stopped, "stopped"},   {backoff, "backoff"}, {errored, "errored"}};
};
// Nothing of it runs, and nothing will by itself.
[[nodiscard]] constexpr bool at_rest(InstanceState state) noexcept {
  return state == InstanceState::stopped || state == InstanceState::errored;
}

// Why a run ended or is being ended; also the word in `describe`. exit and crash: by itself, with and without success; cgroup_memory:
// a crash that was the kernel's doing.
enum class Trigger : std::uint8_t {
  exit,
  crash,
  stop,
  restart,
  reload,
  max_memory,
  cron,
  watch,
  health,
  cgroup_memory
};
template <>
struct WordsOf<Trigger> {
  using enum Trigger;
  static constexpr Word<Trigger> table[] = {{exit, "exit"},     {crash, "crash"},
                                            {stop, "stop"},     {restart, "restart"},
                                            {reload, "reload"}, {max_memory, "max-memory"},
                                            {cron, "cron"},     {watch, "watch"},
                                            {health, "health"}, {cgroup_memory, "cgroup-memory"}};
};

// What a stop that is under way leads to.
enum class AfterStop : std::uint8_t {
  policy,   // the leader ended by itself: the restart policy decides
  stay,     // stopped
  start,    // started again by a command
  restart,  // started again as a restart, which is counted
};
template <>
struct WordsOf<AfterStop> {
  using enum AfterStop;
  static constexpr Word<AfterStop> table[] = {
      {policy, "policy"}, {stay, "stay"}, {start, "start"}, {restart, "restart"}};
};

// What the restart policy remembers of one slot.
struct RestartHistory {
  std::uint32_t restarts = 0;  // since the last `start` by hand, those by hand included; never cleared by a long run
  std::uint32_t failures = 0;  // in a row: runs that were too short, and crashes that come too close together
  std::uint32_t crashes = 0;   // runs in a row that ended as failures, however long; counted up to kCrashesInLoop
  Milliseconds crash_time{
      0};  // how long these were of use in all; of more than kCrashesInLoop, as many times their moving average
  friend bool operator==(const RestartHistory&, const RestartHistory&) = default;
};

}  // namespace forever
