// What is done beside an app: each in a job of its own that ends with this process, and that a timer of the system's ends before.
#include "platform/side_process.hpp"

#include <memory>

#include "platform/environment.hpp"
#include "platform/win32/jobs.hpp"
#include "platform/win32/port_probe.hpp"
#include "platform/win32/spawning.hpp"

namespace forever {
namespace {

struct TimeLimit {
  Handle job;
};

void CALLBACK on_time_over(PTP_CALLBACK_INSTANCE, void* context, PTP_TIMER timer) {
  const std::unique_ptr<TimeLimit> limit(static_cast<TimeLimit*>(context));
  ::TerminateJobObject(win32::as_handle(limit->job.get()), win32::code_of_signal(kTimeOverSignal));
  ::CloseThreadpoolTimer(timer);
}

// The timer is not taken back when the process ends sooner: then its job is empty.
void limit_time(Handle job, std::chrono::milliseconds limit) {
  auto context = std::make_unique<TimeLimit>(TimeLimit{std::move(job)});
  PTP_TIMER const timer = ::CreateThreadpoolTimer(&on_time_over, context.get(), nullptr);
  if (timer == nullptr) return;
  (void)context.release();
  ULARGE_INTEGER due{};
  due.QuadPart = static_cast<ULONGLONG>(-limit.count() * 10'000);  // negative: from now, in steps of 100 ns
  FILETIME when{due.LowPart, due.HighPart};
  ::SetThreadpoolTimer(timer, &when, 0, 0);
}

}  // namespace

Result<ProcessId> start_guarded(const SpawnRequest& request, std::chrono::milliseconds limit, const Border&) {
  auto held = spawn_held(SpawnRequest{request});
  if (!held) return held.error();
  const ProcessId id = held->id;
  win32::run_guarded(std::move(*held));
  HANDLE copy = nullptr;
  HANDLE const self = ::GetCurrentProcess();
  if (::DuplicateHandle(self, win32::as_handle(win32::job_of(id)), self, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS) != 0)
    limit_time(Handle(win32::as_native(copy)), limit);
  return id;
}

Result<ProcessId> start_probe(const PortProbe& probe, std::chrono::milliseconds limit) {
  SpawnRequest request;
  request.argv = win32::probe_arguments(probe);
  request.program = request.argv.front();
  request.environment = environment_snapshot();
  return start_guarded(request, limit);
}

std::vector<std::string> shell_command(std::string_view command) {
  return {environment_variable("ComSpec").value_or("C:\\Windows\\System32\\cmd.exe"), "/d", "/s", "/c",
          std::string{command}};
}

}  // namespace forever
