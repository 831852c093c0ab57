// The supervisor's part: calls received and answered, sockets looked at and steered.
// One piece: one kernel interface, from the notification to the answer.
#include "platform/port_sharing.hpp"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>

#include "platform/evidence.hpp"
#include "platform/files.hpp"
#include "platform/linux/port_filter.hpp"
#include "platform/linux/proc.hpp"
#include "platform/listening.hpp"
#include "platform/posix/sys.hpp"
#include "platform/user_rights.hpp"

#ifndef SO_ATTACH_REUSEPORT_CBPF
#define SO_ATTACH_REUSEPORT_CBPF 51
#endif

namespace forever {
namespace {

// A kernel may know longer forms of these structures than we do (SECCOMP_GET_NOTIF_SIZES).
constexpr std::size_t kRoom = 256;
static_assert(sizeof(seccomp_notif) <= kRoom && sizeof(seccomp_notif_resp) <= kRoom);

int open_process(Pid pid) noexcept { return static_cast<int>(FOREVER_SYS(syscall, -1L, SYS_pidfd_open, pid, 0U)); }
int take_descriptor(int process, int descriptor) noexcept {
  return static_cast<int>(FOREVER_SYS(syscall, -1L, SYS_pidfd_getfd, process, descriptor, 0U));
}

template <class T>
bool get_option(NativeHandle socket, int level, int name, T& into) noexcept {
  socklen_t size = sizeof into;
  return ::getsockopt(socket, level, name, &into, &size) == 0;
}
int int_option(NativeHandle socket, int level, int name) noexcept {
  int value = 0;
  return get_option(socket, level, name, value) ? value : 0;
}

bool is_tcp(NativeHandle socket) noexcept {
  const int domain = int_option(socket, SOL_SOCKET, SO_DOMAIN);
  return int_option(socket, SOL_SOCKET, SO_TYPE) == SOCK_STREAM && (domain == AF_INET || domain == AF_INET6) &&
         int_option(socket, SOL_SOCKET, SO_PROTOCOL) == IPPROTO_TCP;
}

std::string text_of(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in&>(address);
    if (in.sin_port == 0 || ::inet_ntop(AF_INET, &in.sin_addr, text.data(), text.size()) == nullptr) return {};
    return std::string{text.data()} + ':' + std::to_string(ntohs(in.sin_port));
  }
  if (address.ss_family != AF_INET6) return {};
  const auto& in = reinterpret_cast<const sockaddr_in6&>(address);
  if (in.sin6_port == 0 || ::inet_ntop(AF_INET6, &in.sin6_addr, text.data(), text.size()) == nullptr) return {};
  const std::string scope = in.sin6_scope_id != 0 ? '%' + std::to_string(in.sin6_scope_id) : std::string{};
  return '[' + std::string{text.data()} + scope + "]:" + std::to_string(ntohs(in.sin6_port));
}

std::uint16_t local_port(NativeHandle socket) noexcept {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET) return ntohs(reinterpret_cast<sockaddr_in&>(address).sin_port);
  return address.ss_family == AF_INET6 ? ntohs(reinterpret_cast<sockaddr_in6&>(address).sin6_port) : std::uint16_t{0};
}

// The address that a program's bind names, read from its memory.
bool read_address(Pid thread, std::uint64_t at, std::uint64_t size, sockaddr_storage& into) {
  const Handle memory{sys::open(("/proc/" + std::to_string(thread) + "/mem").c_str(), O_RDONLY | O_CLOEXEC)};
  const auto wanted = std::min<std::size_t>(size, sizeof into);
  return memory && wanted >= sizeof(sockaddr_in) &&
         sys::pread(memory.get(), &into, wanted, static_cast<off_t>(at)) == static_cast<ssize_t>(wanted);
}

// The notification names a thread; descriptors are its process's.
Pid process_of_thread(Pid thread) {
  const std::string status = proc::read_whole(("/proc/" + std::to_string(thread) + "/status").c_str());
  const std::size_t at = status.find("\nTgid:");
  Pid process = 0;
  if (at == std::string::npos || std::sscanf(status.c_str() + at, "\nTgid: %d", &process) != 1) return thread;
  return process;
}

