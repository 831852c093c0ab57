// What was asked for: one app, as `spec.json` keeps it. Pure value; reading and writing in spec_json.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/exit_hook_settings.hpp"
#include "platform/cgroup.hpp"
#include "platform/result.hpp"
#include "platform/spawn.hpp"
#include "supervisor/decide/health.hpp"
#include "supervisor/decide/restart_policy.hpp"
#include "supervisor/decide/stop_plan.hpp"

namespace forever {

enum class LogFormat : std::uint8_t { raw, time, json };

struct LogSettings {
  std::string out;     // empty: logs/<name>.out.log in the state directory
  std::string err;     // empty: logs/<name>.err.log; unused when merged
  bool merge = false;  // err goes to out, in the order of writing
  LogFormat format = LogFormat::raw;
  std::uint64_t max_size = 10U << 20U;  // bytes at which a log is rotated; 0: never
  unsigned keep = 5;                    // rotated files kept for each stream
  friend bool operator==(const LogSettings&, const LogSettings&) = default;
};

// Whether a program that ended badly is started again by the restart policy, or waits for a change of its files.
enum class OnCrash : std::uint8_t { restart, wait };

struct WatchSettings {
  bool on = false;
  std::vector<std::string> paths;       // absolute: folders, files, patterns; empty: the app's cwd
  std::vector<std::string> ignore;      // as lines of an ignore file
  std::vector<std::string> extensions;  // without the dot; empty: all
  Milliseconds delay{200};              // the quiet period after the last change
  Milliseconds poll{0};                 // looks at the files that often; 0: the kernel tells
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

struct AppSpec {
  std::string name;
  std::uint32_t id = 0;  // lowest free number at creation, stable
  std::string app_namespace = "default";
  std::string script;                    // the program as it was typed
  std::vector<std::string> arguments;    // what follows it, byte for byte
  std::vector<std::string> interpreter;  // empty: by extension or none; {"none"}: never one
  std::string directory;                 // cwd, absolute, links as typed
  std::vector<std::string> environment;  // "K=V" snapshot at start, --env and --env-file merged in
  unsigned umask = 022;
  std::vector<ResourceLimit> limits;
  bool input = false;  // its standard input takes what `send` writes; else it is /dev/null
  std::string user;    // empty: the caller's
  std::string group;
  unsigned instances = 1;
  std::vector<std::string> increment_env;  // variables that are numbers, to which each instance's slot is added
  bool share_ports = true;          // several instances: one port for all (unless increment_env gives each its own)
  bool hold_ports = false;          // the same for a single instance
  std::vector<std::string> listen;  // sockets that it finds open, as to_text(ListenAddress)
  ReadyWhen ready = ReadyWhen::automatic;
  Milliseconds drain_timeout{10000};  // for the connections of an instance that is to go
  RestartPolicy restart;
  StopSettings stop;
  LogSettings logs;
  std::uint64_t max_memory = 0;  // bytes of the whole tree; 0: no limit
  std::string cron_restart;      // empty: none
  WatchSettings watch;
  std::uint64_t max_open_files = 0;  // RLIMIT_NOFILE; 0: as recorded in `limits`
  std::optional<int> nice;           // nothing: the caller's
  CgroupLimits cgroup;               // of the whole tree, kept by the kernel
  HealthSettings health;
  ExitHook on_exit;
  Milliseconds ready_timeout{30000};    // `start --wait` without a number waits this long
  std::int64_t created_ms = 0;          // wall time
  std::vector<std::string> depends_on;  // apps that `resurrect` starts first
  std::string apps_file;                // absolute, where it was started from an apps file; else empty
  std::vector<std::string> declared;    // what that file said of it, "key=value"; for `apply`
  // Whether instances are started under a port filter.
  [[nodiscard]] bool shares_ports() const noexcept {
    return hold_ports || (instances > 1 && share_ports && increment_env.empty() && listen.empty());
  }
  // Whether two processes of a slot can serve side by side.
  [[nodiscard]] bool may_overlap() const noexcept { return shares_ports() || !listen.empty(); }
  // Never automatic.
  [[nodiscard]] ReadyWhen ready_when() const noexcept {
    if (ready != ReadyWhen::automatic) return ready;
    return shares_ports() && listen.empty() ? ReadyWhen::listen : ReadyWhen::uptime;  // a passed socket listens already
  }
  // The port at which an instance's health is looked at: its own, where increment_env gives each one.
  [[nodiscard]] std::uint16_t health_port_of(std::uint32_t slot) const;
  friend bool operator==(const AppSpec&, const AppSpec&) = default;
};
// Why a look at the port would be answered by any of the instances; nothing where it is this one that answers.
[[nodiscard]] std::optional<std::string> health_port_fault(const AppSpec& spec);

inline constexpr int kSpecVersion = 1;
inline constexpr unsigned kMostInstances = 1024;  // of one app

// Binary-safe: bytes that are not UTF-8 survive (as {"hex": "…"} in place of the string).
[[nodiscard]] std::string spec_to_json(const AppSpec& spec);
// Refuses in one clear line: not JSON, wrong types, a newer version. `what` is the file, for the message. Unknown keys are ignored.
[[nodiscard]] Result<AppSpec> spec_from_json(std::string_view text, const std::string& what);

// The whole command as executed: interpreter, script, arguments. "node" for .js and so on; DESIGN.md, Starting.
// `executable`: whether the script has its exec bit (then no interpreter is guessed).
[[nodiscard]] std::vector<std::string> command_of(const AppSpec& spec, bool executable);
// The interpreter that the extension of `script` asks for ("py" -> "python3"); empty for none.
[[nodiscard]] std::string_view interpreter_for(std::string_view script);

// KEY=VALUE lines, '#' comments, `export` prefix, single and double quotes with \n \t \" \\ in double ones. The Error names the line.
[[nodiscard]] Result<std::vector<std::string>> parse_env_file(std::string_view text, const std::string& what);
// Sets K in a list of "K=V"; nothing if `assignment` has no '=' or an empty or impossible name.
[[nodiscard]] bool set_environment(std::vector<std::string>& environment, std::string_view assignment);
// The value of K in such a list; empty if it is not set.
[[nodiscard]] std::string variable_of(const std::vector<std::string>& environment, std::string_view name);
// Whether `describe` must mask the value: names with KEY, SECRET, TOKEN, PASSWORD, PASSWD, CREDENTIAL, AUTH, PRIVATE …, URLs with user:password@.
[[nodiscard]] bool looks_secret(std::string_view name, std::string_view value);

// What keeps the slot from being added to a variable of increment_env: no number, or a port beyond 65535.
[[nodiscard]] std::optional<std::string> fault_in_increments(const AppSpec& spec);
// The restart policy that holds: with OnCrash::wait nothing but a change starts a program that has ended.
[[nodiscard]] RestartPolicy restart_policy_of(const AppSpec& spec);

[[nodiscard]] const char* to_string(ReadyWhen when) noexcept;
[[nodiscard]] std::optional<ReadyWhen> ready_when_from(const std::string& word) noexcept;
[[nodiscard]] const char* to_string(OnCrash what) noexcept;
[[nodiscard]] std::optional<OnCrash> on_crash_from(const std::string& word) noexcept;
[[nodiscard]] const char* to_string(LogFormat format) noexcept;
[[nodiscard]] std::optional<LogFormat> log_format_from(const std::string& word) noexcept;

}  // namespace forever
