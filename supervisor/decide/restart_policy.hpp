// When an instance that ended is started again. Pure: time is a parameter, chance too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/clock.hpp"
#include "platform/exit_status.hpp"

namespace forever {

enum class RestartOn : std::uint8_t { always, on_failure, never };

// Defaults are DESIGN.md's: three immediate restarts, then 100 ms doubling up to 15 s.
struct RestartPolicy {
  RestartOn on = RestartOn::always;
  std::vector<int> stop_exit_codes;           // an exit with one of these is final and is no failure
  Milliseconds min_uptime{1000};              // a shorter run is a failure in a row, a longer one clears the count
  Milliseconds restart_delay{0};              // waits at least this before every restart
  std::optional<std::uint32_t> max_restarts;  // failures in a row after which it is given up (`errored`)
  unsigned immediate = 3;                     // restarts in a row without back-off
  Milliseconds backoff_first{100};
  double backoff_factor = 2.0;  // >= 1
  Milliseconds backoff_cap{15000};
  friend bool operator==(const RestartPolicy&, const RestartPolicy&) = default;
};

// What the policy needs to remember of one slot; kept in status.json.
struct RestartHistory {
  std::uint32_t restarts = 0;  // since the last `start` by hand, those by hand included; never cleared by a long run
  std::uint32_t failures = 0;  // short runs in a row
  friend bool operator==(const RestartHistory&, const RestartHistory&) = default;
};

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

[[nodiscard]] const char* to_string(RestartOn on) noexcept;
[[nodiscard]] std::optional<RestartOn> restart_on_from(const std::string& word) noexcept;

}  // namespace forever
