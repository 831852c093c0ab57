// CreateProcess, and reading what comes back. The process leaves any job of this one, like a program of a shell.
#include "test/support/run.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "platform/environment.hpp"
#include "platform/exit_status.hpp"
#include "platform/files.hpp"
#include "platform/local_socket.hpp"
#include "platform/pipe.hpp"
#include "platform/process.hpp"
#include "platform/spawn.hpp"
#include "platform/win32/startup.hpp"
#include "platform/windows_command_line.hpp"

namespace forever::test {
namespace {

using win32::as_handle;

std::wstring block_of(const Command& command) {
  std::vector<std::string> entries = whole_environment();
  for (const auto& [name, value] : command.environment) {
    std::erase_if(entries, [&, &key = name](const std::string& entry) { return entry.starts_with(key + "="); });
    if (value) entries.push_back(name + "=" + *value);
  }
  std::sort(entries.begin(), entries.end());
  std::wstring block;
  for (const std::string& entry : entries) block.append(win32::to_wide(entry)).push_back(L'\0');
  block.push_back(L'\0');
  return block;
}

// One of its ends is to be inherited as a standard stream, so it is a plain one.
PipeEnds input_pipe() {
  HANDLE read = nullptr;
  HANDLE write = nullptr;
  if (::CreatePipe(&read, &write, nullptr, 0) == 0) throw std::runtime_error("CreatePipe");
  PipeEnds ends;
  ends.read.reset(win32::as_native(read));
  ends.write.reset(win32::as_native(write));
  return ends;
}

}  // namespace

struct Running::State {
  Handle process, out, err, input;
  int pid = 0;
  std::string out_text, err_text;
  Clock::time_point begun = Clock::now();

  static void drain(Handle& end, std::string& into) {
    while (end) {
      const std::size_t before = into.size();
      const auto more = receive_some(end.get(), into);
      if (!more || !*more) end.reset();
      if (into.size() == before) return;
    }
  }
  void drain_both() {
    drain(out, out_text);
    drain(err, err_text);
  }
  [[nodiscard]] bool ended() const { return ::WaitForSingleObject(as_handle(process.get()), 0) == WAIT_OBJECT_0; }
};

Running::Running(const Command& command) : state_(std::make_unique<State>()) {
  const ProgramLookup found =
      find_program(command.argv.at(0), forever::current_directory(), environment_variable("PATH").value_or(""));
  if (!found.executable)
    throw std::runtime_error("cannot find " + command.argv[0] + ": errno " + std::to_string(found.code));
  auto out = make_pipe();
  auto err = make_pipe();
  if (!out || !err) throw std::runtime_error("make_pipe");
  PipeEnds input = input_pipe();
  std::wstring line = win32::to_wide(*windows_command_line(command.argv));
  const std::wstring environment = block_of(command);
  const std::wstring directory = win32::wide_path(command.directory.string());
  PROCESS_INFORMATION created{};
  {
    const win32::Startup streams(win32::inheritable(input.read.get()), win32::inheritable(out->write.get()),
                                 win32::inheritable(err->write.get()));
    if (!streams.create(win32::wide_path(found.path).c_str(), line, CREATE_NO_WINDOW | CREATE_NEW_PROCESS_GROUP,
                        &environment, command.directory.empty() ? nullptr : directory.c_str(), created))
      throw std::runtime_error("cannot execute " + command.argv[0] + ": error " + std::to_string(::GetLastError()));
  }
  ::CloseHandle(created.hThread);
  state_->process.reset(win32::as_native(created.hProcess));
  state_->pid = static_cast<int>(created.dwProcessId);
  state_->out = std::move(out->read);
  state_->err = std::move(err->read);
  state_->input = std::move(input.write);
}

Running::Running(const Command&, int, int) { throw std::runtime_error("no terminal to test with on Windows"); }

Running::Running(Running&&) noexcept = default;

Running::~Running() {
  if (!state_ || state_->ended()) return;
  ::TerminateProcess(as_handle(state_->process.get()), 1);
  ::WaitForSingleObject(as_handle(state_->process.get()), INFINITE);
}

int Running::pid() const { return state_->pid; }

const std::string& Running::out() {
  state_->drain_both();
  return state_->out_text;
}

const std::string& Running::err() {
  state_->drain_both();
  return state_->err_text;
}

void Running::signal(int number) {
  if (const auto id = identify(state_->pid)) (void)forever::send_signal(*id, number).ok();
}

void Running::type(const std::string& keys) { write_message(state_->input.get(), keys); }

void Running::close_input() { state_->input.reset(); }

void Running::hang_up() {}

void Running::resize(int, int) {}

int Running::foreground_group() const { return 0; }

bool Running::has_ended() {
  state_->drain_both();
  return state_->ended();
}

bool Running::wait_for(const std::string& text, Milliseconds deadline) {
  return wait_until(
      [&] {
        state_->drain_both();
        return state_->out_text.find(text) != std::string::npos || state_->err_text.find(text) != std::string::npos;
      },
      deadline);
}

Result Running::wait(Milliseconds deadline) {
  Result result;
  const bool ended = wait_until([&] { return has_ended(); }, deadline);
  if (!ended) {
    result.timed_out = true;
    ::TerminateProcess(as_handle(state_->process.get()), 1);
    ::WaitForSingleObject(as_handle(state_->process.get()), INFINITE);
  }
  result.elapsed = std::chrono::duration_cast<Milliseconds>(Clock::now() - state_->begun);
  result.released_output = wait_until(
      [&] {
        state_->drain_both();
        return !state_->out && !state_->err;
      },
      500ms);
  DWORD code = 0;
  ::GetExitCodeProcess(as_handle(state_->process.get()), &code);
  const ExitStatus status = exit_status_from_wait(static_cast<int>(code));
  result.signal = status.kind == ExitStatus::Kind::signalled ? static_cast<int>(status.code) : 0;
  result.exit_code = result.signal != 0 ? 128 + result.signal : static_cast<int>(code);
  result.out = state_->out_text;
  result.err = state_->err_text;
  return result;
}

Result run(const Command& command) {
  Running running(command);
  if (!command.input.empty()) running.type(command.input);
  running.close_input();
  return running.wait(command.deadline);
}

Result run(const std::vector<std::string>& argv) {
  Command command;
  command.argv = argv;
  return run(command);
}

}  // namespace forever::test
