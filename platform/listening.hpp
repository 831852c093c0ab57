// Sockets that are opened for a program, which finds them open as its descriptors 3, 4 … (sd_listen_fds(3)). POSIX only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/handle.hpp"
#include "platform/process.hpp"
#include "platform/result.hpp"
#include "platform/users.hpp"

namespace forever {

inline constexpr std::size_t kMostPassed = 16;  // sockets of one program

struct ListenAddress {
  enum class Kind : std::uint8_t { any, ipv4, ipv6, local };
  Kind kind = Kind::any;  // any: the port on all addresses of the machine, IPv6 and IPv4 alike
  std::string name;       // in LISTEN_FDNAMES; empty: the app's
  std::string host;       // ipv4, ipv6: as inet_ntop(3) writes it
  std::uint16_t port = 0;
  std::string path;  // local
  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

// "8081", "127.0.0.1:8081", "[::1]:8081", "unix:/run/web.sock", each with or without "NAME=" before it. The Error is the rest of a
// sentence about the text: "is no address; …".
[[nodiscard]] Result<ListenAddress> listen_address_from(std::string_view text);
// The way back, in one form for each address.
[[nodiscard]] std::string to_text(const ListenAddress& address);

// A Unix socket is made with these rights, and is this user's; nothing: ours.
struct ListenerRights {
  unsigned mode = 0755;
  std::optional<Credentials> owner;
};
// Bound and listening, close-on-exec. A stale socket at a Unix socket's path is replaced. If the owner can change the
// directory, all operations use that user's rights (guarded_folder.hpp). EADDRINUSE, EACCES (a port
// below 1024), EADDRNOTAVAIL; a complete message if a process listens at the path or another kind of file is there.
[[nodiscard]] Result<Handle> open_listener(const ListenAddress& address, const ListenerRights& rights);
// Whether this is a socket that open_listener could have given for the address.
[[nodiscard]] bool listens_on(NativeHandle socket, const ListenAddress& address);
// Ends listening for everybody who has the socket, and removes its path, as the owner if there is one.
void close_listener(NativeHandle socket, const ListenAddress& address,
                    const std::optional<Credentials>& owner = std::nullopt);
// A copy of another process's descriptor (pidfd_getfd(2)); none where the system has no such thing or forbids it.
[[nodiscard]] Handle descriptor_of(Pid pid, int descriptor);

}  // namespace forever
