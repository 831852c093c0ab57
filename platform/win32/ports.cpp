// Who listens on a port, by the tables of the IP helper library.
#include "platform/ports.hpp"

#include <winsock2.h>
// clang-format off: these need the one above
#include <iphlpapi.h>
#include <ws2tcpip.h>
// clang-format on

#include <algorithm>
#include <array>
#include <tuple>

#include "platform/users.hpp"

namespace forever {
namespace {

// Asks with ever more room: the tables grow while we look.
template <class Ask>
std::vector<char> table_by(const Ask& ask) {
  std::vector<char> memory(16U << 10U);
  for (int attempt = 0; attempt < 5; ++attempt) {
    auto size = static_cast<DWORD>(memory.size());
    const DWORD code = ask(memory.data(), &size);
    if (code == NO_ERROR) return memory;
    if (code != ERROR_INSUFFICIENT_BUFFER) break;
    memory.resize(size + 1024U);
  }
  return {};
}

std::string text_of(int family, const void* address) {
  const auto* bytes = static_cast<const unsigned char*>(address);
  std::array<wchar_t, 64> text{};
  // InetNtop wants Winsock to be begun; these do not.
  if (family == AF_INET) {
    return std::to_string(bytes[0]) + "." + std::to_string(bytes[1]) + "." + std::to_string(bytes[2]) + "." +
           std::to_string(bytes[3]);
  }
  sockaddr_in6 socket{};
  socket.sin6_family = AF_INET6;
  std::copy_n(bytes, 16, socket.sin6_addr.s6_addr);
  WSADATA data{};
  auto length = static_cast<DWORD>(text.size());
  if (::WSAStartup(MAKEWORD(2, 2), &data) != 0) return "::";
  const int failed =
      ::WSAAddressToStringW(reinterpret_cast<sockaddr*>(&socket), sizeof socket, nullptr, text.data(), &length);
  ::WSACleanup();
  std::string narrow;
  for (std::size_t i = 0; failed == 0 && i < text.size() && text[i] != L'\0'; ++i) narrow += static_cast<char>(text[i]);
  return narrow;
}

int family_of(const MIB_TCPROW_OWNER_PID&) { return AF_INET; }
int family_of(const MIB_UDPROW_OWNER_PID&) { return AF_INET; }
int family_of(const MIB_TCP6ROW_OWNER_PID&) { return AF_INET6; }
int family_of(const MIB_UDP6ROW_OWNER_PID&) { return AF_INET6; }
const void* address_of(const MIB_TCPROW_OWNER_PID& row) { return &row.dwLocalAddr; }
const void* address_of(const MIB_UDPROW_OWNER_PID& row) { return &row.dwLocalAddr; }
const void* address_of(const MIB_TCP6ROW_OWNER_PID& row) { return row.ucLocalAddr; }
const void* address_of(const MIB_UDP6ROW_OWNER_PID& row) { return row.ucLocalAddr; }

template <class Table>
void collect(const std::vector<char>& memory, Transport transport, std::optional<std::uint16_t> port,
             std::vector<PortUse>& into) {
  if (memory.empty()) return;
  const auto* table = reinterpret_cast<const Table*>(memory.data());
  for (DWORD i = 0; i < table->dwNumEntries; ++i) {
    const auto& row = table->table[i];
    const auto local = static_cast<std::uint16_t>(row.dwLocalPort);  // in the network's order
    const auto here = static_cast<std::uint16_t>((local >> 8U) | (local << 8U));
    if (port && here != *port) continue;
    const int family = family_of(row);
    PortUse use{.transport = transport,
                .ipv6 = family == AF_INET6,
                .address = text_of(family, address_of(row)),
                .port = here,
                .owner = effective_uid(),
                .pid = static_cast<Pid>(row.dwOwningPid)};
    if (std::ranges::find(into, use) == into.end()) into.push_back(std::move(use));
  }
}

std::vector<char> tcp_table(ULONG family) {
  return table_by([=](void* memory, DWORD* size) {
    return ::GetExtendedTcpTable(memory, size, FALSE, family, TCP_TABLE_OWNER_PID_LISTENER, 0);
  });
}

std::vector<char> udp_table(ULONG family) {
  return table_by([=](void* memory, DWORD* size) {
    return ::GetExtendedUdpTable(memory, size, FALSE, family, UDP_TABLE_OWNER_PID, 0);
  });
}

}  // namespace

Result<std::vector<PortUse>> port_uses(std::optional<std::uint16_t> port) {
  std::vector<PortUse> uses;
  collect<MIB_TCPTABLE_OWNER_PID>(tcp_table(AF_INET), Transport::tcp, port, uses);
  collect<MIB_TCP6TABLE_OWNER_PID>(tcp_table(AF_INET6), Transport::tcp, port, uses);
  collect<MIB_UDPTABLE_OWNER_PID>(udp_table(AF_INET), Transport::udp, port, uses);
  collect<MIB_UDP6TABLE_OWNER_PID>(udp_table(AF_INET6), Transport::udp, port, uses);
  std::ranges::sort(uses, [](const PortUse& a, const PortUse& b) {
    return std::tie(a.port, a.transport, a.address, a.pid) < std::tie(b.port, b.transport, b.address, b.pid);
  });
  return uses;
}

std::vector<Pid> holders_of_port(std::uint16_t port) {
  std::vector<Pid> holders;
  const auto uses = port_uses(port);
  for (const PortUse& use : uses ? *uses : std::vector<PortUse>{}) {
    if (use.pid != 0 && std::ranges::find(holders, use.pid) == holders.end()) holders.push_back(use.pid);
  }
  return holders;
}

}  // namespace forever
