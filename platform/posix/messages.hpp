// One message over a local socket, with a descriptor or its sender's credentials beside it: sendmsg(2), recvmsg(2), cmsg(3).
// Private to the POSIX back ends. Nothing here allocates, so that a child may send before its exec.
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cstring>
#include <optional>
#include <span>

#include "platform/handle.hpp"
#include "platform/posix/sys.hpp"

namespace forever {

#ifdef MSG_CMSG_CLOEXEC
inline constexpr int kReceiveCloseOnExec = MSG_CMSG_CLOEXEC;
#else
inline constexpr int kReceiveCloseOnExec = 0;
#endif

// The parts as one message, with a copy of `attached` unless that is kNoHandle. Returns as sendmsg(2) does, with EAGAIN where it would
// have to wait: the other end may be suspended.
[[nodiscard]] inline ssize_t send_message(NativeHandle socket, std::span<iovec> parts,
                                          NativeHandle attached = kNoHandle) noexcept {
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
  return sys::uninterrupted(
      [&] { return FOREVER_SYS(sendmsg, ssize_t{-1}, socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT); });
}

// What came: the length, or -1 as recvmsg(2), which does not wait; and what stood beside it, if it was of that kind.
template <class Beside>
struct ReceivedMessage {
  ssize_t length = -1;
  std::optional<Beside> beside;
};

// `kind`: SCM_RIGHTS for an int, SCM_CREDENTIALS for a ucred. There is room for one of these alone: what else comes along the
// kernel closes.
template <class Beside>
[[nodiscard]] ReceivedMessage<Beside> receive_message(NativeHandle socket, std::span<char> into, int kind) noexcept {
  iovec part{into.data(), into.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(Beside))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ReceivedMessage<Beside> received;
  received.length = sys::uninterrupted(
      [&] { return FOREVER_SYS(recvmsg, ssize_t{-1}, socket, &message, MSG_DONTWAIT | kReceiveCloseOnExec); });
  if (received.length < 0) return received;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != kind) continue;
    std::memcpy(&received.beside.emplace(), CMSG_DATA(header), sizeof(Beside));
  }
  return received;
}

}  // namespace forever
