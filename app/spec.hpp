// What was asked for: one app, as `spec.json` keeps it. Pure value; reading and writing in spec_json.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/settings.hpp"
#include "platform/cgroup.hpp"
#include "platform/limits.hpp"
#include "platform/result.hpp"
#include "platform/users.hpp"

namespace forever {

struct AppSpec {
  std::string name;
  std::uint32_t id = 0;  // lowest free number at creation, stable
  std::string app_namespace = "default";
  std::string script;                          // the program as it was typed
  std::vector<std::string> arguments;          // what follows it, byte for byte
  std::vector<std::string> interpreter;        // empty: by extension or none; {"none"}: never one
  std::string directory;                       // cwd, absolute, links as typed
  std::vector<std::string> environment;        // "K=V": the caller's at the start, with the two below laid over it
  std::vector<std::string> environment_files;  // --env-file, absolute; --update-env reads them again
  std::vector<std::string> given_environment;  // "K=V" by --env or the apps file, over the files
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
  std::string cron_timezone;     // empty: the TZ of its environment, else the machine's
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
// Why any of the instances may answer a probe of the port; nothing if only the probed instance can answer.
[[nodiscard]] std::optional<std::string> health_port_fault(const AppSpec& spec);

// As whom its program runs, where that is another user than its supervisor: by name from /etc/passwd.
[[nodiscard]] std::optional<Credentials> other_user_of(const AppSpec& spec);

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

// What keeps the slot from being added to a variable of increment_env: no number, or a port beyond 65535.
[[nodiscard]] std::optional<std::string> fault_in_increments(const AppSpec& spec);
// The restart policy that holds: with OnCrash::wait nothing but a change starts a program that has ended.
[[nodiscard]] RestartPolicy restart_policy_of(const AppSpec& spec);

// The time zone of its schedule, as ZoneScope takes it: by its own setting, or the TZ that it was started with. Whose command line has
// started its supervisor, and when, is no matter.
[[nodiscard]] std::string zone_of_schedule(const AppSpec& spec);

}  // namespace forever
