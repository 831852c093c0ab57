// What is: one app, as `status.json` keeps it. Derived; may be rebuilt from the kernel at any time. Pure value.
//
// It repeats what `list` shows of the spec, so that a list reads one file for an app.
// One piece: all that one record holds.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/state.hpp"
#include "platform/clock.hpp"
#include "platform/exit_status.hpp"
#include "platform/process.hpp"
#include "platform/result.hpp"
#include "text/words.hpp"

namespace forever {

struct AppSpec;

template <>
struct WordsOf<ExitStatus::Kind> {
  using enum ExitStatus::Kind;
  static constexpr Word<ExitStatus::Kind> table[] = {
      {exited, "exited"}, {signalled, "signalled"}, {unknown, "unknown"}, {not_started, "not_started"}};
};

// One end of an instance, the newest last; at most kKeptExits are kept.
struct LastExit {
  std::uint32_t slot = 0;
  Pid pid = 0;
  std::int64_t at_ms = 0;  // wall time
  Milliseconds uptime{0};
  ExitStatus status;
  std::string stage;       // for not_started: "exec", "cwd", "fork" …
  std::string trigger;     // a word of Trigger
  std::string last_lines;  // of out, then of err, for a crash; at most 2 KiB
  friend bool operator==(const LastExit&, const LastExit&) = default;
};
inline constexpr std::size_t kKeptExits = 10;

// What a process is to its slot. Only `serving` ones are restarted; a slot may have one of each at the same time.
enum class Role : std::uint8_t {
  serving,   // the slot's own
  rising,    // the next generation of a reload, not ready yet
  retiring,  // on its way out: its connections end, then it is deleted
};
template <>
struct WordsOf<Role> {
  using enum Role;
  static constexpr Word<Role> table[] = {{serving, "serving"}, {rising, "rising"}, {retiring, "retiring"}};
};

struct InstanceStatus {
  std::uint32_t slot = 0;
  InstanceState state = InstanceState::stopped;
  ProcessId process;             // pid 0: none
  std::uint64_t generation = 0;  // counts every process of this slot
  std::int64_t started_ms = 0;   // steady clock
  std::int64_t started_wall_ms = 0;
  std::int64_t due_ms = 0;  // steady clock: when back-off ends (backoff) or KILL comes (stopping)
  RestartHistory history;
  Role role = Role::serving;
  bool ready = false;  // it listens on a port that is shared or held; or has said READY=1, where that is what counts
  std::int64_t ready_ms = 0;  // steady clock: from when on it counts as ready without a word; 0: `ready` tells
  std::string says;           // STATUS= of its NOTIFY_SOCKET
  AfterStop after = AfterStop::policy;  // stopping: what comes then
  std::int64_t settles_ms = 0;          // steady clock: until then an online one is in a crash loop; 0: it is in none
  friend bool operator==(const InstanceStatus&, const InstanceStatus&) = default;
};

// What the supervisor is under way with, so that its successor can finish it.
enum class Desired : std::uint8_t { online, stopped };
template <>
struct WordsOf<Desired> {
  using enum Desired;
  static constexpr Word<Desired> table[] = {{online, "online"}, {stopped, "stopped"}};
};
enum class PlanStep : std::uint8_t { none, stopping, restarting };
template <>
struct WordsOf<PlanStep> {
  using enum PlanStep;
  static constexpr Word<PlanStep> table[] = {{none, "none"}, {stopping, "stopping"}, {restarting, "restarting"}};
};

// The id of an app whose record is damaged and whose claim of an id is lost.
inline constexpr std::uint32_t kNoId = std::numeric_limits<std::uint32_t>::max();

struct AppStatus {
  std::string name;
  std::uint32_t id = 0;  // or kNoId
  std::string app_namespace = "default";
  std::string user;
  std::vector<std::string> command;  // as executed
  std::string directory;
  std::string out_log, err_log;  // err_log empty when merged
  bool spec_lost = false;  // what runs can be stopped, and cannot be started again: how it was asked for is not known
  bool watching = false;
  std::string watched;  // how much, and how: "12 directories"

  Desired desired = Desired::online;
  PlanStep plan = PlanStep::none;
  ProcessId keeper, supervisor;
  std::string program_version;  // of the binary that supervises
  HostId host;
  std::vector<InstanceStatus> instances;
  std::vector<std::string> ports;  // those that are shared or held: PortRecord as text
  std::vector<LastExit> last_exits;
  std::string note;  // what is wrong at the moment ("disk full: 4096 bytes of out dropped"); empty: nothing
  std::uint64_t pipe_capacity = 0;  // bytes that an unsupervised instance can still write
  std::uint64_t dropped_bytes = 0;  // of log, since the supervisor's start
  friend bool operator==(const AppStatus&, const AppStatus&) = default;
};

inline constexpr int kStatusVersion = 1;
// Compact: what is empty, zero or false is left out. `sequence` stands first ("seq") and last ("end"): the file is
// exchanged without a write barrier, so a slow reader of two writes could see a mixture; then the two differ.
[[nodiscard]] std::string status_to_json(const AppStatus& status, std::uint64_t sequence = 0);
// Refuses in one clear line: not JSON, wrong types, a mixture, a newer version. Unknown keys are ignored.
[[nodiscard]] Result<AppStatus> status_from_json(std::string_view text, const std::string& what);

// The state of the whole app: the worst of its instances in the order errored, backoff, stopping, starting, online, stopped —
// but online if any is online and none is worse than starting.
[[nodiscard]] InstanceState overall_state(const AppStatus& status);
// The word shown to people and programs: the state, or `crashing` for an instance that is online in a crash loop and may end at any
// moment (an app: if one of its serving instances is). The change to `online` needs no wake-up.
inline constexpr const char* kCrashing = "crashing";
[[nodiscard]] const char* shown_state(const InstanceStatus& instance, Time now);
[[nodiscard]] const char* shown_state(const AppStatus& status, Time now);
// The newest end that was a failure of the program, of one slot or of any; nullptr if none is on record.
[[nodiscard]] const LastExit* last_failure(const AppStatus& status, std::optional<std::uint32_t> slot = {});
[[nodiscard]] bool is_failure(const LastExit& exit);
[[nodiscard]] std::string reason_of(const LastExit& exit);  // "exit 1", "killed by SIGSEGV"
// For people: "-" where it has none.
[[nodiscard]] std::string id_text(const AppStatus& status);
// Of an app whose spec is lost: what can be done with it, and how it gets one again.
[[nodiscard]] std::string words_for_lost_spec(const std::string& name);
// All of its instances are.
[[nodiscard]] bool at_rest(const AppStatus& status);
// What a status says before anything has run.
[[nodiscard]] AppStatus status_of(const AppSpec& spec);

}  // namespace forever
