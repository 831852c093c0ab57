// The acts of the talking child on Windows. What asks it to stop is Ctrl-Break (TERM), Ctrl-C (INT) and the console's end (HUP).
#include "test/child/acts.hpp"

#include <winsock2.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>

#include "platform/arguments.hpp"
#include "platform/environment.hpp"
#include "platform/win32/program_file.hpp"
#include "platform/win32/startup.hpp"
#include "platform/windows_command_line.hpp"
#include "test/support/win32/wine.hpp"

namespace forever::child {
namespace {

using win32::as_handle;

enum class Meaning : int { by_default, ignored, noted };

std::array<std::atomic<Meaning>, 32> meanings{};
std::array<std::atomic<int>, 32> arrived{};
std::string talk_file;
std::map<SOCKET, HANDLE> listeners;  // and the event that is set when a client connects
int response_delay = 0;

HANDLE wake() {
  static HANDLE const event = ::CreateEventW(nullptr, FALSE, FALSE, nullptr);
  return event;
}

[[noreturn]] void refuse(const std::string& why) {
  std::fprintf(stderr, "child: %s failed: %lu\n", why.c_str(), ::GetLastError());
  std::_Exit(99);
}

BOOL WINAPI on_console_event(DWORD kind) {
  const std::size_t number = kind == CTRL_C_EVENT && !test::under_wine() ? 2 : kind == CTRL_CLOSE_EVENT ? 1 : 15;
  if (meanings[number] == Meaning::by_default) return FALSE;
  if (meanings[number] == Meaning::noted) {
    ++arrived[number];
    ::SetEvent(wake());
  }
  return TRUE;
}

void mean(int number, Meaning meaning) {
  static const BOOL installed = ::SetConsoleCtrlHandler(&on_console_event, TRUE);
  if (installed != 0 && number > 0 && number < 32) meanings[static_cast<std::size_t>(number)] = meaning;
}

const std::map<std::string, int>& signal_table() {
  static const std::map<std::string, int> table{{"HUP", 1}, {"INT", 2}, {"KILL", 9}, {"SEGV", 11}, {"TERM", 15}};
  return table;
}

// Starts this program again with these words; it prints its pid before it continues.
PROCESS_INFORMATION start(const std::vector<std::string>& words) {
  const std::wstring program = win32::program_file();
  std::vector<std::string> argv{win32::to_utf8(program)};
  if (!talk_file.empty()) argv.insert(argv.end(), {"to", talk_file});
  argv.insert(argv.end(), words.begin(), words.end());
  std::wstring line = win32::to_wide(*windows_command_line(argv));
  const auto standard = [](DWORD number) { return win32::inheritable(win32::as_native(::GetStdHandle(number))); };
  const win32::Startup streams(standard(STD_INPUT_HANDLE), standard(STD_OUTPUT_HANDLE), standard(STD_ERROR_HANDLE));
  if (!streams.ready()) refuse("inherit");
  PROCESS_INFORMATION created{};
  if (!streams.create(program.c_str(), line, 0, nullptr, nullptr, created)) refuse("start");
  ::CloseHandle(created.hThread);
  return created;
}

void answer(SOCKET listener) {
  const SOCKET client = ::accept(listener, nullptr, nullptr);
  if (client == INVALID_SOCKET) return;
  u_long blocking = 0;
  ::WSAEventSelect(client, nullptr, 0);
  ::ioctlsocket(client, FIONBIO, &blocking);
  std::array<char, 4096> request{};
  ::recv(client, request.data(), static_cast<int>(request.size()), 0);
  if (response_delay > 0) ::Sleep(static_cast<DWORD>(response_delay));
  const std::string body = std::to_string(own_pid()) + "\n";
  const std::string text = "HTTP/1.0 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  ::send(client, text.data(), static_cast<int>(text.size()), 0);
  ::shutdown(client, SD_SEND);
  ::closesocket(client);
}

}  // namespace

std::vector<std::string> own_arguments(int argc, char** argv) {
  // A crash must end it, not open a dialog.
  ::SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
  // Wine sends Ctrl-C in the place of Ctrl-Break; in a group of our own we would not hear it.
  if (test::under_wine()) ::SetConsoleCtrlHandler(nullptr, FALSE);
  return program_arguments(argc, argv);
}

void write_all(int descriptor, const char* data, std::size_t size) {
  HANDLE const handle = ::GetStdHandle(descriptor == 2 ? STD_ERROR_HANDLE : STD_OUTPUT_HANDLE);
  while (size > 0) {
    DWORD put = 0;
    if (::WriteFile(handle, data, static_cast<DWORD>(size), &put, nullptr) == 0) std::_Exit(98);
    data += put;
    size -= put;
  }
}

void talk_to_file(const std::string& file) { talk_file = file; }

void say(const std::string& line) {
  if (talk_file.empty()) return write_all(1, (line + "\n").data(), line.size() + 1);
  std::ofstream(talk_file, std::ios::app | std::ios::binary) << line + "\n";
}

int own_pid() { return static_cast<int>(::GetCurrentProcessId()); }

void print_session() {
  DWORD session = 0;
  ::ProcessIdToSessionId(::GetCurrentProcessId(), &session);
  say("session pid " + std::to_string(own_pid()) + " session " + std::to_string(session) + " window " +
      (::GetConsoleWindow() != nullptr && ::IsWindowVisible(::GetConsoleWindow()) != 0 ? "yes" : "no"));
}

void print_users() { say("users -"); }
void print_limits() { say("limits -"); }
void print_umask() { say("umask -"); }
void print_signals() { say("signals -"); }
void print_descriptors() { say("descriptors -"); }

void print_environment() {
  std::vector<std::string> all = whole_environment();
  std::sort(all.begin(), all.end());
  for (const auto& entry : all) say("env " + entry);
}

void print_terminal() {
  for (const DWORD number : {STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE}) {
    DWORD mode = 0;
    const bool console = ::GetConsoleMode(::GetStdHandle(number), &mode) != 0;
    say("terminal " + std::to_string(static_cast<DWORD>(-10) - number) + (console ? " yes" : " no"));
  }
}

long long monotonic_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

int signal_number(const std::string& name) {
  if (const auto found = signal_table().find(name); found != signal_table().end()) return found->second;
  const int number = std::atoi(name.c_str());
  if (number > 0 && number < 32) return number;
  std::fprintf(stderr, "child: unknown signal: %s\n", name.c_str());
  std::_Exit(99);
}

std::string signal_name(int number) {
  for (const auto& [name, value] : signal_table()) {
    if (value == number) return name;
  }
  return std::to_string(number);
}

void note_signal(int number) { mean(number, Meaning::noted); }
void ignore_signal(int number) { mean(number, Meaning::ignored); }
void default_signal(int number) { mean(number, Meaning::by_default); }

int next_signal() {
  for (std::size_t number = 1; number < arrived.size(); ++number) {
    if (arrived[number] == 0) continue;
    --arrived[number];
    return static_cast<int>(number);
  }
  return 0;
}

// Windows has exceptions in the place of signals: of those only this one.
void die_by_signal(int number) {
  if (number == 11) ::RaiseException(EXCEPTION_ACCESS_VIOLATION, EXCEPTION_NONCONTINUABLE, 0, nullptr);
  ::TerminateProcess(::GetCurrentProcess(), 128U + static_cast<UINT>(number));
  std::abort();
}

void fork_and(Relation relation, const Words&, const std::vector<std::string>& script) {
  if (relation == Relation::child || relation == Relation::session) {
    const PROCESS_INFORMATION created = start(script);
    say("forked " + std::to_string(created.dwProcessId));
    ::CloseHandle(created.hProcess);
    return;
  }
  // One in between, which tells of the other and ends.
  std::vector<std::string> words{"fork"};
  words.insert(words.end(), script.begin(), script.end());
  words.insert(words.end(), {"end", "exit", "0"});
  const PROCESS_INFORMATION created = start(words);
  ::WaitForSingleObject(created.hProcess, INFINITE);
  ::CloseHandle(created.hProcess);
}

void close_descriptor(int descriptor) {
  ::CloseHandle(::GetStdHandle(descriptor == 2   ? STD_ERROR_HANDLE
                               : descriptor == 1 ? STD_OUTPUT_HANDLE
                                                 : STD_INPUT_HANDLE));
}

void listen_on(int port) {
  WSADATA data{};
  if (::WSAStartup(MAKEWORD(2, 2), &data) != 0) refuse("WSAStartup");
  const SOCKET listener = ::socket(AF_INET, SOCK_STREAM, 0);
  ::SetHandleInformation(reinterpret_cast<HANDLE>(listener), HANDLE_FLAG_INHERIT, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) refuse("bind");
  if (::listen(listener, 128) != 0) refuse("listen");
  HANDLE const event = ::WSACreateEvent();
  ::WSAEventSelect(listener, event, FD_ACCEPT);
  listeners.emplace(listener, event);
  say("listening " + std::to_string(port));
}

void set_response_delay(int milliseconds) { response_delay = milliseconds; }

void stop_listening() {
  for (const auto& [listener, event] : listeners) {
    ::closesocket(listener);
    ::CloseHandle(event);
  }
  listeners.clear();
}

void rest(int milliseconds) {
  std::vector<HANDLE> handles{wake()};
  for (const auto& [listener, event] : listeners) handles.push_back(event);
  const DWORD time = milliseconds < 0 ? INFINITE : static_cast<DWORD>(milliseconds);
  ::WaitForMultipleObjects(static_cast<DWORD>(handles.size()), handles.data(), FALSE, time);
  for (const auto& [listener, event] : listeners) {
    WSANETWORKEVENTS happened{};
    if (::WSAEnumNetworkEvents(listener, event, &happened) == 0 && (happened.lNetworkEvents & FD_ACCEPT) != 0)
      answer(listener);
  }
}

void notify(const std::string&) {}

}  // namespace forever::child
