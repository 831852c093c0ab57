// Who listens on a port, by the tables of the IP helper library.
#include "platform/ports.hpp"

#include <winsock2.h>
// clang-format off: these need the one above
#include <iphlpapi.h>
#include <ws2tcpip.h>
// clang-format on

#include <algorithm>
#include <vector>

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

template <class Table>
void collect(const std::vector<char>& memory, std::uint16_t port, std::vector<Pid>& into) {
  if (memory.empty()) return;
  const auto* table = reinterpret_cast<const Table*>(memory.data());
  for (DWORD i = 0; i < table->dwNumEntries; ++i) {
    const auto& row = table->table[i];
    const auto local = static_cast<std::uint16_t>(row.dwLocalPort);  // in the network's order
    const auto here = static_cast<std::uint16_t>((local >> 8U) | (local << 8U));
    const auto pid = static_cast<Pid>(row.dwOwningPid);
    if (here == port && std::find(into.begin(), into.end(), pid) == into.end()) into.push_back(pid);
  }
}

}  // namespace

std::vector<Pid> holders_of_port(std::uint16_t port) {
  std::vector<Pid> holders;
  const auto tcp = [](ULONG family) {
    return table_by([=](void* memory, DWORD* size) {
      return ::GetExtendedTcpTable(memory, size, FALSE, family, TCP_TABLE_OWNER_PID_LISTENER, 0);
    });
  };
  const auto udp = [](ULONG family) {
    return table_by([=](void* memory, DWORD* size) {
      return ::GetExtendedUdpTable(memory, size, FALSE, family, UDP_TABLE_OWNER_PID, 0);
    });
  };
  collect<MIB_TCPTABLE_OWNER_PID>(tcp(AF_INET), port, holders);
  collect<MIB_TCP6TABLE_OWNER_PID>(tcp(AF_INET6), port, holders);
  collect<MIB_UDPTABLE_OWNER_PID>(udp(AF_INET), port, holders);
  collect<MIB_UDP6TABLE_OWNER_PID>(udp(AF_INET6), port, holders);
  return holders;
}

}  // namespace forever
