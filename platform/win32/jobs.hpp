// Job objects: what holds an instance and everything that it starts, however it starts it.
//
// This process knows the instances that it has started and those that it has taken over from a predecessor. Windows does not re-parent
// processes: remaining descendants of an instance are found in its job, and count as children of this process from then on.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "platform/clock.hpp"
#include "platform/exit_status.hpp"
#include "platform/process.hpp"
#include "platform/win32/system.hpp"

namespace forever::win32 {

// What we end by force has this exit code: one that the system does not use (bit 29: the application's own), with the number of
// the signal that stands for the reason. exit_status_from_wait() reports it as death by that signal.
[[nodiscard]] constexpr UINT code_of_signal(int signal) noexcept { return 0xE0000000U | static_cast<UINT>(signal); }
inline constexpr UINT kKilledCode = code_of_signal(9);

// The variable in which an instance finds the name of its stop event. Its job has the same name but for the beginning, so that
// a process that can read the instance's environment finds its job as well. A name goes with the last handle: the instance holds one itself.
inline constexpr const char* kStopEvent = "FOREVER_STOP_EVENT";
inline constexpr const char* kStopEventBegins = "Global\\forever-stop-";
inline constexpr const char* kJobBegins = "Global\\forever-job-";

[[nodiscard]] std::uint64_t start_time_of(NativeHandle process) noexcept;  // 0 if unknown
[[nodiscard]] Usage usage_of(Pid pid);                                     // of that process alone

struct KnownInstance {
  ProcessId id;
  Handle process;
  Handle job;         // none: what it starts is found by the process table only
  Handle stop_event;  // set when it is asked to stop
  bool own_console = false;
  bool guarded = false;  // asked to stop it is ended at once
};
void remember_instance(KnownInstance instance);
// Of one that runs from now on; `guarded`: see KnownInstance.
void remember_job(const ProcessId& id, Handle job, bool guarded);
void forget_instance(const ProcessId& id) noexcept;
[[nodiscard]] bool is_known(Pid pid) noexcept;
// The job of one that is known; kNoHandle otherwise.
[[nodiscard]] NativeHandle job_of(const ProcessId& id) noexcept;
// Processes in our instances' jobs, each instance itself included.
[[nodiscard]] std::vector<Pid> pids_in_jobs();

// Processes in the job of an instance that may be another supervisor's; empty if `pid` is in no such job.
[[nodiscard]] std::vector<Pid> pids_in_job_of(Pid pid);

// Those whose end has not been reported yet; for an instance that has ended one of its remaining descendants. Their handles
// are signalled when they have ended.
struct RunningChild {
  ProcessId id;
  NativeHandle process;
};
[[nodiscard]] std::vector<RunningChild> running_children();
// It has ended, and this has been reported: its pid is free, and its job is removed when it is empty.
void note_end(const ProcessId& id) noexcept;
// How an instance ended; nothing if it has not within `patience` (negative: for ever). The end is not reported elsewhere.
[[nodiscard]] std::optional<ExitStatus> await_end(const ProcessId& id, Milliseconds patience);

// Asks it to stop: Ctrl-Break by the hidden console that it was given, and its stop event. ESRCH if it is gone, ENOTSUP if it
// has neither.
[[nodiscard]] Status request_stop(const ProcessId& id);
// Ends everything in the job of the instance `id` at once, what it has started in this moment included; if the job is not
// known, what the process table shows below it. ESRCH if nothing was left.
[[nodiscard]] Status end_job(const ProcessId& id);
// How many processes are in it; 0 if it is not known.
[[nodiscard]] std::size_t processes_in_job(const ProcessId& id) noexcept;
// Memory (working sets) and processor time, also of those that have ended since.
[[nodiscard]] Usage usage_of_job(const ProcessId& id);

}  // namespace forever::win32
