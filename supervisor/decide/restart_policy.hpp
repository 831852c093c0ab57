// When an instance that ended is started again. Pure: time is a parameter, chance too.
//
// Two things are failures in a row, for which the restart waits:
//   a short run    it was not started, or ran for less than --min-uptime, whatever its exit code: started again at once for ever, it would
//                  take the machine;
//   a crash loop   it ended as a failure (not with exit code 0), and the last kCrashesInLoop ends were failures too, with runs that were
//                  shorter than 12 times --min-uptime on average: five within a minute. Short runs, which have their own rule, are left out. The time of the runs is counted and
//                  not the clock, so that the waits between them change nothing: the loop does not end because it has become slow.
// A run is of use from the moment at which it is ready, where that is seen (it listens on a port that is shared or held, it has said
// READY=1); with --ready listen or notify it is of none before (but no longer than --ready-timeout): a program that takes 25 s to start and
// then fails has been of no use in 25 s. Else it is of use from its start.
//
// A program that runs for 50 s and fails, for ever, is in no loop: it is there for all but an instant of the time, and a wait would
// only take from that. It restarts at once; `list` counts the restarts, and `doctor` names it.
//
// Runs that were ended on purpose (stop, restart, reload, watch) say nothing and clear the count; cron leaves it as it is. Those that
// were ended since the app was unhealthy (health, max-memory) are failures. An exit with code 0 is none, and clears the crashes.
#pragma once

#include <cstdint>
#include <optional>

#include "app/settings.hpp"
#include "app/state.hpp"
#include "platform/clock.hpp"
#include "platform/exit_status.hpp"

namespace forever {

inline constexpr std::uint32_t kCrashesInLoop = 5;

enum class Verdict : std::uint8_t {
  restart,   // after `delay`
  finished,  // by policy it stays down: `stopped`
  give_up,   // max_restarts is spent: `errored`
};
struct Decision {
  Verdict verdict = Verdict::restart;
  Milliseconds delay{0};
  RestartHistory history;  // the new failures; `restarts` is counted by the lifecycle when the restart really happens
};

// How a run came to its end.
struct EndedRun {
  ExitStatus status;
  Milliseconds uptime{0};  // what was not started ran for no time, whatever stands here
  Milliseconds of_use{0};  // of that
  bool permanent = false;  // exec can never succeed as things are (ENOENT, EACCES, ENOEXEC …): goes straight to the cap
  bool unwell =
      false;  // it was ended by us for its health or its memory: a failure that is always followed by a restart
};

// `chance` in [0, 1) spreads a delay over [delay * 0.75, delay] so that a herd does not come back as one.
[[nodiscard]] Decision decide_restart(const RestartPolicy& policy, const RestartHistory& history, const EndedRun& run,
                                      double chance);
// The back-off without jitter after so many failures in a row.
[[nodiscard]] Milliseconds backoff_after(const RestartPolicy& policy, std::uint32_t failures);
// It is in a crash loop: how long the present run must be of use to be out of it, that is, for its end to be no failure in a row.
[[nodiscard]] std::optional<Milliseconds> settles_after(const RestartPolicy& policy, const RestartHistory& history);
// What an end on purpose leaves of it.
void forgive(RestartHistory& history);
// errno values that make an exec failure permanent.
[[nodiscard]] bool is_permanent_exec_error(int code) noexcept;

}  // namespace forever
