// Listening sockets of TCP and of the file system: socket(7), ip(7), ipv6(7), unix(7).
#include "platform/listening.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstring>
#include <string>

#include "platform/guarded_folder.hpp"
#include "platform/posix/sys.hpp"
#include "platform/user_rights.hpp"

namespace forever {
namespace {

constexpr int kBacklog = 4096;  // cut down by the system to what it allows
constexpr const char* kForms = "is not an address; write 8081, 127.0.0.1:8081, [::1]:8081 or unix:/path";
constexpr std::size_t kLongestPath = sizeof(sockaddr_un::sun_path) - 1;

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  [[nodiscard]] const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }
};

Address ipv4_address(const std::string& host, std::uint16_t port) noexcept {
  Address made;
  auto& in = reinterpret_cast<sockaddr_in&>(made.storage);
  in.sin_family = AF_INET;
  in.sin_port = htons(port);
  (void)::inet_pton(AF_INET, host.c_str(), &in.sin_addr);
  made.size = sizeof in;
  return made;
}

Address ipv6_address(const std::string& host, std::uint16_t port) noexcept {
  Address made;
  auto& in = reinterpret_cast<sockaddr_in6&>(made.storage);
  in.sin6_family = AF_INET6;
  in.sin6_port = htons(port);
  (void)::inet_pton(AF_INET6, host.c_str(), &in.sin6_addr);
  made.size = sizeof in;
  return made;
}

Address local_address(const std::string& path) noexcept {
  Address made;
  auto& un = reinterpret_cast<sockaddr_un&>(made.storage);
  un.sun_family = AF_UNIX;
  std::memcpy(static_cast<char*>(un.sun_path), path.c_str(), path.size() + 1);
  made.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  return made;
}

// "port 8081" rather than a bare number.
std::string words_of(const ListenAddress& address) {
  if (address.kind == ListenAddress::Kind::any) return "port " + std::to_string(address.port);
  ListenAddress unnamed = address;
  unnamed.name.clear();
  return to_text(unnamed);
}

Handle new_socket(int family) noexcept {
  Handle made{FOREVER_SYS(socket, -1, family, SOCK_STREAM, 0)};
  if (made && sys::fcntl(made.get(), F_SETFD, FD_CLOEXEC) != 0) made.reset();
  return made;
}

bool bind_and_listen(const Handle& socket, const Address& address) noexcept {
  return FOREVER_SYS(bind, -1, socket.get(), address.get(), address.size) == 0 &&
         FOREVER_SYS(listen, -1, socket.get(), kBacklog) == 0;
}

// errno where there is none.
Handle listen_at(const Address& address, bool both_families) noexcept {
  Handle socket = new_socket(address.storage.ss_family);
  if (!socket) return socket;
  const int yes = 1, only = both_families ? 0 : 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (address.storage.ss_family == AF_INET6) ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
  if (!bind_and_listen(socket, address)) socket.reset();
  return socket;
}

Result<Handle> listen_on_port(const ListenAddress& address) {
  using Kind = ListenAddress::Kind;
  Handle socket;
  if (address.kind == Kind::any) {
    socket = listen_at(ipv6_address("::", address.port), true);
    const bool no_ipv6 = !socket && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL);
    if (no_ipv6) socket = listen_at(ipv4_address("0.0.0.0", address.port), false);
  } else {
    socket = listen_at(address.kind == Kind::ipv4 ? ipv4_address(address.host, address.port)
                                                  : ipv6_address(address.host, address.port),
                       false);
  }
  if (!socket) return last_error("listen on " + words_of(address));
  return socket;
}

// A socket's place in its directory. Where others may change the directory its path is not used: it is bound in the directory that is open.
struct SocketPlace {
  GuardedFolder folder;
  std::string path, name;
  Address address;

  [[nodiscard]] int at() const noexcept { return folder.native() == kNoHandle ? AT_FDCWD : folder.native(); }
  [[nodiscard]] const char* there() const noexcept {
    return folder.native() == kNoHandle ? path.c_str() : name.c_str();
  }
  [[nodiscard]] bool stat(struct stat& into) const noexcept {
    return sys::fstatat(at(), there(), &into, AT_SYMLINK_NOFOLLOW) == 0;
  }
  bool unlink() const noexcept { return sys::unlinkat(at(), there(), 0) == 0; }
};

