// Starting one instance: fork, the strip, exec; held at a gate until it has been recorded.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/exit_status.hpp"
#include "platform/handle.hpp"
#include "platform/limits.hpp"
#include "platform/listening.hpp"
#include "platform/process.hpp"
#include "platform/result.hpp"
#include "platform/users.hpp"

namespace forever {

// Where the strip stood when it failed; the words of `stage_name` appear in messages: "cwd: no such file or directory".
enum class SpawnStage : std::uint8_t {
  fork,
  session,
  group,
  limits,
  output,
  user,
  directory,
  signals,
  exec,
  ports,
  cgroup,
  sockets
};
[[nodiscard]] const char* stage_name(SpawnStage stage) noexcept;
[[nodiscard]] std::optional<SpawnStage> stage_from_name(const std::string& name) noexcept;

struct SpawnRequest {
  // The terminal's: `run`. own_session: everything else (setsid, so pid = pgid = sid).
  enum class Session : std::uint8_t { own_session, own_group, shared };

  std::string program;                   // what to exec, resolved to a path that is absolute or relative to the cwd
  std::vector<std::string> argv;         // argv[0] included
  std::vector<std::string> environment;  // "K=V", complete
  std::string directory;                 // chdir to it; empty: stay
  Session session = Session::own_session;
  unsigned umask = 022;
  std::vector<ResourceLimit> limits;
  std::optional<int> nice;          // nice(2), -20 to 19; nothing: the caller's
  std::optional<Credentials> user;  // only root can ask for one
  // FIFOs held open by the caller; the strip reopens each through /proc/self/fd (a description of the
  // instance's own), before the user changes. kNoHandle: inherit the caller's. stdin is /dev/null unless inherited.
  NativeHandle out = kNoHandle;
  NativeHandle err = kNoHandle;  // may equal `out`: then one description serves both (--merge-logs)
  bool inherit_stdin = false;
  // The path of a FIFO (input_pipe.hpp) for stdin, opened before the user changes; empty: none.
  std::string input;
  // Its bind and listen calls come to us (port_sharing.hpp); Linux only, else the start fails. `keeper` may look into it too.
  bool share_ports = false;
  Pid keeper = 0;
  // A variable that the child sets to its own pid before it executes; empty: none. POSIX only.
  std::string pid_variable;
  // Become descriptors 3, 4 …, and LISTEN_PID is set (sd_listen_fds(3)); POSIX only. At most kMostPassed.
  std::vector<NativeHandle> passed;
};

// A process that exists but has not exec'ed: it waits at the gate, and ends by itself if the gate closes unopened.
struct SpawnMemory;  // the back end's
struct HeldInstance {
  HeldInstance(const ProcessId& process, Handle gate_end, Handle report_end, std::unique_ptr<SpawnMemory> memory);
  HeldInstance(HeldInstance&&) noexcept;
  HeldInstance& operator=(HeldInstance&& other) noexcept;
  HeldInstance(const HeldInstance&) = delete;
  HeldInstance& operator=(const HeldInstance&) = delete;
  ~HeldInstance();

  ProcessId id;
  Handle gate;    // open_gate() lets it go on
  Handle report;  // becomes readable when exec has happened (end of file) or failed (a SpawnFailure)
  // share_ports: becomes readable when take_port_calls() has something to take. The gate is opened only after that.
  Handle calls;

 private:
  std::unique_ptr<SpawnMemory> memory_;  // which the process may still use
};
struct SpawnFailure {
  SpawnStage stage = SpawnStage::exec;
  int code = 0;  // errno
};

// Starts the child, on Linux without a copy of our memory. In the child everything but the named descriptors is closed first of all, so that a sibling at its own
// gate keeps nothing of ours open. The strip is async-signal-safe. The Error is fork's or pipe's (EAGAIN, ENOMEM, EMFILE).
[[nodiscard]] Result<HeldInstance> spawn_held(SpawnRequest request);
// The listener of a child's port filter, once: then, or if there will be none (the report contains the reason), `held.calls` is closed.
[[nodiscard]] Handle take_port_calls(HeldInstance& held);
// Lets the child go on to exec. Closes the gate.
void open_gate(HeldInstance& held) noexcept;
// Reads the report without waiting. Outer empty: not yet known. Inner empty: exec succeeded.
struct ExecReport {
  bool known = false;
  std::optional<SpawnFailure> failure;
};
[[nodiscard]] ExecReport read_report(NativeHandle report) noexcept;

// Looks a program up as exec would: with a '/' as a path against `directory`, else a file in `directory` if it is a script
// or executable there, else along PATH of `path_variable`. Distinguishes ENOENT, EACCES (not executable), EISDIR.
struct ProgramLookup {
  std::string path;         // set when found
  bool executable = false;  // false: a readable regular file without the exec bit
  int code = 0;             // errno when not found
};
[[nodiscard]] ProgramLookup find_program(const std::string& name, const std::string& directory,
                                         const std::string& path_variable);

}  // namespace forever
