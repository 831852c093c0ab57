// Not supported here: `--ready notify` reports this.
#include "platform/notify_socket.hpp"

#include <cerrno>

namespace forever {

Result<NotifySocket> open_notify_socket(const std::string&) {
  return error_from(ENOTSUP, "make a socket for notifications");
}
bool receive_notification(NativeHandle, Notification&) { return false; }

}  // namespace forever