constexpr std::string_view kDescriptors = "/proc/self/fd/";

Result<SocketPlace> place_of(const std::string& path, const std::optional<Credentials>& owner) {
  const bool others = owner && owner->uid != ::geteuid();
  auto folder = GuardedFolder::enter(folder_of_path(path), {.ours = false, .user = others ? owner : std::nullopt});
  if (!folder) return folder.error();
  SocketPlace place{std::move(*folder), path, name_of_path(path), local_address(path)};
  struct stat facts {};
  // In a sticky directory (/tmp) no other user can remove this user's names; nor can another user replace the directory, which was checked before.
  const bool safe = !place.folder.foreign() || (sys::fstat(place.folder.native(), &facts) == 0 && facts.st_uid == 0 &&
                                                (facts.st_mode & S_ISVTX) != 0);
  const std::string open = std::string{kDescriptors} + std::to_string(place.folder.native()) + '/' + place.name;
  if (!safe && open.size() <= kLongestPath) place.address = local_address(open);
  return place;
}

// Removes a stale socket. The Error: a process listens there, or it is not a socket.
Status clear_path(const SocketPlace& place) {
  struct stat facts {};
  if (!place.stat(facts)) {
    if (errno == ENOENT) return Done{};
    return last_error("listen on unix:" + place.path);
  }
  if (!S_ISSOCK(facts.st_mode))
    return Error{"cannot listen on unix:" + place.path + ": it exists and is not a socket",
                 std::make_error_code(std::errc::file_exists)};
  const Handle probe = new_socket(AF_UNIX);
  if (!probe || sys::fcntl(probe.get(), F_SETFL, O_NONBLOCK) != 0) return last_error("listen on unix:" + place.path);
  if (FOREVER_SYS(connect, -1, probe.get(), place.address.get(), place.address.size) != 0 && errno != EAGAIN) {
    if (errno != ECONNREFUSED) return last_error("listen on unix:" + place.path);
    if (!place.unlink() && errno != ENOENT) return last_error("listen on unix:" + place.path);
    return Done{};
  }
  std::string who = "a process";
#ifdef SO_PEERCRED
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(probe.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.pid != 0)
    who = "pid " + std::to_string(peer.pid);
#endif
  return Error{"cannot listen on unix:" + place.path + ": " + who + " listens there",
               std::make_error_code(std::errc::address_in_use)};
}

// Its rights are those of its making: a chmod(2) afterwards would follow what has been put in its place.
bool bind_with_rights(const Handle& socket, const Address& address, unsigned mode) noexcept {
  const mode_t before = ::umask(static_cast<mode_t>(0777U & ~mode));
  const bool bound = FOREVER_SYS(bind, -1, socket.get(), address.get(), address.size) == 0;
  const int code = errno;
  ::umask(before);
  errno = code;
  return bound;
}

Result<Handle> listen_at_path(const ListenAddress& listen_at, const ListenerRights& rights) {
  const std::string doing = "listen on unix:" + listen_at.path;
  const auto place = place_of(listen_at.path, rights.owner);
  if (!place) return place.error();
  const UserRights as_owner(place->folder.user());
  if (!as_owner) return error_from(EPERM, doing);
  if (const Status cleared = clear_path(*place); !cleared) return cleared.error();
  Handle socket = new_socket(AF_UNIX);
  // No client can connect before it listens, and then it has its owner.
  if (!socket || !bind_with_rights(socket, place->address, rights.mode)) return last_error(doing);
  const bool given = !rights.owner || place->folder.user() ||
                     sys::fchownat(place->at(), place->there(), static_cast<uid_t>(rights.owner->uid),
                                   static_cast<gid_t>(rights.owner->gid), AT_SYMLINK_NOFOLLOW) == 0;
  if (!given || FOREVER_SYS(listen, -1, socket.get(), kBacklog) != 0) {
    Error error = last_error(doing);
    (void)place->unlink();
    return error;
  }
  return socket;
}

std::optional<std::uint16_t> port_from(std::string_view digits) {
  std::uint16_t port = 0;
  const char* const end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, port);
  if (read.ec != std::errc{} || read.ptr != end || port == 0) return std::nullopt;
  return port;
}

