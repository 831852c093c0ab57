// There is no keeper here: the supervisor is started by itself, detached from the console and, where that is allowed, from the
// job of whoever calls, so that it outlives both.
#include "platform/keeper.hpp"

#include <cerrno>
#include <cstdlib>

#include "platform/lock.hpp"
#include "platform/win32/replace.hpp"
#include "platform/win32/startup.hpp"
#include "platform/windows_command_line.hpp"

namespace forever {
namespace {

using win32::as_handle;

// argv of such a process: the program, this word, title, directory, how many arguments, they, and NAME=HANDLE of each handle.
constexpr std::string_view kFace = "(supervisor)";
constexpr std::size_t kBeforeArguments = 5;

std::wstring own_program() {
  std::wstring path(32'768, L'\0');
  path.resize(::GetModuleFileNameW(nullptr, path.data(), 32'768));
  return path;
}

// argv of main is in the system's code page, where not every path can be said.
std::vector<std::string> own_arguments() { return split_windows_command_line(win32::to_utf8(::GetCommandLineW())); }

// The launcher lets go of the lock as soon as we exist: a lock belongs to the process that took it.
void take_lock(NativeHandle lock) noexcept {
  OVERLAPPED place = win32::place_of(std::uint64_t{1} << 62U);
  ::LockFileEx(as_handle(lock), LOCKFILE_EXCLUSIVE_LOCK, 0, 1, 0, &place);
}

}  // namespace

Status KeeperLink::hold(std::string_view, NativeHandle) { return Done{}; }
Status KeeperLink::drop(std::string_view) { return Done{}; }
Status KeeperLink::finish() { return Done{}; }
Status KeeperLink::acknowledge(const ProcessId&) { return Done{}; }
Status KeeperLink::sync(std::string_view) { return Done{}; }
void KeeperLink::tick(Time) {}
KeeperLink::Receipt KeeperLink::receive(ExitRecord&) { return Receipt::nothing; }

std::optional<KeeperFace> set_keepers_aside(char**) { return std::nullopt; }

Result<Pid> launch_keeper(KeeperFace face) {
  const std::wstring program = own_program();
  std::vector<std::string> argv{win32::to_utf8(program), std::string(kFace), face.title, face.directory,
                                std::to_string(face.arguments.size())};
  argv.insert(argv.end(), face.arguments.begin(), face.arguments.end());
  std::vector<Handle> copies;
  for (const auto& [name, handle] : face.held) {
    copies.push_back(win32::inheritable(handle.get()));
    argv.push_back(name + "=" + std::to_string(copies.back().get()));
  }
  const auto line = windows_command_line(argv);
  if (!line) return error_from(EINVAL, "start a supervisor");
  const win32::Startup startup(win32::inheritable_null(), win32::inheritable_null(), win32::inheritable_null(),
                               std::move(copies));
  if (!startup.ready()) return last_error("start a supervisor");
  STARTUPINFOEXW info = startup.info();
  const std::wstring directory = win32::wide_path(face.directory);
  const DWORD flags = DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP | EXTENDED_STARTUPINFO_PRESENT;
  PROCESS_INFORMATION created{};
  BOOL done = FALSE;
  // A job that forbids to leave it keeps the supervisor; then it lives as long as that job.
  for (const DWORD leave : {DWORD{CREATE_BREAKAWAY_FROM_JOB}, DWORD{0}}) {
    std::wstring text = win32::to_wide(*line);  // CreateProcess writes to it
    done = ::CreateProcessW(program.c_str(), text.data(), nullptr, nullptr, TRUE, flags | leave, nullptr,
                            directory.c_str(), &info.StartupInfo, &created);
    if (done != 0 || ::GetLastError() != ERROR_ACCESS_DENIED) break;
  }
  if (done == 0) return last_error("start a supervisor");
  const Handle process(win32::as_native(created.hProcess));
  const Handle thread(win32::as_native(created.hThread));
  if (const auto lock = face.held.find("lock"); lock != face.held.end()) unlock(lock->second.get());
  return static_cast<Pid>(created.dwProcessId);
}

Error become_keeper(const KeeperFace&) { return error_from(ENOTSUP, "become a keeper"); }

std::optional<KeeperFace> keeper_face(int argc, char**) {
  if (argc < static_cast<int>(kBeforeArguments)) return std::nullopt;
  const std::vector<std::string> argv = own_arguments();
  if (argv.size() < kBeforeArguments || argv[1] != kFace) return std::nullopt;
  KeeperFace face{argv[2], argv[3], {}, {}};
  const auto count = static_cast<std::size_t>(std::atoi(argv[4].c_str()));
  for (std::size_t i = kBeforeArguments; i < argv.size(); ++i) {
    if (i < kBeforeArguments + count) {
      face.arguments.push_back(argv[i]);
      continue;
    }
    const std::size_t equals = argv[i].find('=');
    if (equals == std::string::npos) continue;
    const auto handle = static_cast<NativeHandle>(std::strtoll(argv[i].c_str() + equals + 1, nullptr, 10));
    // Ours alone: what we start inherits what it is given by name.
    ::SetHandleInformation(as_handle(handle), HANDLE_FLAG_INHERIT, 0);
    face.held.insert_or_assign(argv[i].substr(0, equals), Handle(handle));
  }
  return face;
}

int run_keeper(KeeperFace face, char**, const std::function<int(Inheritance&&, const KeeperFace&)>& supervisor) {
  if (const auto lock = face.held.find("lock"); lock != face.held.end()) take_lock(lock->second.get());
  Inheritance inheritance{KeeperLink(Handle(), 0), std::move(face.held), 0};
  face.held.clear();
  return supervisor(std::move(inheritance), face);
}

void set_process_title(char**, std::string_view) noexcept {}

}  // namespace forever