void respond(NativeHandle listener, std::uint64_t id, int code, unsigned flags) noexcept {
  alignas(seccomp_notif_resp) std::array<std::byte, kRoom> room{};
  seccomp_notif_resp answer{};
  answer.id = id;
  answer.error = -code;
  answer.flags = flags;
  std::memcpy(room.data(), &answer, sizeof answer);
  // ENOENT: the thread has been killed or interrupted meanwhile. No thread waits then.
  (void)sys::ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, room.data());
}

bool close_on_exec(Pid process, int descriptor) {
  const std::string path = "/proc/" + std::to_string(process) + "/fdinfo/" + std::to_string(descriptor);
  const std::string info = proc::read_whole(path.c_str());
  unsigned flags = 0;
  const std::size_t at = info.find("flags:");
  return at == std::string::npos || std::sscanf(info.c_str() + at, "flags: %o", &flags) != 1 ||
         (flags & unsigned{O_CLOEXEC}) != 0;
}

// Calls `look` with a copy of each socket of the process, until it returns false.
template <class F>
void for_each_socket(Pid pid, F&& look) {
  const Handle process{open_process(pid)};
  if (!process) return;
  const std::string folder = "/proc/" + std::to_string(pid) + "/fd";
  for (const std::string& name : list_directory(folder)) {
    std::array<char, 16> target{};
    const ssize_t length = sys::readlink((folder + '/' + name).c_str(), target.data(), target.size() - 1);
    if (length < 8 || std::strncmp(target.data(), "socket:[", 8) != 0) continue;
    int number = -1;
    std::from_chars(name.data(), name.data() + name.size(), number);
    Handle socket{take_descriptor(process.get(), number)};
    if (socket && !look(socket)) return;
  }
}

void fill_in(const seccomp_notif& question, PortCall& call) {
  const auto thread = static_cast<Pid>(question.pid);
  call.id = question.id;
  call.kind = question.data.nr == __NR_listen ? PortCall::Kind::listen : PortCall::Kind::bind;
  call.descriptor = static_cast<int>(question.data.args[0]);
  call.backlog = static_cast<int>(question.data.args[1]);
  call.process = thread;
  Handle process{open_process(thread)};
  if (!process) {
    call.process = process_of_thread(thread);
    process.reset(open_process(call.process));
  }
  Handle socket{process ? take_descriptor(process.get(), call.descriptor) : -1};
  if (!socket) {
    call.code = errno;
    return;
  }
  if (!is_tcp(socket.get())) return;
  call.shares = int_option(socket.get(), SOL_SOCKET, SO_REUSEPORT) != 0;
  call.cookie = cookie_of(socket.get());
  if (call.kind == PortCall::Kind::listen) {
    call.address = address_of_socket(socket.get());
  } else if (sockaddr_storage address{}; read_address(thread, question.data.args[1], question.data.args[2], address)) {
    call.address = text_of(address);
    call.asked.assign(reinterpret_cast<const char*>(&address), sizeof address);
  } else {
    call.code = errno;
    return;
  }
  call.socket = std::move(socket);
}

}  // namespace

std::optional<std::string> share_ports_fault() {
  const auto words = [](const char* what) { return std::string{what} + ": " + reason_of(errno); };
  const pid_t child = sys::fork();
  if (child == 0) {
    const int listener = install_port_filter();
    ::_exit(listener >= 0 ? 0 : errno);
  }
  if (child < 0) return words("no process can be made");
  int status = 0;
  (void)sys::uninterrupted([&] { return sys::waitpid(child, &status, 0); });
  errno = WIFEXITED(status) ? WEXITSTATUS(status) : EPERM;
  if (errno == EBUSY) return "another program already intercepts system calls (a seccomp listener)";
  if (errno != 0)
    return words("the kernel does not support interception of bind and listen (seccomp user notification)");
  const Handle self{open_process(current_pid())};
  if (!self) return words("the kernel has no pidfd_open");
  const Handle copy{take_descriptor(self.get(), self.get())};
  if (!copy) return words("the kernel does not support copying sockets (pidfd_getfd)");
  return std::nullopt;
}

