// The settings of an app that belong together: when it is restarted, how it is stopped, where its logs go, what is watched, what
// is healthy. Pure values with their defaults; AppSpec (spec.hpp) holds one of each.
// One piece: all groups of settings that a spec holds, side by side.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/clock.hpp"
#include "text/words.hpp"

namespace forever {

enum class RestartOn : std::uint8_t { always, on_failure, never };
template <>
struct WordsOf<RestartOn> {
  using enum RestartOn;
  static constexpr Word<RestartOn> table[] = {{always, "always"}, {on_failure, "on-failure"}, {never, "never"}};
};

// Defaults are DESIGN.md's: three immediate restarts, then 100 ms doubling up to 15 s. Decided by decide_restart.
struct RestartPolicy {
  RestartOn on = RestartOn::always;
  std::vector<int> stop_exit_codes;           // an exit with one of these is final and is no failure
  Milliseconds min_uptime{1000};              // a shorter run is a failure in a row; see restart_policy.hpp
  Milliseconds restart_delay{0};              // waits at least this before every restart
  std::optional<std::uint32_t> max_restarts;  // consecutive failures after which it is `errored`
  unsigned immediate = 3;                     // restarts in a row without back-off
  Milliseconds backoff_first{100};
  double backoff_factor = 2.0;  // >= 1
  Milliseconds backoff_cap{15000};
  // Of restart_policy_of() alone: the app reports when it is ready, within that time. A run is of use from then on.
  std::optional<Milliseconds> ready_within{};
  friend bool operator==(const RestartPolicy&, const RestartPolicy&) = default;
};

// process: only the leader is signalled and waited for; its descendants are left alone.
// group:   the process group is signalled and waited for; what left it (setsid) is left alone.
// tree:    everything is signalled and waited for: the group and what descends from it or was left to a subreaper.
enum class KillMode : std::uint8_t { process, group, tree };
template <>
struct WordsOf<KillMode> {
  using enum KillMode;
  static constexpr Word<KillMode> table[] = {{process, "process"}, {group, "group"}, {tree, "tree"}};
};

struct StopSettings {
  int signal = 15;              // SIGTERM
  Milliseconds timeout{10000};  // grace until KILL
  KillMode mode = KillMode::tree;
  friend bool operator==(const StopSettings&, const StopSettings&) = default;
};

enum class LogFormat : std::uint8_t { raw, time, json };
template <>
struct WordsOf<LogFormat> {
  using enum LogFormat;
  static constexpr Word<LogFormat> table[] = {{raw, "raw"}, {time, "time"}, {json, "json"}};
};

struct LogSettings {
  std::string out;     // empty: logs/<name>.out.log in the state directory
  std::string err;     // empty: logs/<name>.err.log; unused when merged
  bool merge = false;  // err goes to out, in the order of writing
  LogFormat format = LogFormat::raw;
  std::uint64_t max_size = 10U << 20U;  // bytes at which a log is rotated; 0: never
  unsigned keep = 5;                    // rotated files kept for each stream
  unsigned mode = 0;  // permission bits of a new log; 0: 0600, and what the umask leaves where the user named it
  friend bool operator==(const LogSettings&, const LogSettings&) = default;
};

// Whether a program that ended badly is started again by the restart policy, or waits for a change of its files.
enum class OnCrash : std::uint8_t { restart, wait };
template <>
struct WordsOf<OnCrash> {
  using enum OnCrash;
  static constexpr Word<OnCrash> table[] = {{restart, "restart"}, {wait, "wait"}};
};

struct WatchSettings {
  bool on = false;
  std::vector<std::string> paths;       // absolute: directories, files, patterns; empty: the app's cwd
  std::vector<std::string> ignore;      // as lines of an ignore file
  std::vector<std::string> extensions;  // without the dot; empty: all
  Milliseconds delay{200};              // the quiet period after the last change
  Milliseconds poll{0};                 // looks at the files that often; 0: the kernel reports changes
  bool hash = false;                    // contents decide, not times
  OnCrash on_crash = OnCrash::restart;
  friend bool operator==(const WatchSettings&, const WatchSettings&) = default;
};

// What `start --wait`, `reload` and whatever depends on an app wait for.
enum class ReadyWhen : std::uint8_t {
  automatic,  // listen where ports are shared or held, else uptime
  uptime,     // it has run for the least uptime
  listen,     // it listens on a port that is shared or held
  notify,     // it has said READY=1 to its NOTIFY_SOCKET
};
template <>
struct WordsOf<ReadyWhen> {
  using enum ReadyWhen;
  static constexpr Word<ReadyWhen> table[] = {
      {automatic, "automatic"}, {uptime, "uptime"}, {listen, "listen"}, {notify, "notify"}};
};

struct HealthSettings {
  std::string command;     // for the shell; exit code 0 is well. Empty: none
  std::uint16_t port = 0;  // looked at where there is no command; 0: none
  std::string path;        // "/health": an HTTP GET must be answered with less than 400; empty: a connection is enough
  Milliseconds interval{10000};
  Milliseconds timeout{5000};  // a probe that takes longer fails
  Milliseconds start{0};       // after it came online, looks that go wrong do not count until one goes well
  unsigned threshold = 3;
  [[nodiscard]] bool wanted() const noexcept { return !command.empty() || port != 0; }
  friend bool operator==(const HealthSettings&, const HealthSettings&) = default;
};

// The settings of `--on-exit`; exit_hook.hpp has the command's environment.
struct ExitHook {
  std::string command;  // for the shell; empty: none
  Milliseconds timeout{30000};
  friend bool operator==(const ExitHook&, const ExitHook&) = default;
};

}  // namespace forever
