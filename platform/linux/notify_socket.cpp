#include "platform/notify_socket.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "platform/posix/messages.hpp"
#include "platform/posix/sys.hpp"

namespace forever {
namespace {

constexpr std::size_t kLongestMessage = 4096;

// An abstract name begins with a zero, which NOTIFY_SOCKET writes as '@'. An empty one has the kernel choose ("Autobind feature").
bool bind_to(NativeHandle socket, const std::string& name) noexcept {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (!name.empty()) std::memcpy(static_cast<char*>(address.sun_path) + 1, name.data() + 1, name.size() - 1);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  return FOREVER_SYS(bind, -1, socket, reinterpret_cast<const sockaddr*>(&address), size) == 0;
}

std::string name_of(NativeHandle socket) {
  sockaddr_un address{};
  socklen_t size = sizeof address;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  std::string name{static_cast<const char*>(address.sun_path), size - offsetof(sockaddr_un, sun_path)};
  if (!name.empty()) name.front() = '@';
  return name;
}

}  // namespace

Result<NotifySocket> open_notify_socket(const std::string& name) {
  const char* const doing = "make a socket for notifications";
  NotifySocket made;
  made.socket.reset(FOREVER_SYS(socket, -1, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!made.socket) return last_error(doing);
  const int yes = 1;
  if (FOREVER_SYS(setsockopt, -1, made.socket.get(), SOL_SOCKET, SO_PASSCRED, &yes, sizeof yes) != 0)
    return last_error(doing);
  const bool fits = name.size() > 1 && name.front() == '@' && name.size() <= sizeof(sockaddr_un::sun_path);
  if (!(fits && bind_to(made.socket.get(), name)) && !bind_to(made.socket.get(), {})) return last_error(doing);
  made.name = name_of(made.socket.get());
  return made;
}

bool receive_notification(NativeHandle socket, Notification& into) {
  std::array<char, kLongestMessage> buffer;
  const auto [got, sender] = receive_message<ucred>(socket, buffer, SCM_CREDENTIALS);
  if (got < 0) return false;
  into = {};
  into.text.assign(buffer.data(), static_cast<std::size_t>(got));
  if (sender) into.sender = sender->uid;
  return true;
}

}  // namespace forever
