// Work beside an app that must never delay it: a command of the user, a probe of a port. Each is a separate process that
// enforces its own time limit, so that the limit holds even if the process that started it dies.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/handle.hpp"
#include "platform/process.hpp"
#include "platform/result.hpp"
#include "platform/spawn.hpp"

namespace forever {

// The exit status of a side process whose time was over is death by this signal: no program ends so by itself.
inline constexpr int kTimeOverSignal = 14;  // SIGALRM

// Starts `request` below a guard and returns the guard, which is our child: it ends as the program does (exit code, or death by
// the same signal), or by kTimeOverSignal after `limit`, or when TERM is sent to it; what is left of the program's tree is
// killed first, up to the border. Nothing else of ours stays open in it. What cannot be executed ends it with 127. The Error is fork's.
[[nodiscard]] Result<ProcessId> start_guarded(const SpawnRequest& request, std::chrono::milliseconds limit,
                                              const Border& ends = {});

// What a port of this machine has to do to be called well.
struct PortProbe {
  std::uint16_t port = 0;
  std::string path;  // empty: accept a connection; else answer an HTTP GET for it with a status below 400
  // POSIX: a bound socket to connect with over IPv4, and its port, which is used over IPv6, too; none: any.
  NativeHandle through = kNoHandle;
  std::uint16_t from = 0;
};
// Looks at the port, at 127.0.0.1 and then ::1: exit code 0 if it is well, 1 if not, kTimeOverSignal after `limit`.
[[nodiscard]] Result<ProcessId> start_probe(const PortProbe& probe, std::chrono::milliseconds limit);

// argv of the system's shell that does `command`: /bin/sh -c.
[[nodiscard]] std::vector<std::string> shell_command(std::string_view command);

}  // namespace forever
