// Local stream sockets: unix(7), on every POSIX system.
#include "platform/local_socket.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <vector>

#include "platform/clock.hpp"
#include "platform/files.hpp"
#include "platform/posix/sys.hpp"

namespace forever {
namespace {

constexpr std::size_t kChunk = 16U << 10U;        // bytes received at once
constexpr std::size_t kMostAtOnce = 256U << 10U;  // bytes after which receive_some lets others have their turn
constexpr int kLocalBacklog = 4096;               // cut down by the system to what it allows

#ifdef MSG_NOSIGNAL
constexpr int kNoSignal = MSG_NOSIGNAL;
#else
constexpr int kNoSignal = 0;
#endif

// accept4 and SOCK_CLOEXEC are not in every POSIX; we have one thread, so nothing can fork in between.
bool make_private(int fd) noexcept {
#ifdef SO_NOSIGPIPE
  const int yes = 1;
  (void)setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &yes, sizeof yes);
#endif
  return sys::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && sys::fcntl(fd, F_SETFL, O_NONBLOCK) == 0;
}

Handle new_socket() noexcept {
  Handle made{FOREVER_SYS(socket, -1, AF_UNIX, SOCK_STREAM, 0)};
  if (made && !make_private(made.get())) made.reset();
  return made;
}

// The name of a socket in a directory, short enough for sun_path: where it is not, the directory is opened and named
// through /proc/self/fd, for as long as this lives.
class SocketAddress {
 public:
  SocketAddress(const std::string& directory, const std::string& name) {
    std::string path = directory + "/" + name;
    if (path.size() >= sizeof address_.sun_path) {
      directory_.reset(sys::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
      if (!directory_) return;
      path = "/proc/self/fd/" + std::to_string(directory_.get()) + "/" + name;
      if (path.size() >= sizeof address_.sun_path) {
        errno = ENAMETOOLONG;
        return;
      }
    }
    address_.sun_family = AF_UNIX;
    std::memcpy(static_cast<char*>(address_.sun_path), path.c_str(), path.size() + 1);
    size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  }

  explicit operator bool() const noexcept { return size_ != 0; }  // false: errno says why
  [[nodiscard]] const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&address_); }
  [[nodiscard]] socklen_t size() const noexcept { return size_; }
  [[nodiscard]] const char* path() const noexcept { return static_cast<const char*>(address_.sun_path); }

 private:
  Handle directory_;
  sockaddr_un address_{};
  socklen_t size_ = 0;
};

