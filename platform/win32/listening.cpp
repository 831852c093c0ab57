// Descriptors cannot be passed under fixed numbers: `--listen` reports this.
#include "platform/listening.hpp"

#include <cerrno>

namespace forever {

Result<ListenAddress> listen_address_from(std::string_view) {
  return Error{"cannot be passed to a program on this system", {}};
}
std::string to_text(const ListenAddress& address) { return address.name; }
Result<Handle> open_listener(const ListenAddress&, const ListenerRights&) { return error_from(ENOTSUP, "listen"); }
bool listens_on(NativeHandle, const ListenAddress&) { return false; }
void close_listener(NativeHandle, const ListenAddress&, const std::optional<Credentials>&) {}

}  // namespace forever
