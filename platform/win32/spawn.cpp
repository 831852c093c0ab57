// Starting an instance: created suspended, put into a job of its own, and let go once it has been recorded. Until then the job
// ends it should we die.
#include "platform/spawn.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <map>
#include <mutex>

#include "platform/clock.hpp"
#include "platform/environment.hpp"
#include "platform/win32/input_pipe.hpp"
#include "platform/win32/jobs.hpp"
#include "platform/win32/kept_handles.hpp"
#include "platform/win32/output_pipe.hpp"
#include "platform/win32/pipe_pair.hpp"
#include "platform/win32/security.hpp"
#include "platform/win32/spawning.hpp"
#include "platform/win32/startup.hpp"
#include "platform/win32/system.hpp"
#include "platform/windows_command_line.hpp"

namespace forever {
namespace {

using win32::as_handle;

constexpr std::array kStageNames{"fork", "session", "group", "limits", "output", "user",
                                 "cwd",  "signals", "exec",  "ports",  "cgroup", "sockets"};
static_assert(kStageNames.size() == static_cast<std::size_t>(SpawnStage::sockets) + 1);

constexpr std::size_t kInputCapacity = 64U << 10U;  // bytes that a program has not read yet

// Threads of instances at their gates, by the gate.
struct Gates {
  std::mutex mutex;
  struct Held {
    ProcessId id;
    Handle thread;
    win32::StreamEnds out, err;
  };
  std::map<NativeHandle, Held> held;
};
Gates& gates() {
  static Gates* const only = new Gates;
  return *only;
}

bool less_without_case(const std::wstring& a, const std::wstring& b) {
  return ::CompareStringOrdinal(a.data(), static_cast<int>(a.size()), b.data(), static_cast<int>(b.size()), TRUE) ==
         CSTR_LESS_THAN;
}

// "K=V" each with a zero behind it, and one more: sorted by name as CreateProcess wants it.
std::wstring environment_block(const std::vector<std::string>& environment) {
  std::vector<std::wstring> entries;
  bool rooted = false;
  for (const std::string& entry : environment) {
    entries.push_back(win32::to_wide(entry));
    const std::wstring name = entries.back().substr(0, entries.back().find(L'='));
    rooted = rooted || ::CompareStringOrdinal(name.c_str(), -1, L"SystemRoot", -1, TRUE) == CSTR_EQUAL;
  }
  // Without it neither sockets nor much else works; no shell lets one forget it.
  if (!rooted)
    entries.push_back(L"SystemRoot=" + win32::to_wide(environment_variable("SystemRoot").value_or("C:\\Windows")));
  std::sort(entries.begin(), entries.end(), less_without_case);
  std::wstring block;
  for (const std::wstring& entry : entries) block.append(entry).push_back(L'\0');
  block.push_back(L'\0');
  return block;
}

// What follows /c is cmd.exe's to read, quotes and all: it takes the outermost ones away (/s) and leaves the rest as it is.
std::optional<std::string> shell_line(const SpawnRequest& request) {
  if (request.argv.size() != 5 || request.argv[1] != "/d" || request.argv[2] != "/s" || request.argv[3] != "/c")
    return std::nullopt;
  const auto line = windows_command_line(std::span(request.argv).first(4));
  return line ? std::optional{*line + " \"" + request.argv[4] + "\""} : std::nullopt;
}

std::optional<std::string> line_for(const SpawnRequest& request) {
  if (auto line = shell_line(request)) return line;
  if (!is_batch_file(request.program)) return windows_command_line(request.argv);
  std::string script = request.program;
  std::replace(script.begin(), script.end(), '/', '\\');
  const std::span<const std::string> argv(request.argv);
  return batch_command_line(environment_variable("ComSpec").value_or("C:\\Windows\\System32\\cmd.exe"), script,
                            argv.subspan(std::min<std::size_t>(argv.size(), 1)));
}

// The end of the names of what belongs to one instance: of no other that ever was.
std::string new_name() {
  static std::atomic<unsigned> count = 0;
  return std::to_string(::GetCurrentProcessId()) + "-" + std::to_string(++count) + "-" +
         std::to_string(steady_now().time_since_epoch().count());
}

// An object that existed before under that name belongs to another process.
Handle if_new(HANDLE made) noexcept {
  const bool taken = ::GetLastError() == ERROR_ALREADY_EXISTS;
  Handle handle(win32::as_native(made));
  if (taken) handle.reset();
  return handle;
}

Handle make_job(const std::string& name) {
  const std::wstring whole = win32::to_wide(win32::kJobBegins + name);
  ::SetLastError(ERROR_SUCCESS);
  return if_new(::CreateJobObjectW(win32::owner_only(), whole.c_str()));
}

// What a program without a console can wait for: the name of an event that is set when it is asked to stop.
std::vector<std::string> with_stop_event(const SpawnRequest& request, const std::string& name, Handle& event) {
  std::vector<std::string> environment = request.environment;
  const std::string whole = win32::kStopEventBegins + name;
  ::SetLastError(ERROR_SUCCESS);
  event = if_new(::CreateEventW(win32::owner_only(), TRUE, FALSE, win32::to_wide(whole).c_str()));
  if (event) environment.push_back(std::string{win32::kStopEvent} + "=" + whole);
  return environment;
}

Handle stream_for(NativeHandle wanted, DWORD number) {
  if (wanted != kNoHandle) return win32::inheritable(win32::write_end_of(wanted));
  Handle ours = win32::inheritable(win32::as_native(::GetStdHandle(number)));
  return ours ? std::move(ours) : win32::inheritable_null();
}

Handle input_for(const SpawnRequest& request, const PipeEnds& input) {
  if (input.read) return win32::inheritable(input.read.get());
  return request.inherit_stdin ? stream_for(kNoHandle, STD_INPUT_HANDLE) : win32::inheritable_null();
}

bool set_end_with_job(NativeHandle job, bool end) noexcept {
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
  if (end) limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
  return ::SetInformationJobObject(as_handle(job), JobObjectExtendedLimitInformation, &limits, sizeof limits) != 0;
}

DWORD creation_flags(SpawnRequest::Session session) noexcept {
  const DWORD always = CREATE_SUSPENDED;
  switch (session) {
    // A hidden console of its own, through which Ctrl-Break can reach it.
    case SpawnRequest::Session::own_session: return always | CREATE_NO_WINDOW | CREATE_NEW_PROCESS_GROUP;
    case SpawnRequest::Session::own_group: return always | CREATE_NEW_PROCESS_GROUP;
    case SpawnRequest::Session::shared: return always;
  }
  return always;
}

Gates::Held take_gate(const HeldInstance& held) noexcept {
  const std::lock_guard hold(gates().mutex);
  auto found = gates().held.extract(held.gate.get());
  return found.empty() ? Gates::Held{} : std::move(found.mapped());
}

}  // namespace

std::vector<ResourceLimit> current_limits() { return {}; }

unsigned current_umask() noexcept { return 022; }

void keep_files_usable() noexcept {}

const char* stage_name(SpawnStage stage) noexcept { return kStageNames[static_cast<std::size_t>(stage)]; }

std::optional<SpawnStage> stage_from_name(const std::string& name) noexcept {
  for (std::size_t i = 0; i < kStageNames.size(); ++i) {
    if (name == kStageNames[i]) return static_cast<SpawnStage>(i);
  }
  return std::nullopt;
}

struct SpawnMemory {};  // the system has copied all that it needs when a process exists

HeldInstance::HeldInstance(const ProcessId& process, Handle gate_end, Handle report_end,
                           std::unique_ptr<SpawnMemory> memory)
    : id(process), gate(std::move(gate_end)), report(std::move(report_end)), memory_(std::move(memory)) {}
HeldInstance::HeldInstance(HeldInstance&&) noexcept = default;
HeldInstance& HeldInstance::operator=(HeldInstance&&) noexcept = default;
HeldInstance::~HeldInstance() = default;

Handle take_port_calls(HeldInstance& held) {
  held.calls.reset();
  return Handle();
}

Result<HeldInstance> spawn_held(SpawnRequest request) {
  if (request.share_ports) return error_from(ENOTSUP, "share ports");
  if (request.user) return error_from(ENOTSUP, "start a program as another user");
  const auto line = line_for(request);
  if (!line) return error_from(EINVAL, "pass these arguments to " + request.program);
  const std::string name = new_name();
  Handle job = make_job(name);
  if (!job || !set_end_with_job(job.get(), true)) return last_error("create a job object");
  Handle report(win32::as_native(::CreateEventW(nullptr, TRUE, FALSE, nullptr)));
  if (!report) return last_error("create an event");
  Handle stop_event;
  PipeEnds input;
  if (!request.input.empty()) {
    auto made = win32::make_input_pipe_of(kInputCapacity);
    if (!made) return made.error();
    input = std::move(*made);
  }
  const win32::Startup streams(input_for(request, input), stream_for(request.out, STD_OUTPUT_HANDLE),
                               stream_for(request.err, STD_ERROR_HANDLE));
  if (!streams.ready()) return last_error("prepare the program's standard streams");

  std::wstring text = win32::to_wide(*line);
  const std::wstring environment = environment_block(with_stop_event(request, name, stop_event));
  const std::wstring program = win32::wide_path(request.program);
  const std::wstring directory = win32::wide_path(request.directory);
  PROCESS_INFORMATION created{};
  // A batch file is cmd.exe's to run: its line begins with that.
  if (!streams.create(is_batch_file(request.program) ? nullptr : program.c_str(), text, creation_flags(request.session),
                      &environment, request.directory.empty() ? nullptr : directory.c_str(), created))
    return last_error("execute " + request.program);
  Handle process(win32::as_native(created.hProcess));
  Handle thread(win32::as_native(created.hThread));
  if (::AssignProcessToJobObject(as_handle(job.get()), created.hProcess) == 0) {
    Error error = last_error("put process " + std::to_string(created.dwProcessId) + " into its job");
    ::TerminateProcess(created.hProcess, win32::kKilledCode);
    return error;
  }
  const ProcessId id{static_cast<Pid>(created.dwProcessId), win32::start_time_of(process.get())};
  if (!request.input.empty()) {
    if (Status kept = win32::keep_input(request.input, id, process.get(), input.write.get()); !kept)
      return kept.error();
  }
  win32::remember_instance({.id = id,
                            .process = std::move(process),
                            .job = Handle(),
                            .stop_event = std::move(stop_event),
                            .own_console = request.session == SpawnRequest::Session::own_session,
                            .guarded = false});
  {
    const std::lock_guard hold(gates().mutex);
    gates().held.insert_or_assign(job.get(), Gates::Held{id,
                                                         std::move(thread),
                                                         {request.out, win32::write_end_of(request.out)},
                                                         {request.err, win32::write_end_of(request.err)}});
  }
  return HeldInstance{id, std::move(job), std::move(report), nullptr};
}

void open_gate(HeldInstance& held) noexcept {
  Gates::Held waiting = take_gate(held);
  if (!waiting.thread) return;
  if (const Handle process{
          win32::as_native(::OpenProcess(PROCESS_DUP_HANDLE, FALSE, static_cast<DWORD>(waiting.id.pid)))})
    win32::keep_in_instance(waiting.id, process.get(), waiting.out, waiting.err, held.gate.get());
  // From now on the job belongs to the instance, and does not end processes when this process ends.
  set_end_with_job(held.gate.get(), false);
  win32::remember_job(waiting.id, std::move(held.gate), false);
  ::ResumeThread(as_handle(waiting.thread.get()));
  ::SetEvent(as_handle(held.report.get()));
}

namespace win32 {

void run_guarded(HeldInstance held) noexcept {
  const Gates::Held waiting = take_gate(held);
  if (!waiting.thread) return;
  remember_job(waiting.id, std::move(held.gate), true);
  ::ResumeThread(as_handle(waiting.thread.get()));
}

}  // namespace win32

ExecReport read_report(NativeHandle report) noexcept {
  return {.known = ::WaitForSingleObject(as_handle(report), 0) == WAIT_OBJECT_0, .failure = std::nullopt};
}

}  // namespace forever
