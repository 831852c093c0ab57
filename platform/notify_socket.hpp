// The datagram socket over which a program reports its state: NOTIFY_SOCKET of sd_notify(3). Linux only: the socket has a name that is
// no file (unix(7), abstract), so that a program of any user reaches it, and each message comes with its sender's credentials.
#pragma once

#include <cstdint>
#include <string>

#include "platform/handle.hpp"
#include "platform/result.hpp"

namespace forever {

struct NotifySocket {
  Handle socket;
  std::string name;  // what NOTIFY_SOCKET says: "@forever/…"
};

// `name` is what it should be called, if it is free and short enough; else it gets another. ENOTSUP elsewhere.
[[nodiscard]] Result<NotifySocket> open_notify_socket(const std::string& name);

struct Notification {
  std::string text;            // lines of "KEY=VALUE"
  std::uint32_t sender = ~0U;  // uid
};
// Takes the next one without waiting; false: there is none. Descriptors that come with it are closed (sd_notify_barrier(3) waits for that).
[[nodiscard]] bool receive_notification(NativeHandle socket, Notification& into);

}  // namespace forever
