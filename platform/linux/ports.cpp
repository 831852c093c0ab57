// Linux: the socket tables name inodes, the descriptors of /proc/PID/fd name them again.
#include "platform/ports.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <string>
#include <tuple>
#include <unordered_map>

#include "platform/files.hpp"
#include "platform/linux/socket_table.hpp"
#include "platform/posix/sys.hpp"

namespace forever {
namespace {

// The inodes of a process's sockets, each once.
std::vector<unsigned long> sockets_of(const std::string& process) {
  std::vector<unsigned long> inodes;
  const std::string folder = "/proc/" + process + "/fd";
  for (const std::string& name : list_directory(folder)) {
    std::array<char, 64> target{};
    const ssize_t length = sys::readlink((folder + '/' + name).c_str(), target.data(), target.size() - 1);
    unsigned long inode = 0;
    if (length > 0 && std::sscanf(target.data(), "socket:[%lu]", &inode) == 1) inodes.push_back(inode);
  }
  std::sort(inodes.begin(), inodes.end());
  inodes.erase(std::unique(inodes.begin(), inodes.end()), inodes.end());
  return inodes;
}

std::unordered_multimap<unsigned long, Pid> holders_of_all() {
  std::unordered_multimap<unsigned long, Pid> holders;
  for (const std::string& name : list_directory("/proc")) {
    Pid pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc{} || *end != '\0') continue;
    for (const unsigned long inode : sockets_of(name)) holders.emplace(inode, pid);
  }
  return holders;
}

bool comes_before(const PortUse& a, const PortUse& b) {
  return std::tie(a.port, a.transport, a.ipv6, a.address, a.pid) <
         std::tie(b.port, b.transport, b.ipv6, b.address, b.pid);
}

}  // namespace

Result<std::vector<PortUse>> port_uses(std::optional<std::uint16_t> port) {
  const std::vector<sockets::Socket> bound = sockets::bound_sockets(port);
  std::vector<PortUse> uses;
  if (bound.empty()) return uses;
  const auto holders = holders_of_all();
  for (const sockets::Socket& socket : bound) {
    const auto [first, last] = holders.equal_range(socket.inode);
    if (first == last) uses.push_back(socket.use);
    for (auto holder = first; holder != last; ++holder) {
      uses.push_back(socket.use);
      uses.back().pid = holder->second;
    }
  }
  std::sort(uses.begin(), uses.end(), comes_before);
  uses.erase(std::unique(uses.begin(), uses.end()), uses.end());
  return uses;
}

}  // namespace forever