// In inet_ntop's form; nothing if it is no address of the family.
std::optional<std::string> host_from(int family, const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (::inet_pton(family, host.c_str(), bytes.data()) != 1) return std::nullopt;
  if (::inet_ntop(family, bytes.data(), text.data(), text.size()) == nullptr) return std::nullopt;
  return std::string{text.data()};
}

// "NAME=" before an address, which has a ':' or '/' before any '=' of its own.
std::string_view take_name(std::string_view& text) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
  const std::size_t end = text.find_first_not_of(kPlain);
  if (end == 0 || end == std::string_view::npos || text[end] != '=') return {};
  const std::string_view name = text.substr(0, end);
  text.remove_prefix(end + 1);
  return name;
}

}  // namespace

Result<ListenAddress> listen_address_from(std::string_view text) {
  using Kind = ListenAddress::Kind;
  const Error wrong{kForms, {}};
  ListenAddress address;
  address.name = take_name(text);
  if (text.starts_with("unix:")) {
    address.kind = Kind::local;
    address.path = text.substr(5);
    if (!address.path.starts_with('/')) return Error{"names no absolute path", {}};
    if (address.path.size() > kLongestPath)
      return Error{"is too long for a Unix socket: its path may have " + std::to_string(kLongestPath) + " bytes", {}};
    return address;
  }
  const std::size_t colon = text.rfind(':');
  const auto port = port_from(text.substr(colon + 1));  // npos + 1 is the beginning
  if (!port) return wrong;
  address.port = *port;
  if (colon == std::string_view::npos) return address;
  std::string host{text.substr(0, colon)};
  const bool brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  address.kind = brackets ? Kind::ipv6 : Kind::ipv4;
  if (brackets) host = host.substr(1, host.size() - 2);
  auto known = host_from(brackets ? AF_INET6 : AF_INET, host);
  if (!known) return wrong;
  address.host = std::move(*known);
  return address;
}

std::string to_text(const ListenAddress& address) {
  const std::string name = address.name.empty() ? std::string{} : address.name + '=';
  const std::string port = std::to_string(address.port);
  switch (address.kind) {
    case ListenAddress::Kind::any: return name + port;
    case ListenAddress::Kind::ipv4: return name + address.host + ':' + port;
    case ListenAddress::Kind::ipv6: return name + '[' + address.host + "]:" + port;
    case ListenAddress::Kind::local: break;
  }
  return name + "unix:" + address.path;
}

Result<Handle> open_listener(const ListenAddress& address, const ListenerRights& rights) {
  return address.kind == ListenAddress::Kind::local ? listen_at_path(address, rights) : listen_on_port(address);
}

bool listens_on(NativeHandle socket, const ListenAddress& address) {
  using Kind = ListenAddress::Kind;
  int listening = 0;
  socklen_t length = sizeof listening;
  if (::getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) != 0 || listening == 0) return false;
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&bound), &size) != 0) return false;
  const auto same = [&](const Address& wanted) {
    return wanted.size == size && std::memcmp(&wanted.storage, &bound, size) == 0;
  };
  switch (address.kind) {
    case Kind::any: return same(ipv6_address("::", address.port)) || same(ipv4_address("0.0.0.0", address.port));
    case Kind::ipv4: return same(ipv4_address(address.host, address.port));
    case Kind::ipv6: return same(ipv6_address(address.host, address.port));
    case Kind::local: break;
  }
  if (bound.ss_family != AF_UNIX) return false;
  const std::string path = static_cast<const char*>(reinterpret_cast<const sockaddr_un&>(bound).sun_path);
  return path == address.path || (path.starts_with(kDescriptors) && name_of_path(path) == name_of_path(address.path));
}

void close_listener(NativeHandle socket, const ListenAddress& address, const std::optional<Credentials>& owner) {
  (void)::shutdown(socket, SHUT_RDWR);
  if (address.kind != ListenAddress::Kind::local) return;
  const auto place = place_of(address.path, owner);
  if (!place) return;
  const UserRights as_owner(place->folder.user());
  struct stat facts {};
  if (as_owner && place->stat(facts) && S_ISSOCK(facts.st_mode)) (void)place->unlink();
}

}  // namespace forever