bool same_user(int client) noexcept {
#ifdef SO_PEERCRED
  ucred peer{};
  socklen_t size = sizeof peer;
  if (FOREVER_SYS(getsockopt, -1, client, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  const uid_t uid = peer.uid;
#else
  uid_t uid = 0;
  gid_t gid = 0;
  if (getpeereid(client, &uid, &gid) != 0) return false;
#endif
  return uid == 0 || uid == geteuid();
}

}  // namespace

// The socket is bound beside its name and moved there once it listens: a client finds the old one, the new one, never none.
Result<Handle> listen_local(const std::string& directory, const std::string& name) {
  const std::string doing = "listen on " + directory + "/" + name;
  const SocketAddress address(directory, name), beside(directory, name + ".new");
  if (!address || !beside) return last_error(doing);
  Handle listener = new_socket();
  if (!listener) return last_error(doing);

  const auto bind_beside = [&] { return FOREVER_SYS(bind, -1, listener.get(), beside.get(), beside.size()); };
  int bound = bind_beside();
  if (bound != 0 && errno == EADDRINUSE && remove_tree(beside.path())) bound = bind_beside();
  if (bound != 0) return last_error(doing);
  // A directory in its place would refuse the name.
  const auto move = [&] { return sys::rename(beside.path(), address.path()); };
  const auto move_for_sure = [&] {
    return move() == 0 || ((errno == EISDIR || errno == ENOTEMPTY) && remove_tree(address.path()) && move() == 0);
  };
  if (FOREVER_SYS(chmod, -1, beside.path(), mode_t{0600}) != 0 ||
      FOREVER_SYS(listen, -1, listener.get(), kLocalBacklog) != 0 || !move_for_sure()) {
    Error error = last_error(doing);
    (void)::unlink(beside.path());
    return error;
  }
  return listener;
}

bool listens_locally(const std::string& directory, const std::string& name) {
  struct stat found {};
  return FOREVER_SYS(lstat, -1, (directory + "/" + name).c_str(), &found) == 0 && S_ISSOCK(found.st_mode);
}

bool answers_locally(const std::string& directory, const std::string& name) {
  const auto client = connect_local(directory, name);
  return client || client.error().code.value() == EAGAIN;  // all have come who can wait
}

Result<Handle> connect_local(const std::string& directory, const std::string& name) {
  const SocketAddress address(directory, name);
  // A link could lead to another app's.
  struct stat found {};
  if (address && FOREVER_SYS(lstat, -1, address.path(), &found) == 0 && !S_ISSOCK(found.st_mode))
    return error_from(ECONNREFUSED, "connect to " + directory + "/" + name);
  Handle socket = address ? new_socket() : Handle{};
  if (!socket ||
      sys::uninterrupted([&] { return FOREVER_SYS(connect, -1, socket.get(), address.get(), address.size()); }) != 0)
    return last_error("connect to " + directory + "/" + name);
  return socket;
}

Result<Handle> accept_local(NativeHandle listener) {
  for (;;) {
    Handle client{FOREVER_SYS(accept, -1, listener, nullptr, nullptr)};
    if (!client) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return Handle{};
      return last_error("accept a client");
    }
    if (!make_private(client.get())) return last_error("accept a client");
    if (same_user(client.get())) return client;
  }
}

Pid peer_of(NativeHandle socket) noexcept {
#ifdef SO_PEERCRED
  ucred peer{};
  socklen_t size = sizeof peer;
  return FOREVER_SYS(getsockopt, -1, socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 ? peer.pid : 0;
#else
  return static_cast<Pid>(socket * 0);
#endif
}

Result<std::size_t> send_some(NativeHandle socket, std::string_view bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const auto count = sys::uninterrupted(
        [&] { return FOREVER_SYS(send, ssize_t{-1}, socket, bytes.data() + sent, bytes.size() - sent, kNoSignal); });
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)) break;
    if (count < 0) return last_error("send");
    sent += static_cast<std::size_t>(count);
  }
  return sent;
}

Result<bool> receive_some(NativeHandle socket, std::string& into) {
  std::array<char, kChunk> buffer;
  for (std::size_t got = 0; got < kMostAtOnce;) {
    const auto count =
        sys::uninterrupted([&] { return FOREVER_SYS(recv, ssize_t{-1}, socket, buffer.data(), buffer.size(), 0); });
    if (count == 0) return false;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (count < 0) return last_error("receive");
    into.append(buffer.data(), static_cast<std::size_t>(count));
    got += static_cast<std::size_t>(count);
    if (static_cast<std::size_t>(count) < buffer.size()) break;
  }
  return true;
}

int wait_readable(std::span<const NativeHandle> handles, std::chrono::milliseconds patience) {
  std::vector<pollfd> asked;
  asked.reserve(handles.size());
  for (const NativeHandle handle : handles) asked.push_back({.fd = handle, .events = POLLIN, .revents = 0});
  const bool forever_long = patience < Milliseconds::zero();
  const auto start = steady_now();
  for (;;) {
    int timeout = -1;
    if (!forever_long) {
      const auto passed = std::chrono::floor<Milliseconds>(steady_now() - start);
      const auto left = std::max(patience - passed, Milliseconds::zero());
      timeout = static_cast<int>(std::min<std::int64_t>(left.count(), INT_MAX));
    }
    const int count = sys::poll(asked.data(), static_cast<nfds_t>(asked.size()), timeout);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return -1;
    for (std::size_t i = 0; count > 0 && i < asked.size(); ++i)
      if (asked[i].revents != 0) return static_cast<int>(i);
    if (timeout == 0) return -1;
  }
}

}  // namespace forever
