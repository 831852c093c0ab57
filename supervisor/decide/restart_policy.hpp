// When an instance that ended is started again. Pure: time is a parameter, chance too.
#pragma once

#include <cstdint>

#include "app/settings.hpp"
#include "app/state.hpp"
#include "platform/clock.hpp"
#include "platform/exit_status.hpp"

namespace forever {

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

// `uptime`: how long the run lasted; what was not started counts as a short run. `permanent`: exec can never succeed as things are (ENOENT, EACCES, ENOEXEC …):
// goes straight to the cap. `chance` in [0, 1) spreads a delay over [delay * 0.75, delay] so that a herd does not come back as one.
[[nodiscard]] Decision decide_restart(const RestartPolicy& policy, const RestartHistory& history,
                                      const ExitStatus& status, Milliseconds uptime, bool permanent, double chance);
// The back-off without jitter after `failures` short runs in a row.
[[nodiscard]] Milliseconds backoff_after(const RestartPolicy& policy, std::uint32_t failures);
// errno values that make an exec failure permanent.
[[nodiscard]] bool is_permanent_exec_error(int code) noexcept;

}  // namespace forever
