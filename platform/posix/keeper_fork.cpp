// Keepers forked from a process that was set aside before the command line used its heap: as small as one that was executed
// again, without the cost of an exec (0.7 ms and more on a virtual machine, where each CPUID of the C library's start is trapped).
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "platform/environment.hpp"
#include "platform/posix/keeper_image.hpp"
#include "platform/posix/keeper_link.hpp"
#include "platform/posix/strip.hpp"
#include "platform/posix/sys.hpp"

extern "C" char** environ;

namespace forever {
namespace {

// A fault plan counts the calls of each process that was executed: there keepers are.
#ifdef FOREVER_FAULT_INJECTION
constexpr bool kForksKeepers = false;
#else
constexpr bool kForksKeepers = true;
#endif

constexpr std::size_t kRoomForTitle = 512;  // bytes; with less (no environment at all) a keeper could not show its name
constexpr int kAnswerPatience = 10'000;     // ms; the answer comes in microseconds, this bounds a machine that hangs

// The process that was set aside, and the caller's end of the socketpair to it.
struct SetAside {
  Handle socket;
  Pid pid = 0;
  bool has_forked = false;  // a keeper, which must not become the child of another app's
};
SetAside& set_aside() {
  static SetAside only;
  return only;
}

std::string encode_face(const KeeperFace& face) {
  std::string bytes = face.title + '\0' + face.directory;
  for (const std::string& argument : face.arguments) bytes += '\0' + argument;
  return bytes;
}

KeeperFace decode_face(std::string_view bytes) {
  std::vector<std::string> words;
  for (;;) {
    const std::size_t end = bytes.find('\0');
    words.emplace_back(bytes.substr(0, end));
    if (end == std::string_view::npos) break;
    bytes.remove_prefix(end + 1);
  }
  KeeperFace face;
  face.title = std::move(words.front());
  if (words.size() > 1) face.directory = std::move(words[1]);
  if (words.size() > 2) face.arguments.assign(words.begin() + 2, words.end());
  return face;
}

// From here on nothing of the caller's is held: neither its console nor a descriptor that it was given itself.
bool let_go_of_caller(int socket) noexcept {
  const Handle null_device{FOREVER_SYS(open, -1, "/dev/null", O_RDWR | O_CLOEXEC)};
  if (!null_device) return false;
  for (int fd = 0; fd <= 2; ++fd) {
    if (FOREVER_SYS(dup2, -1, null_device.get(), fd) < 0) return false;
  }
  std::array<int, 1> named{socket};
  close_all_but(named);
  return true;
}

// Cannot fail: a forked process leads no group.
void begin_session() noexcept { (void)FOREVER_SYS(setsid, -1); }

// What a keeper needs of the environment is kept; the rest is overwritten, since it would be shown as the keeper's own, the
// marker of an instance that called us included. Its room serves for the title.
void shed_environment(char** argv) {
  std::vector<std::string>& kept = kept_variables();
  static std::vector<char*> pointers;
  for (std::string& variable : kept) pointers.push_back(variable.data());
  pointers.push_back(nullptr);
  claim_title_room(argv, environ);
  environ = pointers.data();
}

// Serves until the caller is gone. Returns only in a keeper.
KeeperFace serve(Handle socket) {
  HeldHandles held;
  for (;;) {
    pollfd ready{.fd = socket.get(), .events = POLLIN, .revents = 0};
    if (sys::poll(&ready, nfds_t{1}, -1) < 0 && errno != EINTR) ::_exit(1);
    KeeperMessage message;
    switch (receive_keeper_message(socket.get(), message)) {
      case KeeperMessageState::nothing: continue;
      case KeeperMessageState::closed: ::_exit(0);
      case KeeperMessageState::message: break;
    }
    if (message.verb == KeeperVerb::hold) held.insert_or_assign(message.body, std::move(message.attached));
    if (message.verb != KeeperVerb::launch && message.verb != KeeperVerb::become) continue;
    KeeperFace face = decode_face(message.body);
    pid_t pid = face.directory.empty() ? 0 : ::chdir(face.directory.c_str());
    // The command that waits for the start report finds its pipe closed.
    if (pid != 0 && message.verb == KeeperVerb::become) ::_exit(1);
    if (pid == 0 && message.verb == KeeperVerb::launch) pid = FOREVER_SYS(fork, -1);
    if (pid == 0) {
      socket.reset();
      if (message.verb == KeeperVerb::launch) begin_session();
      face.held = std::move(held);
      return face;
    }
    held.clear();
    const std::array<int, 2> answer{static_cast<int>(pid), errno};
    std::string bytes(sizeof answer, '\0');
    std::memcpy(bytes.data(), answer.data(), sizeof answer);
    if (!send_keeper_message(socket.get(), KeeperVerb::launched, bytes)) ::_exit(1);
  }
}

}  // namespace

std::optional<KeeperFace> set_keepers_aside(char** argv) {
  if (!kForksKeepers || title_room(argv, environ) < kRoomForTitle) return std::nullopt;
  std::array<int, 2> ends{};
  if (FOREVER_SYS(socketpair, -1, AF_UNIX, kKeeperSocketType, 0, ends.data()) != 0) return std::nullopt;
  Handle ours{ends[0]};
  Handle theirs{ends[1]};
  for (const int end : ends) (void)sys::fcntl(end, F_SETFD, FD_CLOEXEC);
  const pid_t pid = FOREVER_SYS(fork, -1);
  if (pid > 0) set_aside() = {std::move(ours), pid};
  if (pid != 0) return std::nullopt;
  ours.reset();
  // While the caller reads its command line: all that does not depend on it.
  if (!let_go_of_caller(theirs.get())) ::_exit(1);
  begin_session();
  shed_environment(argv);
  return serve(std::move(theirs));
}

std::optional<Result<Pid>> fork_keeper(const KeeperFace& face, KeepersToCome to_come) {
  auto& [socket, process, has_forked] = set_aside();
  const std::string words = encode_face(face);
  if (!socket || words.size() >= kLongestKeeperMessage) return std::nullopt;
  bool asked = true;
  for (const auto& [name, handle] : face.held) {
    asked = asked && send_keeper_message(socket.get(), KeeperVerb::hold, name, handle.get()).ok();
  }
  if (to_come == KeepersToCome::none && !has_forked) {
    asked = asked && send_keeper_message(socket.get(), KeeperVerb::become, words).ok();
    socket.reset();
    return asked ? std::optional{Result<Pid>{process}} : std::nullopt;
  }
  has_forked = true;
  asked = asked && send_keeper_message(socket.get(), KeeperVerb::launch, words).ok();
  pollfd ready{.fd = socket.get(), .events = POLLIN, .revents = 0};
  KeeperMessage message;
  std::array<int, 2> answer{};
  if (!asked || sys::uninterrupted([&] { return sys::poll(&ready, nfds_t{1}, kAnswerPatience); }) != 1 ||
      receive_keeper_message(socket.get(), message) != KeeperMessageState::message ||
      message.body.size() != sizeof answer) {
    socket.reset();  // it is gone, or will find that we are
    return std::nullopt;
  }
  std::memcpy(answer.data(), message.body.data(), sizeof answer);
  const auto [pid, code] = answer;
  if (pid < 0) return Result<Pid>{error_from(code, "fork the keeper")};
  return Result<Pid>{Pid{pid}};
}

}  // namespace forever
