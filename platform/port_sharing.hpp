// Many processes on one port: the supervisor takes part in the bind(2) and listen(2) calls of what it has started.
//
// Linux only (seccomp_unotify(2), pidfd_getfd(2), SO_ATTACH_REUSEPORT_CBPF in socket(7)). An instance is started under a filter
// that sends these two calls to the process that holds the filter's listener, and lets every other call through. The
// program does not notice: it creates its socket, and either that socket becomes one of several on the port, or another
// that was kept from an earlier process takes its place.
// Elsewhere nothing is shared: share_ports_fault() reports this, and the rest is never reached.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "platform/handle.hpp"
#include "platform/process.hpp"
#include "platform/result.hpp"

namespace forever {

// Why this system does not let us take part, as half a sentence for a person ("the kernel has no user notification"); nothing
// if it does. Makes a process that tries it (about a millisecond).
[[nodiscard]] std::optional<std::string> share_ports_fault();

// One call of a process under the filter. It waits until it is answered: by exactly one of the four functions below.
struct PortCall {
  enum class Kind : std::uint8_t { bind, listen };
  std::uint64_t id = 0;
  Kind kind = Kind::bind;
  Pid process = 0;      // whose thread made it
  int descriptor = -1;  // the socket, in that process
  int backlog = 0;      // listen
  // A copy of the program's own socket; none if it is not TCP over IPv4 or IPv6, or could not be taken (`code` says why).
  Handle socket;
  int code = 0;
  std::uint64_t cookie = 0;  // distinguishes this socket from all others (SO_COOKIE)
  // "127.0.0.1:8081", "[::]:8081": bind: what is asked for; listen: what it is bound to. Empty for port 0 or no port at all.
  std::string address;
  std::string asked;    // bind: the same as the program gave it (a sockaddr)
  bool shares = false;  // the program itself has set SO_REUSEPORT
};

// Takes the next call without waiting. `gone`: no process is left under this filter; the listener says nothing more.
enum class PortCallReceipt : std::uint8_t { call, nothing, gone };
[[nodiscard]] PortCallReceipt receive_port_call(NativeHandle listener, PortCall& into);

// bind: whether the address is free. The function tries it with the rights of the calling process, and for a moment no other process
// can bind there: do not call it while a call for this address may be in progress.
[[nodiscard]] bool address_is_free(const PortCall& call);

// Lets the kernel execute the call as usual.
void let_pass(NativeHandle listener, const PortCall& call) noexcept;
// The call is over: 0 for success, else an errno.
void answer_port_call(NativeHandle listener, const PortCall& call, int code) noexcept;
// bind: lets the program's own socket share its port, and lets the call pass.
void let_share(NativeHandle listener, const PortCall& call) noexcept;
// bind: `kept` takes the descriptor's place in the program, with the descriptor's flags; the call succeeds. false if that failed:
// then the call is still to be answered.
[[nodiscard]] bool put_in_place(NativeHandle listener, const PortCall& call, NativeHandle kept) noexcept;

// Sockets that are held.
[[nodiscard]] std::uint64_t cookie_of(NativeHandle socket) noexcept;  // 0: no socket
[[nodiscard]] std::string address_of_socket(NativeHandle socket);     // as PortCall::address; empty if it is not bound
[[nodiscard]] bool is_listening(NativeHandle socket) noexcept;
[[nodiscard]] int listen_on(NativeHandle socket, int backlog) noexcept;  // errno, or 0
// Ends listening for everybody who has this socket; what waits in its queue is refused.
void end_listening(NativeHandle socket) noexcept;
// Connections that have not been accepted yet.
[[nodiscard]] unsigned queue_of(NativeHandle socket) noexcept;

// One instruction of classic BPF (linux/filter.h).
struct FilterStep {
  std::uint16_t code = 0;
  std::uint8_t if_true = 0;
  std::uint8_t if_false = 0;
  std::uint32_t value = 0;
  friend bool operator==(const FilterStep&, const FilterStep&) = default;
};
// Makes the program decide for all sockets that share the address of `socket` which of them gets a new connection.
[[nodiscard]] Status steer_connections(NativeHandle socket, std::span<const FilterStep> program);

// A socket to connect with over IPv4, from a port of 127.0.0.1 that no other socket has: by this port the supervisor can identify the
// connection.
struct CallingSocket {
  Handle socket;
  std::uint16_t port = 0;
};
[[nodiscard]] Result<CallingSocket> open_calling_socket();

// How many connections the process holds whose local end is one of `ports`; looks no further once there are `enough`.
[[nodiscard]] unsigned connections_of(Pid pid, std::span<const std::uint16_t> ports, unsigned enough = ~0U);
// Whether the process holds the socket with this cookie.
[[nodiscard]] bool holds_socket(Pid pid, std::uint64_t cookie);
// The inodes of all sockets that the process holds, sorted (facts_of a handle gives its inode); none of one that is gone. Nothing
// where they cannot be seen (EACCES, no descriptor left): it may hold any.
[[nodiscard]] std::optional<std::vector<std::uint64_t>> socket_inodes_of(Pid pid);
// Copies of the TCP sockets on which the process listens and whose port can be shared.
[[nodiscard]] std::vector<Handle> shared_sockets_of(Pid pid);
// Makes threads that are blocked in bind or listen repeat the call: a supervisor may have died before it answered.
void repeat_port_calls(const ProcessId& id);

}  // namespace forever
