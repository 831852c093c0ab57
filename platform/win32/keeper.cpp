// There is no keeper here: the supervisor is started alone, detached from the console and, where that is allowed, from the
// caller's job, so that it outlives both.
#include "platform/keeper.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>

#include "platform/lock.hpp"
#include "platform/win32/hand_over.hpp"
#include "platform/win32/kept_handles.hpp"
#include "platform/win32/port_probe.hpp"
#include "platform/win32/program_file.hpp"
#include "platform/win32/startup.hpp"
#include "platform/windows_command_line.hpp"

namespace forever {
namespace {

using win32::as_handle;

constexpr std::size_t kBeforeArguments = 5;

// argv of main is in the system's code page, which cannot represent every path.
std::vector<std::string> own_arguments() { return split_windows_command_line(win32::to_utf8(::GetCommandLineW())); }

// A handle beside those that the caller has named: by it the new supervisor says that it has the lock.
constexpr const char* kReady = "(ready)";

}  // namespace

Status KeeperLink::hold(std::string_view, NativeHandle) { return Done{}; }
Status KeeperLink::drop(std::string_view) { return Done{}; }
Status KeeperLink::finish() { return Done{}; }
void KeeperLink::finish_and_wait(Milliseconds) {}
Status KeeperLink::acknowledge(const ProcessId&) { return Done{}; }
Status KeeperLink::sync(std::string_view) { return Done{}; }
// A running program's file cannot be replaced here, and no process would hold what the next one needs.
Status KeeperLink::go_on_in(std::string_view) { return error_from(ENOTSUP, "go on in another program"); }
void KeeperLink::tick(Time) {}
KeeperLink::Receipt KeeperLink::receive(ExitRecord&) { return Receipt::nothing; }

std::optional<KeeperFace> set_keepers_aside(char**) { return std::nullopt; }

Result<Pid> launch_keeper(KeeperFace face, KeepersToCome) {
  const std::wstring program = win32::program_file();
  std::vector<std::string> argv{win32::to_utf8(program), std::string(win32::kSupervisorFace), face.title,
                                face.directory, std::to_string(face.arguments.size())};
  argv.insert(argv.end(), face.arguments.begin(), face.arguments.end());
  std::vector<Handle> copies;
  const Handle ready(win32::as_native(::CreateEventW(nullptr, TRUE, FALSE, nullptr)));
  if (!ready) return last_error("start a supervisor");
  copies.push_back(win32::inheritable(ready.get()));
  argv.push_back(std::string(kReady) + "=" + std::to_string(copies.back().get()));
  for (const auto& [name, handle] : face.held) {
    copies.push_back(win32::inheritable(handle.get()));
    argv.push_back(name + "=" + std::to_string(copies.back().get()));
  }
  const auto line = windows_command_line(argv);
  if (!line) return error_from(EINVAL, "start a supervisor");
  const win32::Startup startup(win32::inheritable_null(), win32::inheritable_null(), win32::inheritable_null(),
                               std::move(copies));
  if (!startup.ready()) return last_error("start a supervisor");
  const std::wstring directory = win32::wide_path(face.directory);
  const DWORD flags = DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP;
  PROCESS_INFORMATION created{};
  bool done = false;
  // A job that forbids to leave it keeps the supervisor; then it lives as long as that job.
  for (const DWORD leave : {DWORD{CREATE_BREAKAWAY_FROM_JOB}, DWORD{0}}) {
    std::wstring text = win32::to_wide(*line);
    done = startup.create(program.c_str(), text, flags | leave, nullptr, directory.c_str(), created);
    if (done || ::GetLastError() != ERROR_ACCESS_DENIED) break;
  }
  if (!done) return last_error("start a supervisor");
  const Handle process(win32::as_native(created.hProcess));
  const Handle thread(win32::as_native(created.hThread));
  if (const auto lock = face.held.find("lock"); lock != face.held.end()) {
    win32::offer_lock(lock->second.get());
    const std::array<HANDLE, 2> either{as_handle(ready.get()), created.hProcess};
    ::WaitForMultipleObjects(static_cast<DWORD>(either.size()), either.data(), FALSE, INFINITE);
    unlock(lock->second.get());
  }
  return static_cast<Pid>(created.dwProcessId);
}

Error become_keeper(const KeeperFace&, const char*) { return error_from(ENOTSUP, "become a keeper"); }

std::optional<KeeperFace> keeper_face(int argc, char**) {
  win32::be_a_probe_if_asked(argc);
  if (argc < static_cast<int>(kBeforeArguments)) return std::nullopt;
  const std::vector<std::string> argv = own_arguments();
  if (argv.size() < kBeforeArguments || argv[1] != win32::kSupervisorFace) return std::nullopt;
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

int run_keeper(KeeperFace face, char**, const std::function<int(Inheritance&&, const KeeperFace&)>& supervisor,
               const Respawn&) {
  win32::keep_handles_in(face.directory);
  const auto lock = face.held.find("lock");
  if (lock != face.held.end()) win32::take_offered_lock(lock->second.get());
  if (auto ready = face.held.extract(kReady); !ready.empty()) ::SetEvent(as_handle(ready.mapped().get()));
  if (lock != face.held.end()) win32::take_rest_of_lock(lock->second.get());
  Inheritance inheritance{KeeperLink(Handle(), 0), std::move(face.held), 0};
  face.held.clear();
  return supervisor(std::move(inheritance), face);
}

void set_process_title(char**, std::string_view) noexcept {}

}  // namespace forever
