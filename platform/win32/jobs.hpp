// Job objects: what holds an instance and everything that it starts, however it starts it.
#pragma once

#include <cstdint>
#include <vector>

#include "platform/process.hpp"
#include "platform/win32/system.hpp"

namespace forever::win32 {

// The exit code of what we end by force: 128 + 9, as a shell on other systems would show it.
inline constexpr UINT kKilledCode = 137;

[[nodiscard]] std::uint64_t start_time_of(NativeHandle process) noexcept;  // 0 if unknown

// An instance that this process has started: its job and its process, both kept until it is forgotten.
void remember_instance(const ProcessId& id, Handle process, Handle job);
void remember_job(const ProcessId& id, Handle job);
void forget_instance(const ProcessId& id) noexcept;

// Those whose end nobody was told yet. Their handles are set when they have ended.
struct RunningChild {
  ProcessId id;
  NativeHandle process;
};
[[nodiscard]] std::vector<RunningChild> running_children();
// It has ended, and that has been told: its pid is free, and its job goes once nothing is in it.
void note_end(const ProcessId& id) noexcept;

// Asks it to stop: Ctrl-Break by the hidden console that it was given. ESRCH if it is gone, ENOTSUP if it has no console.
[[nodiscard]] Status request_stop(const ProcessId& id);
// Ends everything in the job of the instance `id` at once, what it has started in this moment included; if the job is not
// known, what the process table shows below it. ESRCH if nothing was left.
[[nodiscard]] Status end_job(const ProcessId& id);
// How many processes are in it; 0 if it is not known.
[[nodiscard]] std::size_t processes_in_job(const ProcessId& id) noexcept;
// Memory (working sets) and processor time, also of those that have ended since.
[[nodiscard]] Usage usage_of_job(const ProcessId& id);

}  // namespace forever::win32