PortCallReceipt receive_port_call(NativeHandle listener, PortCall& into) {
  into = PortCall{};
  pollfd ready{listener, POLLIN, 0};
  if (sys::uninterrupted([&] { return sys::poll(&ready, nfds_t{1}, 0); }) <= 0) return PortCallReceipt::nothing;
  if ((ready.revents & POLLIN) == 0) return PortCallReceipt::gone;
  alignas(seccomp_notif) std::array<std::byte, kRoom> room{};
  const int got = sys::uninterrupted([&] { return sys::ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, room.data()); });
  if (got != 0) return PortCallReceipt::nothing;  // the caller was killed in between
  seccomp_notif question{};
  std::memcpy(&question, room.data(), sizeof question);
  fill_in(question, into);
  // Only now is it certain that the above concerns the caller, and not a process that got its pid.
  if (sys::ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &question.id) != 0) return PortCallReceipt::nothing;
  return PortCallReceipt::call;
}

// Whether a socket of its own kind could be bound there, were it alone. Where its user may not bind there, neither do we.
bool address_is_free(const PortCall& call) {
  std::optional<Credentials> user;
  if (const auto owner = owner_of(call.process))
    user.emplace(Credentials{owner->effective, owner->effective, {}, {}, {}, {}});
  const UserRights rights{user};
  if (!rights) return true;
  const NativeHandle like = call.socket.get();
  const int domain = int_option(like, SOL_SOCKET, SO_DOMAIN);
  const Handle probe{FOREVER_SYS(socket, -1, domain, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (!probe) return true;
  const int yes = 1;
  ::setsockopt(probe.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (domain == AF_INET6) {
    const int only = int_option(like, IPPROTO_IPV6, IPV6_V6ONLY);
    ::setsockopt(probe.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
  }
  const socklen_t size = domain == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  // Two sockets with SO_REUSEADDR may be bound side by side; only one of them can listen.
  if (::bind(probe.get(), reinterpret_cast<const sockaddr*>(call.asked.data()), size) == 0)
    return ::listen(probe.get(), 0) == 0 || errno != EADDRINUSE;
  return errno != EADDRINUSE;
}

void let_pass(NativeHandle listener, const PortCall& call) noexcept {
  respond(listener, call.id, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE);
}

void answer_port_call(NativeHandle listener, const PortCall& call, int code) noexcept {
  respond(listener, call.id, code, 0);
}

void let_share(NativeHandle listener, const PortCall& call) noexcept {
  const int yes = 1;
  (void)::setsockopt(call.socket.get(), SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes);
  let_pass(listener, call);
}

bool put_in_place(NativeHandle listener, const PortCall& call, NativeHandle kept) noexcept {
  const int wanted = sys::fcntl(call.socket.get(), F_GETFL);
  if (wanted >= 0) (void)sys::fcntl(kept, F_SETFL, wanted);
  seccomp_notif_addfd place{};
  place.id = call.id;
  place.flags = SECCOMP_ADDFD_FLAG_SETFD;
  place.srcfd = static_cast<unsigned>(kept);
  place.newfd = static_cast<unsigned>(call.descriptor);
  place.newfd_flags = close_on_exec(call.process, call.descriptor) ? unsigned{O_CLOEXEC} : 0U;
  if (sys::ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &place) < 0) return false;
  answer_port_call(listener, call, 0);
  return true;
}

std::uint64_t cookie_of(NativeHandle socket) noexcept {
  std::uint64_t cookie = 0;
  return get_option(socket, SOL_SOCKET, SO_COOKIE, cookie) ? cookie : 0;
}

std::string address_of_socket(NativeHandle socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  return ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0 ? text_of(address) : std::string{};
}

bool is_listening(NativeHandle socket) noexcept { return int_option(socket, SOL_SOCKET, SO_ACCEPTCONN) != 0; }

int listen_on(NativeHandle socket, int backlog) noexcept {
  return FOREVER_SYS(listen, -1, socket, backlog) == 0 ? 0 : errno;
}

void end_listening(NativeHandle socket) noexcept { (void)::shutdown(socket, SHUT_RDWR); }

unsigned queue_of(NativeHandle socket) noexcept {
  // Of a listening socket this is the length of its accept queue (tcp_get_info in the kernel's tcp.c).
  tcp_info info{};
  return get_option(socket, IPPROTO_TCP, TCP_INFO, info) ? info.tcpi_unacked : 0;
}

Status steer_connections(NativeHandle socket, std::span<const FilterStep> program) {
  std::vector<sock_filter> steps;
  steps.reserve(program.size());
  for (const FilterStep& step : program) steps.push_back({step.code, step.if_true, step.if_false, step.value});
  const sock_fprog whole{static_cast<unsigned short>(steps.size()), steps.data()};
  if (FOREVER_SYS(setsockopt, -1, socket, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &whole, sizeof whole) != 0)
    return last_error("steer connections");
  return Done{};
}

Result<CallingSocket> open_calling_socket() {
  CallingSocket calling{Handle{FOREVER_SYS(socket, -1, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}, 0};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (!calling.socket ||
      FOREVER_SYS(bind, -1, calling.socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return last_error("make a socket");
  calling.port = local_port(calling.socket.get());
  return calling;
}

unsigned connections_of(Pid pid, std::span<const std::uint16_t> ports, unsigned enough) {
  unsigned count = 0;
  for_each_socket(pid, [&](Handle& socket) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    if (::getpeername(socket.get(), reinterpret_cast<sockaddr*>(&peer), &size) == 0 && is_tcp(socket.get()) &&
        std::ranges::find(ports, local_port(socket.get())) != ports.end())
      ++count;
    return count < enough;
  });
  return count;
}

bool holds_socket(Pid pid, std::uint64_t cookie) {
  bool found = false;
  for_each_socket(pid, [&](Handle& socket) {
    found = cookie_of(socket.get()) == cookie;
    return !found;
  });
  return found;
}

std::optional<std::vector<std::uint64_t>> socket_inodes_of(Pid pid) {
  const std::string folder = "/proc/" + std::to_string(pid) + "/fd";
  const std::unique_ptr<DIR, void (*)(DIR*)> directory{sys::opendir(folder.c_str()),
                                                       [](DIR* open) { (void)::closedir(open); }};
  std::vector<std::uint64_t> inodes;
  if (!directory) return errno == ENOENT || errno == ESRCH ? std::optional{inodes} : std::nullopt;
  const int at = ::dirfd(directory.get());
  while (const dirent* const entry = ::readdir(directory.get())) {
    std::array<char, 40> target{};
    const ssize_t length = FOREVER_SYS(readlinkat, sys::kNoCount, at, static_cast<const char*>(entry->d_name),
                                       target.data(), target.size() - 1);
    constexpr std::string_view kSocket = "socket:[";
    const std::string_view text{target.data(), static_cast<std::size_t>(std::max<ssize_t>(length, 0))};
    std::uint64_t inode = 0;
    if (!text.starts_with(kSocket)) continue;
    if (std::from_chars(text.data() + kSocket.size(), text.data() + text.size(), inode).ec == std::errc{})
      inodes.push_back(inode);
  }
  std::ranges::sort(inodes);
  return inodes;
}

std::vector<Handle> shared_sockets_of(Pid pid) {
  std::vector<Handle> sockets;
  for_each_socket(pid, [&](Handle& socket) {
    const bool shared =
        is_listening(socket.get()) && is_tcp(socket.get()) && int_option(socket.get(), SOL_SOCKET, SO_REUSEPORT) != 0;
    if (shared) sockets.push_back(std::move(socket));
    return true;
  });
  return sockets;
}

Handle descriptor_of(Pid pid, int descriptor) {
  const Handle process{open_process(pid)};
  return Handle{process ? take_descriptor(process.get(), descriptor) : -1};
}

void repeat_port_calls(const ProcessId& id) {
  const std::string folder = "/proc/" + std::to_string(id.pid) + "/task";
  for (const std::string& thread : list_directory(folder)) {
    const std::string call = proc::read_whole((folder + '/' + thread + "/syscall").c_str());
    int number = -1;
    std::from_chars(call.data(), call.data() + call.size(), number);
    if (number != __NR_bind && number != __NR_listen) continue;
    // A stop ends the wait for an answer, and the call is repeated afterwards. It affects the whole process.
    (void)send_signal(id, SIGSTOP).ok();
    (void)send_signal(id, SIGCONT).ok();
    return;
  }
}

}  // namespace forever
