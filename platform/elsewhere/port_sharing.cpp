// Not supported here: `-i N` reports this, and names the portable options.
#include "platform/port_sharing.hpp"

#include <cerrno>

#include "platform/listening.hpp"

namespace forever {

std::optional<std::string> share_ports_fault() { return "only Linux supports this"; }
PortCallReceipt receive_port_call(NativeHandle, PortCall&) { return PortCallReceipt::gone; }
bool address_is_free(const PortCall&) { return true; }
void let_pass(NativeHandle, const PortCall&) noexcept {}
void answer_port_call(NativeHandle, const PortCall&, int) noexcept {}
void let_share(NativeHandle, const PortCall&) noexcept {}
bool put_in_place(NativeHandle, const PortCall&, NativeHandle) noexcept { return false; }
std::uint64_t cookie_of(NativeHandle) noexcept { return 0; }
std::string address_of_socket(NativeHandle) { return {}; }
bool is_listening(NativeHandle) noexcept { return false; }
int listen_on(NativeHandle, int) noexcept { return ENOTSUP; }
void end_listening(NativeHandle) noexcept {}
unsigned queue_of(NativeHandle) noexcept { return 0; }
Status steer_connections(NativeHandle, std::span<const FilterStep>) { return error_from(ENOTSUP, "steer connections"); }
Result<CallingSocket> open_calling_socket() { return error_from(ENOTSUP, "steer connections"); }
unsigned connections_of(Pid, std::span<const std::uint16_t>, unsigned) { return 0; }
bool holds_socket(Pid, std::uint64_t) { return false; }
std::optional<std::vector<std::uint64_t>> socket_inodes_of(Pid) { return std::nullopt; }
std::vector<Handle> shared_sockets_of(Pid) { return {}; }
void repeat_port_calls(const ProcessId&) {}
Handle descriptor_of(Pid, int) { return Handle{}; }

}  // namespace forever
