// What keeper and supervisor say to each other over their socketpair: one message a datagram.
#include "platform/posix/keeper_link.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "platform/keeper.hpp"
#include "platform/posix/sys.hpp"

namespace forever {

Status send_keeper_message(NativeHandle socket, KeeperVerb verb, std::string_view body, NativeHandle attached) {
  char kind = static_cast<char>(verb);
  std::array<iovec, 2> parts{iovec{&kind, 1}, iovec{const_cast<char*>(body.data()), body.size()}};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  if (attached != kNoHandle) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &attached, sizeof attached);
  }
  ssize_t sent = 0;
  do {
    sent = FOREVER_SYS(sendmsg, -1, socket, &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0) return last_error("speak to the keeper");
  return Done{};
}

KeeperMessageState receive_keeper_message(NativeHandle socket, KeeperMessage& into) {
  std::array<char, kLongestKeeperMessage> buffer;
  iovec part{buffer.data(), buffer.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t received = 0;
  do {
    received = FOREVER_SYS(recvmsg, -1, socket, &message, MSG_DONTWAIT | kReceiveCloseOnExec);
  } while (received < 0 && errno == EINTR);
  if (received < 0)
    return errno == EAGAIN || errno == EWOULDBLOCK ? KeeperMessageState::nothing : KeeperMessageState::closed;
  if (received == 0) return KeeperMessageState::closed;
  into.verb = static_cast<KeeperVerb>(buffer[0]);
  into.body.assign(buffer.data() + 1, static_cast<std::size_t>(received) - 1);
  into.attached.reset();
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    into.attached.reset(fd);
  }
  return KeeperMessageState::message;
}

std::string encode_record(const ExitRecord& record) {
  std::string bytes(sizeof record, '\0');
  std::memcpy(bytes.data(), &record, sizeof record);
  return bytes;
}

bool decode_record(std::string_view bytes, ExitRecord& into) {
  if (bytes.size() != sizeof into) return false;
  std::memcpy(&into, bytes.data(), sizeof into);
  return true;
}

Status KeeperLink::hold(std::string_view name, NativeHandle handle) {
  return send_keeper_message(native(), KeeperVerb::hold, name, handle);
}
Status KeeperLink::drop(std::string_view name) { return send_keeper_message(native(), KeeperVerb::drop, name); }
Status KeeperLink::finish() { return send_keeper_message(native(), KeeperVerb::finish, {}); }
Status KeeperLink::sync(std::string_view path) { return send_keeper_message(native(), KeeperVerb::sync, path); }
Status KeeperLink::acknowledge(const ProcessId& id) {
  return send_keeper_message(native(), KeeperVerb::acknowledge, encode_record(ExitRecord{id, {}}));
}

KeeperLink::Receipt KeeperLink::receive(ExitRecord& into) {
  KeeperMessage message;
  for (;;) {
    switch (receive_keeper_message(native(), message)) {
      case KeeperMessageState::nothing: return Receipt::nothing;
      case KeeperMessageState::closed: return Receipt::keeper_gone;
      case KeeperMessageState::message: break;
    }
    if (message.verb == KeeperVerb::record && decode_record(message.body, into)) return Receipt::record;
  }
}

}  // namespace forever
